//! istiod: what its Helm chart would install, and the process.

mod installation;

use std::fs;
use std::time::Duration;

use serde_json::Value;
use spanmesh_harness::nursery::bound_to_this_process;
use spanmesh_harness::wait::Looks;
use spanmesh_harness::{Client, Process, Request, SECONDS, TempDir, free_port, paths};
use tokio::time::sleep;

use crate::api_server::CA_AUDIENCE;
use crate::as_text;
use crate::kubectl::Kubectl;

pub use installation::merge;

/// Where istiod and what is for the whole mesh live.
pub const ROOT_NAMESPACE: &str = "istio-system";

/// A running istiod. Dropping it kills it.
#[derive(Debug)]
pub struct Istiod {
    process: Process,
    ports: Ports,
    _directory: TempDir,
}

/// What it listens on.
#[derive(Clone, Copy, Debug)]
struct Ports {
    /// The webhooks.
    https: u16,
    /// xDS and the certificate authority, over TLS.
    grpc: u16,
}

impl Ports {
    fn address_of_authority(self) -> String {
        format!("127.0.0.1:{}", self.grpc)
    }
}

impl Istiod {
    /// Installs it with this mesh configuration (without what the machine needs, which is added
    /// to its `defaultConfig`) and starts it. Returns when it serves and its webhooks work.
    pub async fn start(kubectl: &Kubectl, mesh: Value) -> Istiod {
        let [http, https, grpc, monitoring] = [(); 4].map(|()| free_port());
        let ports = Ports { https, grpc };
        installation::install(kubectl, ports, &complete(mesh, ports)).await;

        let directory = TempDir::create();
        let token = kubectl
            .must(&["-n", ROOT_NAMESPACE, "create", "token", "istiod", "--audience", CA_AUDIENCE])
            .await;
        let tokens = directory.path().join("var/run/secrets/tokens");
        fs::create_dir_all(&tokens)
            .and_then(|()| fs::write(tokens.join("istio-token"), token.trim()))
            .expect("the temporary directory is writable");

        let mut command = bound_to_this_process(&paths::istio("bin/pilot-discovery"));
        command.current_dir(directory.path()).arg("discovery");
        command.arg("--kubeconfig").arg(kubectl.kubeconfig());
        let address = |port| format!("127.0.0.1:{port}");
        command.args(["--httpAddr", &address(http), "--httpsAddr", &address(https)]);
        command.args(["--secureGRPCAddr", &address(grpc), "--grpcAddr", ""]);
        command.args([
            "--monitoringAddr",
            &address(monitoring),
            "--ctrlz_port",
            "0",
            "--log_output_level",
            "default:info",
        ]);
        command.envs([
            ("POD_NAME", "istiod-0"),
            ("POD_NAMESPACE", ROOT_NAMESPACE),
            ("SERVICE_ACCOUNT", "istiod"),
            ("PILOT_CERT_PROVIDER", "istiod"),
            ("REVISION", "default"),
            ("CLUSTER_ID", "Kubernetes"),
            // Filters that only Istio's own build of Envoy has.
            ("PILOT_ENABLE_METADATA_EXCHANGE", "false"),
            ("PILOT_ENABLE_ALPN_FILTER", "false"),
            // Changes reach the proxies sooner, as there are few.
            ("PILOT_DEBOUNCE_AFTER", "20ms"),
        ]);
        let ready = async || {
            sleep(Duration::from_millis(50)).await;
            let mut client = Client::try_connect(http).await?;
            Ok(client.try_send(&Request::get("/ready")).await?.status == 200)
        };
        let process = Process::start_until("istiod", command, ready).await;
        let istiod = Istiod { process, ports, _directory: directory };
        istiod.wait_for_webhooks(kubectl).await;
        istiod
    }

    /// Everything it has logged.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// istiod puts its certificate into both once it serves them.
    async fn wait_for_webhooks(&self, kubectl: &Kubectl) {
        let mut looks = Looks::within(60 * SECONDS);
        while looks.another().await {
            if installation::is_complete(kubectl).await {
                return;
            }
        }
        panic!("istiod's webhooks (port {}) are not ready:\n{}", self.ports.https, self.log());
    }
}

/// The mesh configuration with what this machine needs: where istiod and Envoy are.
fn complete(mut mesh: Value, ports: Ports) -> Value {
    // Istio's metrics come from a filter that only its own build of Envoy has.
    mesh["defaultProviders"]["metrics"] = Value::Array(Vec::new());
    let proxies = &mut mesh["defaultConfig"];
    proxies["discoveryAddress"] = ports.address_of_authority().into();
    proxies["proxyBootstrapTemplatePath"] =
        as_text(&paths::istio("share/envoy_bootstrap.json")).into();
    proxies["interceptionMode"] = "NONE".into();
    proxies["terminationDrainDuration"] = "1s".into();
    proxies["proxyMetadata"]["ISTIOD_SAN"] = "istiod.istio-system.svc".into();
    mesh
}
