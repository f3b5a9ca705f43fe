//! The variants that are compared: what their Envoys and requests have in common is in
//! `config/`, what they differ in is here.

mod list;
mod plugin;

use std::path::Path;

use serde_json::json;
use spanmesh_harness::{EnvoyConfig, paths};

use crate::world::{Site, UNSAMPLED_PARENT};

pub use list::{FULL_SAMPLING, NONE, RATE_LIMITED, VARIANTS};
use plugin::Plugin;
pub use plugin::TRACES_PER_SECOND;

/// Ports written in `config/envoy.yaml`.
pub const LISTENER: u16 = 15006;
/// Where the configuration has its upstream.
pub const APPLICATION: u16 = 8080;
/// Where it has its collector.
pub const COLLECTOR: u16 = 4318;

/// The configuration that all variants have in common.
pub const ENVOY: &str = include_str!("../config/envoy.yaml");
const NATIVE: &str = include_str!("../config/native.yaml");
const ZIPKIN: &str = include_str!("../config/zipkin.yaml");
/// Where the connection manager's tracing stands.
const TRACING: &str =
    "/static_resources/listeners/0/filter_chains/0/filters/0/typed_config/tracing";
const REQUEST: &str = include_str!("../config/request.http");

/// One way to trace, or not to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Its name in options and results.
    pub name: &'static str,
    /// What it is, for people.
    pub title: &'static str,
    tracer: Tracer,
    /// Percentage of requests that it samples, if that is one.
    pub percent: Option<u8>,
    /// Whether requests carry a `traceparent` whose sampled flag is not set.
    unsampled_parent: bool,
    /// Another module than the one that was built.
    module: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tracer {
    None,
    /// Envoy's own.
    Native(Flush),
    /// Envoy's own of Zipkin, as it is by default.
    Zipkin,
    Spanmesh(Plugin),
    /// `config/host-calls.wat`, with this plugin configuration.
    HostCalls(&'static str),
}

/// When the native tracer exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flush {
    /// At 5 spans or after 5 s.
    Default,
    /// At 512 spans or after 1 s, as spanmesh by default.
    Tuned,
}

// === impl Variant ===

impl Variant {
    /// Whether it runs the module.
    pub fn is_spanmesh(self) -> bool {
        matches!(self.tracer, Tracer::Spanmesh(_))
    }

    /// The same, of another module. Both strings are leaked: there are few.
    pub fn of_module(self, path: &str) -> Variant {
        let leak = |text: String| -> &'static str { text.leak() };
        let module = Path::new(path).file_stem().unwrap_or_default().display();
        Variant {
            name: leak(format!("{}@{module}", self.name)),
            title: leak(format!("{}, {module}", self.title)),
            module: Some(leak(path.to_owned())),
            ..self
        }
    }

    /// Whether every request reaches the upstream with a `traceparent`.
    pub fn is_tracing(self) -> bool {
        self.tracer != Tracer::None
    }

    /// Whether that is the caller's, untouched: it did not sample, and nothing is kept that it
    /// left out.
    pub fn passes_on(self) -> bool {
        self.unsampled_parent && !matches!(self.tracer, Tracer::Spanmesh(Plugin { keep: true, .. }))
    }

    /// The configuration of its Envoy.
    pub fn config(self, site: Site) -> EnvoyConfig {
        let config = EnvoyConfig::from_text(ENVOY)
            .map_port(APPLICATION, site.upstream_port)
            .map_port(COLLECTOR, site.collector_port);
        match self.tracer {
            Tracer::None => config.without_wasm(),
            Tracer::Native(flush) => self.native(config.without_wasm(), flush),
            Tracer::Zipkin => {
                config.without_wasm().set(TRACING, EnvoyConfig::from_text(ZIPKIN).value().clone())
            }
            Tracer::HostCalls(calls) => {
                config.plugin_configuration(calls).module(paths::host_calls())
            }
            Tracer::Spanmesh(plugin) => {
                let config = config.plugin_configuration(&plugin.configuration());
                self.module.into_iter().fold(config, EnvoyConfig::module)
            }
        }
    }

    fn native(self, config: EnvoyConfig, flush: Flush) -> EnvoyConfig {
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

    /// The request that it gets, as bytes.
    pub fn request(self) -> Vec<u8> {
        let mut request = REQUEST.replace('\n', "\r\n");
        if self.unsampled_parent {
            request += &format!("traceparent: {UNSAMPLED_PARENT}\r\n");
        }
        request += "\r\n";
        request.into_bytes()
    }
}
