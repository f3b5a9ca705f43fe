//! Plugin configurations of the filter.

use serde_json::{Value, json};

/// Traces per second of [`Sampler::RateLimiting`].
pub const TRACES_PER_SECOND: u32 = 1_000;

/// What a plugin configuration says beyond where spans go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plugin {
    pub(super) sampler: Sampler,
    /// Whether failed and slow requests are kept that the sampler left out.
    pub(super) keep: bool,
    pub(super) formats: Formats,
    /// Whether callers are strangers.
    pub(super) edge: bool,
    /// Whether the ids are left in filter state for access logs.
    pub(super) filter_state: bool,
    /// Whether all requests are counted in span metrics.
    pub(super) span_metrics: bool,
    pub(super) body: Body,
    /// How many templates of routes there are; the last one is the request's.
    pub(super) routes: usize,
}

/// The form in which batches leave, over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// OTLP, protobuf.
    Protobuf,
    /// The same, gzipped.
    Gzip,
    /// OTLP, JSON.
    Json,
}

/// Which formats of trace context are read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Formats {
    /// W3C's.
    Default,
    /// All are read, W3C's is written.
    ReadAll,
    /// All are read and written.
    All,
}

/// What decides about new traces; others are the caller's decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sampler {
    /// All of them.
    Default,
    /// 10 %, by their ids.
    TraceIdRatioBased,
    /// 10 %, consistently along their paths.
    Probability,
    /// The same, as the last of so many path rules says; none of the others matches.
    Rules(usize),
    /// [`TRACES_PER_SECOND`].
    RateLimiting,
}

/// The defaults.
pub(super) const PLAIN: Plugin = Plugin {
    sampler: Sampler::Default,
    keep: false,
    formats: Formats::Default,
    edge: false,
    filter_state: false,
    body: Body::Protobuf,
    span_metrics: false,
    routes: 0,
};

// === impl Plugin ===

impl Plugin {
    /// As JSON.
    pub(super) fn configuration(self) -> String {
        let mut plugin: Value = json!({"exporter": {"otlp_http": self.body.exporter()}});
        if let Some(root) = self.sampler.root() {
            plugin["sampler"] = json!({"parent_based": {"root": root}});
        }
        if self.keep {
            plugin["keep"] = json!({"errors": true, "slower_than": "1s"});
        }
        if let Some(propagators) = self.formats.propagators() {
            plugin["propagators"] = propagators;
        }
        if self.edge {
            plugin["trust"] = json!({"inbound": "edge"});
        }
        plugin["filter_state"] = json!(self.filter_state);
        if self.routes > 0 {
            let others = (1..self.routes).map(|number| format!("/api/v{number}/{{id}}/parts"));
            let own = ["/api/products/{id}".to_owned()];
            plugin["routes"] = others.chain(own).collect();
        }
        if self.span_metrics {
            plugin["span_metrics"] = json!({});
        }
        plugin.to_string()
    }
}

// === impl Body ===

impl Body {
    fn exporter(self) -> Value {
        let mut exporter = json!({"cluster": "otel-collector"});
        match self {
            Body::Protobuf => {}
            Body::Gzip => exporter["compression"] = json!("gzip"),
            Body::Json => exporter["encoding"] = json!("json"),
        }
        exporter
    }
}

// === impl Formats ===

impl Formats {
    fn propagators(self) -> Option<Value> {
        const ALL: [&str; 8] =
            ["tracecontext", "baggage", "b3", "b3multi", "jaeger", "xray", "datadog", "ottrace"];
        match self {
            Formats::Default => None,
            Formats::ReadAll => {
                Some(json!({"extract": ALL, "inject": ["tracecontext", "baggage"]}))
            }
            Formats::All => Some(json!(ALL)),
        }
    }
}

// === impl Sampler ===

impl Sampler {
    fn root(self) -> Option<Value> {
        let tenth = || json!({"probability": {"ratio": 0.1}});
        match self {
            Sampler::Default => None,
            Sampler::TraceIdRatioBased => Some(json!({"trace_id_ratio_based": {"ratio": 0.1}})),
            Sampler::Probability => Some(tenth()),
            Sampler::Rules(count) => {
                let others = (1..count).map(|number| {
                    let path = other_path(number);
                    let name = format!("r{number}");
                    json!({"name": name, "match": {"path": path}, "sampler": "always_off"})
                });
                let path = json!({"template": "/api/products/{id}"});
                let last = json!({"name": "last", "match": {"path": path}, "sampler": tenth()});
                let rules: Vec<Value> = others.chain([last]).collect();
                Some(json!({"rule_based": {"rules": rules}}))
            }
            Sampler::RateLimiting => {
                Some(json!({"rate_limiting": {"traces_per_second": TRACES_PER_SECOND}}))
            }
        }
    }
}

/// A path that the request does not have, but begins as it does: as every kind of pattern in turn.
fn other_path(number: usize) -> Value {
    match number % 3 {
        0 => json!(format!("/api/products/{number}")),
        1 => json!({"template": format!("/api/products/{{id}}/parts-{number}/{{part}}")}),
        _ => json!({"prefix": format!("/api/products-{number}/")}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_rules_as_said_and_the_last_one_samples() {
        for count in [1, 1_000] {
            let root = Sampler::Rules(count).root().unwrap();
            let rules = root["rule_based"]["rules"].as_array().unwrap();
            assert_eq!(rules.len(), count);
            let sampling = rules.iter().filter(|rule| rule["sampler"] != "always_off");
            assert_eq!(sampling.collect::<Vec<_>>(), rules.last().as_slice());
        }
    }
}
