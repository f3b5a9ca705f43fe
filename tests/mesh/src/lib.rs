//! A real Istio mesh, all of it child processes on the loopback interface: etcd, the Kubernetes
//! API server, istiod with its webhooks and its certificate authority, an OCI registry, and pods
//! that istiod's own injector writes and whose proxies are Istio's agent and Envoy.
//!
//! What is missing of a cluster is played here, by the same documents: [`Pod`] does the
//! kubelet's part (it reads the injected container, mounts its volumes and starts it). There are
//! no network namespaces and no iptables: proxies capture nothing (`interceptionMode: NONE`), so
//! `Sidecar` resources say what they listen on, and a [`Workload`] knows how to write them.
//!
//! This is test code: whatever cannot work panics with a message that says what to do.

pub mod account;
pub mod api_server;
pub mod control_plane;
pub mod istiod;
pub mod kubectl;
pub mod manifests;
pub mod pod;
pub mod registry;
pub mod workload;

pub use account::Account;
pub use api_server::ApiServer;
pub use control_plane::ControlPlane;
pub use istiod::Istiod;
pub use kubectl::Kubectl;
pub use manifests::Manifests;
pub use pod::{Kind, Pod, PodBuilder};
pub use registry::Registry;
pub use workload::Workload;

/// A path for a command line or a configuration.
fn as_text(path: &std::path::Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}
