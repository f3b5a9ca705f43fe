//! The Kubernetes API server and its etcd.

use std::fs;
use std::net::TcpStream;
use std::path::Path;

use rcgen::KeyPair;
use spanmesh_harness::nursery::bound_to_this_process;
use spanmesh_harness::{Process, TempDir, free_port, paths};

use crate::kubectl::Kubectl;

/// The token of the tests' own user, who may do everything.
const TOKEN: &str = "administrator-of-a-cluster-on-loopback";

/// The audience of the tokens that istiod's certificate authority takes.
pub const CA_AUDIENCE: &str = "istio-ca";

/// A running API server. Dropping it kills it, and its etcd.
#[derive(Debug)]
pub struct ApiServer {
    kubectl: Kubectl,
    _server: Process,
    _etcd: Process,
    _directory: TempDir,
}

impl ApiServer {
    /// Starts both on free ports. Panics with their logs if one does not come up.
    pub async fn start() -> ApiServer {
        let directory = TempDir::create();
        let etcd_port = free_port();
        let etcd = start_etcd(directory.path(), etcd_port).await;

        let port = free_port();
        let kubectl = Kubectl::new(write_kubeconfig(directory.path(), port));
        let arguments = arguments(directory.path(), port, etcd_port);
        let mut command = bound_to_this_process(&paths::kubernetes("bin/kube-apiserver"));
        command.args(arguments).current_dir(directory.path());
        let ready = async || Ok(kubectl.run(&["get", "--raw", "/readyz"]).await.is_ok());
        let server = Process::start_until("the API server", command, ready).await;
        ApiServer { kubectl, _server: server, _etcd: etcd, _directory: directory }
    }

    /// The real kubectl, as a user who may do everything.
    pub fn kubectl(&self) -> &Kubectl {
        &self.kubectl
    }
}

async fn start_etcd(directory: &Path, port: u16) -> Process {
    let (client, peer) = (url("http", port), url("http", free_port()));
    let mut command = bound_to_this_process(&paths::kubernetes("bin/etcd"));
    command.current_dir(directory).args(["--data-dir", "etcd", "--name", "one"]);
    command.args(["--listen-client-urls", &client, "--advertise-client-urls", &client]);
    command.args(["--listen-peer-urls", &peer, "--initial-advertise-peer-urls", &peer]);
    command.args(["--initial-cluster", &format!("one={peer}"), "--log-level", "warn"]);
    // What it keeps ends with the test.
    command.arg("--unsafe-no-fsync");
    let ready = async || Ok(TcpStream::connect(("127.0.0.1", port)).is_ok());
    Process::start_until("etcd", command, ready).await
}

fn arguments(directory: &Path, port: u16, etcd_port: u16) -> Vec<String> {
    let key = KeyPair::generate().expect("keys can be made");
    write(directory, "service-accounts.pem", &key.serialize_pem());
    write(directory, "service-accounts.pub", &key.public_key_pem());
    write(directory, "tokens.csv", &format!("{TOKEN},admin,admin,system:masters\n"));
    let issuer = "https://kubernetes.default.svc.cluster.local";
    [
        format!("--secure-port={port}"),
        format!("--etcd-servers={}", url("http", etcd_port)),
        format!("--service-account-issuer={issuer}"),
        format!("--api-audiences={issuer},{CA_AUDIENCE}"),
    ]
    .into_iter()
    .chain(
        [
            "--bind-address=127.0.0.1",
            "--cert-dir=certificates",
            "--service-cluster-ip-range=10.96.0.0/16",
            // It would publish an address of its own; there is no kube-proxy to lead to it.
            "--endpoint-reconciler-type=none",
            "--service-account-key-file=service-accounts.pub",
            "--service-account-signing-key-file=service-accounts.pem",
            "--token-auth-file=tokens.csv",
            "--authorization-mode=AlwaysAllow",
            // There is no controller that makes the accounts of new namespaces.
            "--disable-admission-plugins=ServiceAccount",
        ]
        .map(str::to_owned),
    )
    .collect()
}

fn write_kubeconfig(directory: &Path, port: u16) -> std::path::PathBuf {
    let text = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: mesh\n\
         clusters: [{{name: mesh, cluster: {{server: '{}', insecure-skip-tls-verify: true}}}}]\n\
         users: [{{name: admin, user: {{token: {TOKEN}}}}}]\n\
         contexts: [{{name: mesh, context: {{cluster: mesh, user: admin}}}}]\n",
        url("https", port)
    );
    write(directory, "kubeconfig", &text)
}

fn url(scheme: &str, port: u16) -> String {
    format!("{scheme}://127.0.0.1:{port}")
}

fn write(directory: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let path = directory.join(name);
    fs::write(&path, text).expect("the temporary directory is writable");
    path
}
