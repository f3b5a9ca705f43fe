//! An application with a sidecar, and the resources that stand for the interception that a host
//! without network namespaces cannot have.

use serde_json::{Value, json};
use spanmesh_harness::free_port;

use crate::kubectl::Kubectl;
use crate::pod::{Kind, Pod, PodBuilder};

/// A service of one pod. Its host is `NAME.NAMESPACE.svc.cluster.local`.
#[derive(Clone, Debug)]
pub struct Workload {
    namespace: String,
    name: String,
    /// The port of the service, by which others call it.
    pub port: u16,
    /// Where its sidecar listens, at the pod's address.
    inbound: u16,
    /// Where the application listens, on 127.0.0.1.
    pub application: u16,
    egress: Vec<Value>,
    pod: PodBuilder,
}

impl Workload {
    /// On free ports. The application listens on `application` of 127.0.0.1.
    pub fn new(namespace: &str, name: &str, application: u16) -> Workload {
        Workload {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            port: free_port(),
            inbound: free_port(),
            application,
            egress: Vec::new(),
            pod: Pod::builder(Kind::Sidecar, namespace, name),
        }
    }

    /// The service's port is this one.
    pub fn port(mut self, port: u16) -> Workload {
        self.port = port;
        self
    }

    /// The service's host.
    pub fn host(&self) -> String {
        format!("{}.{}.svc.cluster.local", self.name, self.namespace)
    }

    /// Where its sidecar takes requests of the mesh.
    pub fn address(&self) -> String {
        format!("{}:{}", self.pod.address(), self.inbound)
    }

    /// The pod's address.
    pub fn pod_address(&self) -> &str {
        self.pod.address()
    }

    /// It may call another one: its sidecar listens on that service's port of 127.0.0.1.
    pub fn calls(self, other: &Workload) -> Workload {
        self.reaches("127.0.0.1", other.port, &other.namespace)
    }

    /// Its sidecar knows the services of `namespace` that have this port: a scope of egress.
    pub fn reaches(mut self, bind: &str, port: u16, namespace: &str) -> Workload {
        self.egress.push(json!({
            "bind": bind, "captureMode": "NONE", "hosts": [format!("{namespace}/*")],
            "port": {"number": port, "protocol": "HTTP", "name": format!("http-{port}")},
        }));
        self
    }

    /// As [`Workload::reaches`], at the pod's own address, where no other pod's sidecar listens: for a
    /// service that only the proxy itself calls, or services that several workloads call.
    pub fn knows(self, port: u16, namespace: &str) -> Workload {
        let bind = self.pod.address().to_owned();
        self.reaches(&bind, port, namespace)
    }

    /// Changes the pod before it is created.
    pub fn pod(mut self, change: impl FnOnce(PodBuilder) -> PodBuilder) -> Workload {
        self.pod = change(self.pod);
        self
    }

    /// Applies its resources and starts its pod.
    pub async fn start(&self, kubectl: &Kubectl) -> Pod {
        let objects =
            json!({"apiVersion": "v1", "kind": "List", "items": [self.service(), self.sidecar()]});
        kubectl.apply(&objects.to_string()).await;
        self.pod.clone().start(kubectl).await
    }

    /// A `ServiceEntry` in the place of a Service: the API server refuses Endpoints on loopback.
    fn service(&self) -> Value {
        json!({
            "apiVersion": "networking.istio.io/v1", "kind": "ServiceEntry",
            "metadata": self.metadata(),
            "spec": {
                "hosts": [self.host()],
                "location": "MESH_INTERNAL", "resolution": "STATIC",
                "ports": [{
                    "number": self.port, "targetPort": self.inbound, "protocol": "HTTP", "name": "http",
                }],
                "workloadSelector": {"labels": {"app": self.name}},
            },
        })
    }

    fn sidecar(&self) -> Value {
        let mut spec = json!({
            "workloadSelector": {"labels": {"app": self.name}},
            "ingress": [{
                "bind": self.pod.address(), "captureMode": "NONE",
                "defaultEndpoint": format!("127.0.0.1:{}", self.application),
                "port": {"number": self.inbound, "protocol": "HTTP", "name": "http"},
            }],
        });
        if !self.egress.is_empty() {
            spec["egress"] = self.egress.clone().into();
        }
        json!({
            "apiVersion": "networking.istio.io/v1", "kind": "Sidecar",
            "metadata": self.metadata(), "spec": spec,
        })
    }

    fn metadata(&self) -> Value {
        json!({"name": self.name, "namespace": self.namespace})
    }
}
