//! The running shop: the control plane, the services, their proxies and what has the spans.

use std::sync::Arc;

use serde_json::json;
use spanmesh_harness::{Collector, free_port, paths};
use spanmesh_mesh::{ControlPlane, Kind, Kubectl, Manifests, Pod, Workload};

use crate::backend::Backend;
use crate::orphanage::ServiceProcess;
use crate::services::Service;
use crate::shop::{check_environment, local, start};

/// The namespace of the shop: its services call each other `cart.shop` and so on.
pub const NAMESPACE: &str = "shop";

/// The proxy at the edge.
pub const EDGE: &str = "edge";

/// The port of OTLP/HTTP, of the collector's service.
const OTLP: u16 = 4318;

/// The tag under which the module is pushed.
const TAG: &str = "v0.1.0";

/// Everything that runs. Dropping it stops everything.
pub struct Shop {
    /// The port that customers use.
    pub edge: u16,
    /// What has the spans.
    pub backend: Backend,
    /// The same.
    pub collector: Arc<Collector>,
    /// The image of the module in the registry, and its digest.
    pub image: [String; 2],
    manifests: Manifests,
    /// With the edge's first.
    proxies: Vec<(&'static str, Pod)>,
    /// The API server, istiod and the registry.
    pub plane: ControlPlane,
    _services: Vec<ServiceProcess>,
}

/// What runs beside each other: a service and its workload.
struct Inside {
    service: Service,
    workload: Workload,
}

// === impl Shop ===

impl Shop {
    /// Starts everything, and tells each `step`.
    ///
    /// # Errors
    ///
    /// If something does not start.
    pub async fn start(step: &impl Fn(&str)) -> Result<Self, String> {
        check_environment(&[
            ("SPANMESH_KUBERNETES", "the directory of the Kubernetes API server"),
            ("SPANMESH_ISTIO", "the directory of istiod and its agent"),
            ("SPANMESH_REGISTRY", "the directory of the OCI registry"),
        ])?;
        let mesh = json!({"defaultConfig": {
            // Connections that were there before the plugin end soon after it came.
            "drainDuration": "1s",
            // Batches leave after 200 ms instead of a second, so that the demonstration is quick.
            "proxyMetadata": {"OTEL_BSP_SCHEDULE_DELAY": "200"},
        }});
        let plane = ControlPlane::start_telling(mesh, step).await;
        step("pushing the module's image to the registry");
        let registry = plane.registry();
        let image = [registry.url(TAG), registry.push(&paths::module(), TAG).await];

        let [edge, service_port, provider] = [(); 3].map(|()| free_port());
        let collector = Arc::new(Collector::start().await);
        step("starting 6 services, each a process of its own");
        let inside = Service::INSIDE.map(|service| Inside::new(service, service_port));
        let mut services = vec![start(Service::Provider, provider, local(provider)).await?];
        for Inside { service, workload } in &inside {
            let outbound = format!("{}:{service_port}", workload.pod_address());
            let outbound = outbound.parse().map_err(|error| format!("{outbound}: {error}"))?;
            services.push(start(*service, workload.application, outbound).await?);
        }

        step("creating 6 pods, running what istiod injects: an agent and an Envoy each");
        plane.create_namespace(NAMESPACE).await;
        let objects = fill(
            include_str!("../../istio/shop.yaml"),
            [
                ("$EDGE_PORT", edge),
                ("$SERVICE_PORT", service_port),
                ("$PROVIDER_PORT", provider),
                ("$COLLECTOR_PORT", collector.port()),
            ],
        );
        plane.kubectl().try_apply(&objects).await?;
        let proxies = start_pods(plane.kubectl(), &inside).await;
        step("everything is up");

        let [url, digest] = &image;
        let cluster = format!("outbound|{OTLP}||otel-collector.observability.svc.cluster.local");
        let manifests = Manifests::with_settings(url, digest, &cluster);
        let backend = Backend::StandIn(Arc::clone(&collector));
        Ok(Self { edge, backend, collector, image, manifests, proxies, plane, _services: services })
    }

    /// kubectl, where `istio/` is.
    pub fn kubectl(&self) -> Kubectl {
        self.plane.kubectl().in_directory(self.manifests.directory())
    }

    /// The proxies, with the edge's first.
    pub fn pods(&self) -> Vec<&Pod> {
        self.proxies.iter().map(|(_, pod)| pod).collect()
    }

    /// The same with their names.
    pub fn proxies(&self) -> impl Iterator<Item = (&'static str, &Pod)> {
        self.proxies.iter().map(|(name, pod)| (*name, pod))
    }
}

// === impl Inside ===

impl Inside {
    /// All services have the same port, at which each sidecar takes the calls of its own service.
    fn new(service: Service, port: u16) -> Self {
        let workload = Workload::new(NAMESPACE, service.name(), free_port()).port(port);
        let workload = workload.knows(port, NAMESPACE).knows(OTLP, "observability");
        Self { service, workload }
    }

    /// Starts the pod.
    async fn start(&self, kubectl: &Kubectl) -> (&'static str, Pod) {
        (self.service.name(), self.workload.start(kubectl).await)
    }
}

/// Starts the gateway and the sidecars, all at once.
async fn start_pods(kubectl: &Kubectl, inside: &[Inside; 5]) -> Vec<(&'static str, Pod)> {
    let [a, b, c, d, e] = inside;
    let gateway = Pod::builder(Kind::Gateway, NAMESPACE, EDGE).start(kubectl);
    let (gateway, a, b, c, d, e) = tokio::join!(
        gateway,
        a.start(kubectl),
        b.start(kubectl),
        c.start(kubectl),
        d.start(kubectl),
        e.start(kubectl)
    );
    vec![(EDGE, gateway), a, b, c, d, e]
}

/// Puts ports in the places of their names.
fn fill<const N: usize>(text: &str, ports: [(&str, u16); N]) -> String {
    ports
        .into_iter()
        .fold(text.to_owned(), |text, (name, port)| text.replace(name, &port.to_string()))
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn every_port_of_the_objects_is_filled_in() {
        let names = ["$EDGE_PORT", "$SERVICE_PORT", "$PROVIDER_PORT", "$COLLECTOR_PORT"];
        let text = include_str!("../../istio/shop.yaml");
        assert!(names.iter().all(|name| text.contains(name)));
        let filled = fill(text, names.map(|name| (name, 1)));
        assert!(!filled.contains('$'), "{filled}");
    }
}
