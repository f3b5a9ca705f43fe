//! Everything that a mesh has one of.

use serde_json::{Value, json};

use crate::api_server::ApiServer;
use crate::istiod::Istiod;
use crate::kubectl::Kubectl;
use crate::registry::Registry;

/// The API server, istiod and a registry. Dropping it kills them all.
#[derive(Debug)]
pub struct ControlPlane {
    // Fields drop in this order: who depends on the next goes first.
    istiod: Istiod,
    registry: Registry,
    api_server: ApiServer,
}

impl ControlPlane {
    /// Starts them, with this mesh configuration (what `meshConfig` says in Helm's values).
    pub async fn start(mesh: Value) -> ControlPlane {
        ControlPlane::start_telling(mesh, &|_| {}).await
    }

    /// The same, telling what is started next.
    pub async fn start_telling(mut mesh: Value, tell: &impl Fn(&str)) -> ControlPlane {
        tell("starting an OCI registry");
        let registry = Registry::start().await;
        // Without this, agents want TLS of it.
        mesh["defaultConfig"]["proxyMetadata"]["WASM_INSECURE_REGISTRIES"] = registry.host().into();
        tell("starting etcd and the Kubernetes API server");
        let api_server = ApiServer::start().await;
        tell("starting istiod, with its webhooks and its certificate authority");
        let istiod = Istiod::start(api_server.kubectl(), mesh).await;
        ControlPlane { istiod, registry, api_server }
    }

    /// The real kubectl.
    pub fn kubectl(&self) -> &Kubectl {
        self.api_server.kubectl()
    }

    /// istiod.
    pub fn istiod(&self) -> &Istiod {
        &self.istiod
    }

    /// Where images are pulled from.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Creates a namespace whose pods are injected.
    pub async fn create_namespace(&self, name: &str) {
        let objects = json!({"apiVersion": "v1", "kind": "List", "items": [
            {"apiVersion": "v1", "kind": "Namespace",
                "metadata": {"name": name, "labels": {"istio-injection": "enabled"}}},
            // A controller makes it elsewhere.
            {"apiVersion": "v1", "kind": "ServiceAccount",
                "metadata": {"name": "default", "namespace": name}},
        ]});
        self.kubectl().apply(&objects.to_string()).await;
    }
}
