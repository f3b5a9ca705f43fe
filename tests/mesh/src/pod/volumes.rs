//! What the kubelet mounts into a proxy's container.

use std::fs;
use std::path::Path;

use serde_json::Value;
use spanmesh_harness::SECONDS;
use spanmesh_harness::wait::Looks;

use crate::api_server::CA_AUDIENCE;
use crate::kubectl::Kubectl;

/// Below `root`, where the agent runs: its paths are relative.
pub(super) async fn mount(root: &Path, kubectl: &Kubectl, pod: &Value) {
    let metadata = &pod["metadata"];
    let [namespace, name] =
        ["namespace", "name"].map(|key| metadata[key].as_str().expect("every pod has both"));
    let account = pod["spec"]["serviceAccountName"].as_str().expect("asked for");

    let token = [
        "-n",
        namespace,
        "create",
        "token",
        account,
        "--audience",
        CA_AUDIENCE,
        "--bound-object-kind",
        "Pod",
        "--bound-object-name",
        name,
    ];
    let token = kubectl.must(&token).await;
    write(root, "var/run/secrets/tokens/istio-token", token.trim());
    let root_certificate = root_certificate(kubectl, namespace).await;
    write(root, "var/run/secrets/istio/root-cert.pem", &root_certificate);
    write(root, "etc/istio/pod/labels", &lines(&metadata["labels"]));
    write(root, "etc/istio/pod/annotations", &lines(&metadata["annotations"]));
    // Empty directories of the pod.
    for empty in ["etc/istio/proxy", "var/lib/istio/data"] {
        fs::create_dir_all(root.join(empty)).expect("the temporary directory is writable");
    }
}

/// istiod writes it into every namespace.
async fn root_certificate(kubectl: &Kubectl, namespace: &str) -> String {
    let mut looks = Looks::within(30 * SECONDS);
    while looks.another().await {
        let map = kubectl.get(namespace, "configmap", "istio-ca-root-cert").await;
        if let Some(certificate) = map.as_ref().and_then(|it| it["data"]["root-cert.pem"].as_str())
        {
            return certificate.to_owned();
        }
    }
    panic!("istiod has put no root certificate into {namespace}");
}

/// As the downward API writes labels and annotations.
fn lines(map: &Value) -> String {
    let pairs = map.as_object().into_iter().flatten();
    pairs.map(|(key, value)| format!("{key}={value}\n")).collect()
}

fn write(root: &Path, file: &str, text: &str) {
    let path = root.join(file);
    let directory = path.parent().expect("a file in a directory");
    fs::create_dir_all(directory)
        .and_then(|()| fs::write(&path, text))
        .expect("the temporary directory is writable");
}
