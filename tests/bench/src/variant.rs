//! The variants that are compared: what their Envoys and requests have in common is in
//! `config/`, what they differ in is here.

use serde_json::{Value, json};
use spanmesh_harness::EnvoyConfig;

use crate::world::Site;

/// Ports written in `config/envoy.yaml`.
pub const LISTENER: u16 = 15006;
const APPLICATION: u16 = 8080;
const COLLECTOR: u16 = 4318;

const ENVOY: &str = include_str!("../config/envoy.yaml");
const NATIVE: &str = include_str!("../config/native.yaml");
const REQUEST: &str = include_str!("../config/request.http");

/// One way to trace, or not to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Its name in options and results.
    pub name: &'static str,
    /// What it is, for people.
    pub title: &'static str,
    tracer: Tracer,
    /// Percentage of requests that it samples.
    pub percent: u8,
    /// Whether requests carry a `traceparent` whose sampled flag is not set.
    unsampled_parent: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tracer {
    None,
    /// Envoy's own.
    Native(Flush),
    Spanmesh,
}

/// When the native tracer exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flush {
    /// At 5 spans or after 5 s.
    Default,
    /// At 512 spans or after 1 s, as spanmesh by default.
    Tuned,
}

/// The variant that all others are compared with.
pub const NONE: &str = "none";

/// All of them, in the order of the table.
pub const VARIANTS: [Variant; 7] = [
    variant(NONE, "no tracing", Tracer::None, 0),
    variant(
        "native",
        "native tracer, 100 %, its default flush",
        Tracer::Native(Flush::Default),
        100,
    ),
    variant("native-tuned", "native tracer, 100 %, flush 512", Tracer::Native(Flush::Tuned), 100),
    variant("native-10", "native tracer, 10 %, flush 512", Tracer::Native(Flush::Tuned), 10),
    variant("spanmesh-100", "spanmesh, 100 %", Tracer::Spanmesh, 100),
    variant("spanmesh-10", "spanmesh, 10 %", Tracer::Spanmesh, 10),
    Variant {
        unsampled_parent: true,
        ..variant(
            "spanmesh-unsampled-parent",
            "spanmesh, incoming unsampled parent",
            Tracer::Spanmesh,
            0,
        )
    },
];

const fn variant(name: &'static str, title: &'static str, tracer: Tracer, percent: u8) -> Variant {
    Variant { name, title, tracer, percent, unsampled_parent: false }
}

// === impl Variant ===

impl Variant {
    /// Whether it runs the module.
    pub fn is_spanmesh(self) -> bool {
        self.tracer == Tracer::Spanmesh
    }

    /// Whether it writes a `traceparent` into every request.
    pub fn is_tracing(self) -> bool {
        self.tracer != Tracer::None
    }

    /// The configuration of its Envoy.
    pub fn config(self, site: Site) -> EnvoyConfig {
        let config = EnvoyConfig::from_text(ENVOY)
            .map_port(APPLICATION, site.upstream_port)
            .map_port(COLLECTOR, site.collector_port);
        match self.tracer {
            Tracer::None => config.without_wasm(),
            Tracer::Native(flush) => self.native(config.without_wasm(), flush),
            Tracer::Spanmesh => config.plugin_configuration(&self.plugin_configuration()),
        }
    }

    fn native(self, config: EnvoyConfig, flush: Flush) -> EnvoyConfig {
        const TRACING: &str =
            "/static_resources/listeners/0/filter_chains/0/filters/0/typed_config/tracing";
        const LAYERS: &str = "/layered_runtime/layers";
        let tracing = EnvoyConfig::from_text(NATIVE).set("/random_sampling/value", self.percent);
        let config = config.set(TRACING, tracing.value().clone());
        match flush {
            Flush::Default => config,
            Flush::Tuned => {
                let flags = json!({
                    "tracing.opentelemetry.min_flush_spans": 512,
                    "tracing.opentelemetry.flush_interval_ms": 1000,
                });
                config.set(LAYERS, json!([{"name": "flush", "static_layer": flags}]))
            }
        }
    }

    fn plugin_configuration(self) -> String {
        let mut plugin: Value = json!({"exporter": {"otlp_http": {"cluster": "otel-collector"}}});
        if self.percent == 10 {
            let root = json!({"trace_id_ratio_based": {"ratio": 0.1}});
            plugin["sampler"] = json!({"parent_based": {"root": root}});
        }
        plugin.to_string()
    }

    /// The request that it gets, as bytes.
    pub fn request(self) -> Vec<u8> {
        let mut request = REQUEST.replace('\n', "\r\n");
        if self.unsampled_parent {
            request += "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00\r\n";
        }
        request += "\r\n";
        request.into_bytes()
    }
}
