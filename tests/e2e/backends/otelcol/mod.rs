//! The real OpenTelemetry Collector, over every transport and with authentication. What it
//! forwards is compared.

mod credentials;
mod pipelines;
mod transports;
mod zipkin_receiver;

use serde_json::{Value, json};
use spanmesh_harness::{EnvoyConfig, OtelcolConfig};

use super::traffic::sidecar;
use crate::attributes::with_variables;
use crate::support::Sidecar;

/// An environment variable of the VM, and its value.
const VARIABLE: &str = "COLLECTOR_TOKEN";
const SECRET: &str = "s3cr3t.t0k3n";

/// A transport to the Collector.
#[derive(Clone, Copy, Debug)]
struct Transport {
    /// The exporter: its option, and what is set there beside the cluster and header fields.
    exporter: &'static str,
    options: &'static [(&'static str, &'static str)],
}

const HTTP: Transport = Transport { exporter: "otlp_http", options: &[] };
const GRPC: Transport = Transport { exporter: "otlp_grpc", options: &[] };
const ZIPKIN: Transport = Transport { exporter: "zipkin", options: &[] };

impl Transport {
    /// A sidecar that sends its spans so, with `authorization` if it is not empty.
    async fn sidecar(self, collector: &OtelcolConfig, authorization: &str) -> Sidecar {
        let mut settings = json!({"cluster": "otel-collector"});
        for (option, value) in self.options {
            settings[option] = json!(value);
            if *option == "compression" {
                settings["compression_threshold"] = json!(0);
            }
        }
        if !authorization.is_empty() {
            settings["headers"] = json!({"authorization": authorization});
        }
        let exporter: Value = json!({self.exporter: settings});
        sidecar(exporter, |config| self.connect(config, collector)).await
    }

    fn connect(self, config: EnvoyConfig, collector: &OtelcolConfig) -> EnvoyConfig {
        let port = match self.exporter {
            "otlp_http" => collector.otlp_http_port(),
            "otlp_grpc" => collector.otlp_grpc_port(),
            _ => collector.zipkin_port(),
        };
        let config = with_variables(config, &json!({VARIABLE: SECRET}));
        let config = config.map_cluster_port("otel-collector", port);
        if self.exporter == "otlp_grpc" { config.http2_cluster("otel-collector") } else { config }
    }
}
