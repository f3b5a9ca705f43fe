//! The control plane of the tests, and a shop in its mesh: a gateway, a cart that calls the
//! payment, and a collector.

mod traces;

use std::time::Duration;

use serde_json::{Value, json};
use spanmesh_harness::wait::Looks;
use spanmesh_harness::{
    Client, Collector, HeaderCopyingApp, Load, Request, Response, Upstream, free_port, paths,
};
use spanmesh_mesh::{ControlPlane, Kind, Kubectl, Manifests, Pod, PodBuilder, Workload};
use tokio::sync::OnceCell;

pub use spanmesh_mesh::Account;

/// Patience for anything that should come soon, on a machine that is busy with other tests.
pub const SOON: Duration = Duration::from_secs(30);

/// The host that the gateway serves.
const HOST: &str = "shop.example";

/// The mesh's own share of new traces, in percent; pods and plugins may say otherwise.
pub const MESH_SAMPLING: u32 = 25;

static PLANE: OnceCell<ControlPlane> = OnceCell::const_new();

/// The control plane of all tests.
pub async fn plane() -> &'static ControlPlane {
    let start = || async {
        ControlPlane::start(json!({
            "defaultConfig": {"tracing": {"sampling": MESH_SAMPLING}},
        }))
        .await
    };
    PLANE.get_or_init(start).await
}

/// The shop, in a namespace of its own.
pub struct Shop {
    pub plane: &'static ControlPlane,
    pub namespace: String,
    pub gateway: Pod,
    pub cart: Pod,
    pub payment: Pod,
    pub collector: Collector,
    gateway_port: u16,
    body: String,
    _cart: HeaderCopyingApp,
    _payment: Upstream,
}

impl Shop {
    /// Starts it; nothing is traced yet.
    pub async fn start(namespace: &str) -> Shop {
        Shop::start_with(namespace, |_, pod| pod).await
    }

    /// Starts it, and returns when every further checkout is sampled and traced whole.
    pub async fn start_traced(namespace: &str) -> Shop {
        let shop = Shop::start_with(namespace, |_, pod| pod.drains_soon()).await;
        shop.install("wasmplugin", json!({"sampler": "always_on"})).await;
        for pod in shop.proxies() {
            pod.wait_until_plugged(true).await;
        }
        shop.wait_until_traced().await;
        shop
    }

    /// As [`Shop::start`], with pods changed before they are created, by their applications' names.
    pub async fn start_with(
        namespace: &str,
        change: impl Fn(&str, PodBuilder) -> PodBuilder,
    ) -> Shop {
        let plane = plane().await;
        plane.create_namespace(namespace).await;
        let collector = Collector::start().await;
        let service = collector_service(namespace, collector.port());
        plane.kubectl().apply(&service.to_string()).await;
        Shop::start_in(plane, namespace, (namespace, collector), change).await
    }

    /// In this namespace of this mesh, with a collector that is a service of that namespace.
    pub async fn start_in(
        plane: &'static ControlPlane,
        namespace: &str,
        (collectors, collector): (&str, Collector),
        change: impl Fn(&str, PodBuilder) -> PodBuilder,
    ) -> Shop {
        let kubectl = plane.kubectl();
        let payment_app = Upstream::start().await;
        let payment = Workload::new(namespace, "payment", payment_app.port())
            .knows(COLLECTOR_PORT, collectors)
            .pod(|pod| change("payment", pod));
        let cart_app = HeaderCopyingApp::start(payment.port).await;
        let cart = Workload::new(namespace, "cart", cart_app.port())
            .calls(&payment)
            .knows(COLLECTOR_PORT, collectors)
            .pod(|pod| change("cart", pod));
        let gateway_port = free_port();
        kubectl.apply(&entrance(namespace, gateway_port, &cart).to_string()).await;

        let gateway = change("gateway", Pod::builder(Kind::Gateway, namespace, "gateway"))
            // Gateways are found in all namespaces.
            .label("shop", namespace);
        let gateway = gateway.start(kubectl);
        let (gateway, cart_pod, payment_pod) =
            tokio::join!(gateway, cart.start(kubectl), payment.start(kubectl));
        let url = format!("http://{}:{}/charge", payment.host(), payment.port);
        let shop = Shop {
            plane,
            namespace: namespace.to_owned(),
            gateway,
            cart: cart_pod,
            payment: payment_pod,
            collector,
            gateway_port,
            body: json!([{"url": url, "arguments": []}]).to_string(),
            _cart: cart_app,
            _payment: payment_app,
        };
        shop.wait_until_open().await;
        shop
    }

