//! Clusters that no file declares.

use serde_json::{Value, json};

const OPTIONS: &str = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

/// A cluster with one endpoint on 127.0.0.1.
#[derive(Clone, Debug)]
pub struct Cluster {
    name: String,
    port: u16,
    is_http2: bool,
}

impl Cluster {
    /// A cluster that leads to this real port, over HTTP/1.1.
    pub fn new(name: &str, port: u16) -> Cluster {
        Cluster { name: name.to_owned(), port, is_http2: false }
    }

    /// Over HTTP/2 with prior knowledge, as gRPC needs.
    pub fn http2(mut self) -> Cluster {
        self.is_http2 = true;
        self
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// As Envoy's configuration has it.
    pub(crate) fn value(&self) -> Value {
        let address = json!({"socket_address": {"address": "127.0.0.1", "port_value": self.port}});
        let endpoints = json!([{"lb_endpoints": [{"endpoint": {"address": address}}]}]);
        let mut cluster = json!({
            "name": self.name,
            "type": "STATIC",
            "load_assignment": {"cluster_name": self.name, "endpoints": endpoints},
        });
        if self.is_http2 {
            set_http2(&mut cluster);
        }
        cluster
    }
}

/// Makes Envoy speak HTTP/2 (prior knowledge) to a cluster.
pub(super) fn set_http2(cluster: &mut Value) {
    cluster["typed_extension_protocol_options"] = json!({OPTIONS: {
        "@type": format!("type.googleapis.com/{OPTIONS}"),
        "explicit_http_config": {"http2_protocol_options": {}},
    }});
}