    pub fn kubectl(&self) -> &Kubectl {
        self.plane.kubectl()
    }

    /// One checkout: gateway, cart, payment.
    pub async fn check_out(&self) -> Response {
        Client::connect(self.gateway_port).await.send(&checkout(&self.body)).await
    }

    /// Checkouts all the time.
    pub fn load(&self) -> Load {
        let body = self.body.clone();
        Load::on(self.gateway_port).requests(move |_| checkout(&body))
    }

    pub fn proxies(&self) -> [&Pod; 3] {
        [&self.gateway, &self.cart, &self.payment]
    }

    /// The cluster of the shop's collector.
    pub fn cluster(&self) -> String {
        cluster(&self.namespace)
    }

    /// Endpoints and routes reach the proxies one by one.
    async fn wait_until_open(&self) {
        let mut looks = Looks::within(SOON);
        while looks.another().await {
            if let Ok(mut client) = Client::try_connect(self.gateway_port).await
                && let Ok(answer) = client.try_send(&checkout(&self.body)).await
                && answer.status == 200
            {
                return;
            }
        }
        panic!("the shop does not open:\n{}\n{}", self.gateway.log(), self.cart.log());
    }
}

fn checkout(body: &str) -> Request {
    Request::post("/checkout", body).host(HOST)
}

pub const COLLECTOR_PORT: u16 = 4318;

/// The cluster of the collector of a namespace.
pub fn cluster(namespace: &str) -> String {
    format!("outbound|{COLLECTOR_PORT}||otel-collector.{namespace}.svc.cluster.local")
}

/// The collector as a service of the mesh, which listens on `port` of 127.0.0.1.
pub fn collector_service(namespace: &str, port: u16) -> Value {
    json!({
        "apiVersion": "networking.istio.io/v1", "kind": "ServiceEntry",
        "metadata": {"name": "otel-collector", "namespace": namespace},
        "spec": {
            "hosts": [format!("otel-collector.{namespace}.svc.cluster.local")],
            "location": "MESH_INTERNAL", "resolution": "STATIC",
            "ports": [{"number": COLLECTOR_PORT, "protocol": "HTTP", "name": "http-otlp"}],
            "endpoints": [{"address": "127.0.0.1", "ports": {"http-otlp": port}}],
        },
    })
}

/// What leads from the gateway to the cart.
fn entrance(namespace: &str, port: u16, cart: &Workload) -> Value {
    let api = "networking.istio.io/v1";
    let metadata = json!({"name": "shop", "namespace": namespace});
    json!({"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": api, "kind": "Gateway", "metadata": metadata, "spec": {
            "selector": {"shop": namespace},
            "servers": [{
                "hosts": [HOST], "bind": "127.0.0.1",
                "port": {"number": port, "protocol": "HTTP", "name": "http"},
            }],
        }},
        {"apiVersion": api, "kind": "VirtualService", "metadata": metadata, "spec": {
            "hosts": [HOST], "gateways": ["shop"],
            "http": [{"route": [{"destination": {"host": cart.host(), "port": {"number": cart.port}}}]}],
        }},
    ]})
}

/// The image of the built module in the registry: its url by tag, and its digest.
pub async fn image() -> &'static (String, String) {
    static IMAGE: OnceCell<(String, String)> = OnceCell::const_new();
    let push = || async {
        let registry = plane().await.registry();
        let digest = registry.push(&paths::module(), "v1").await;
        (registry.url("v1"), digest)
    };
    IMAGE.get_or_init(push).await
}

impl Shop {
    /// Puts the plugin of `istio/` (`wasmplugin` or `trafficextension`) into the shop's
    /// namespace, with these options over those of the manifest.
    pub async fn install(&self, kind: &str, options: Value) {
        self.install_with(kind, options, json!({})).await;
    }

    /// As [`Shop::install`] of a `wasmplugin` or so, with more in its `spec`.
    pub async fn install_with(&self, kind: &str, options: Value, more: Value) {
        let (url, digest) = image().await;
        let manifests = Manifests::with_settings(url, digest, &self.cluster());
        let mut options = options;
        options["batch"] = json!({"schedule_delay": "100ms"});
        let mut spec = more;
        match kind {
            "wasmplugin" => spec["pluginConfig"] = options,
            _ => spec["wasm"]["pluginConfig"] = options,
        }
        manifests.apply_base(self.kubectl(), kind, &self.namespace, &spec).await;
    }
}
