//! Plugin configurations that together use every feature.

use libfuzzer_sys::arbitrary::{self, Arbitrary};

/// One choice for each option; the numbers are indexes into what may be chosen.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Configuration<'a> {
    exporter: u8,
    batch: u8,
    retry: u8,
    sampler: u8,
    keep: u8,
    trust: u8,
    propagators: u8,
    direction: u8,
    answer: u8,
    switches: u8,
    /// Whether something is put behind it that makes it invalid, or anything else.
    appended: Option<&'a [u8]>,
}

/// Most spans that a queue of these configurations holds.
pub const MAX_QUEUE: i64 = 20;
/// Most spans that an export of these has.
pub const MAX_BATCH: usize = 20;
/// Most bytes of an export: what a queue holds, and the resource.
pub const MAX_BYTES: usize = 24 * 1024;

const EXPORTERS: [&str; 9] = [
    r#"{"otlp_http": {"cluster": "collector"}}"#,
    r#"{"otlp_http": {"cluster": "collector", "failover_cluster": "other", "timeout": "1s"}}"#,
    r#"{"otlp_http": {"cluster": "collector", "encoding": "json"}}"#,
    r#"{"otlp_http": {"cluster": "collector", "compression": "gzip", "compression_threshold": 0}}"#,
    r#"{"otlp_grpc": {"cluster": "collector", "headers": {"authorization": "Bearer secret"}}}"#,
    r#"{"otlp_grpc": {"cluster": "collector", "failover_cluster": "other", "timeout": "2s"}}"#,
    r#"{"zipkin": {"cluster": "zipkin"}}"#,
    r#"{"zipkin": {"cluster": "zipkin", "failover_cluster": "other", "compression": "gzip", "compression_threshold": 10}}"#,
    r#"{"otlp_http": {"cluster": "collector", "failover_cluster": "other", "encoding": "json", "compression": "gzip", "headers": {"x-key": "${KEY}"}}}"#,
];

const BATCHES: [&str; 5] = [
    r#"{"max_export_batch_size": 3, "max_queue_size": 8}"#,
    r#"{"max_export_batch_size": 1, "max_queue_size": 4, "drop_when_full": "oldest"}"#,
    r#"{"schedule_delay": "10ms", "max_export_batch_size": 4, "max_queue_size": 20, "max_export_batch_bytes": 1024}"#,
    r#"{"schedule_delay": "1h", "max_export_batch_size": 20, "max_queue_size": 20, "max_queue_bytes": 1024, "max_export_batch_bytes": 1024, "drop_when_full": "oldest"}"#,
    r#"{"max_export_batch_size": 8, "max_queue_size": 8, "max_queue_bytes": 16384, "max_export_batch_bytes": 16384}"#,
];

const RETRIES: [&str; 4] = [
    "{}",
    r#"{"max_elapsed_time": 0}"#,
    r#"{"initial_interval": "1ms", "max_interval": "2ms", "max_elapsed_time": "100ms"}"#,
    r#"{"initial_interval": "30s", "max_interval": "1h", "max_elapsed_time": "24h"}"#,
];

const SAMPLERS: [&str; 11] = [
    r#"{"parent_based": {"root": "always_on"}}"#,
    r#""always_on""#,
    r#""always_off""#,
    r#"{"parent_based": {"root": "always_off"}}"#,
    r#"{"probability": {"ratio": 0.5}}"#,
    r#"{"parent_based": {"root": {"probability": {"ratio": 0.01}}, "remote_parent_sampled": {"trace_id_ratio_based": {"ratio": 0.5}}}}"#,
    r#"{"rate_limiting": {"traces_per_second": 2, "burst": 3}}"#,
    r#"{"jaeger_remote": {"cluster": "jaeger", "interval": "1s", "initial_sampler": "always_on"}}"#,
    r#"{"parent_based": {"root": {"jaeger_remote": {"cluster": "jaeger", "interval": "1h"}}}}"#,
    r#"{"rule_based": {"rules": [{"name": "health", "match": {"path": "/healthz"}, "sampler": "always_off"}, {"name": "port", "match": {"listener_port": [80, 15006], "method": "GET"}, "sampler": "always_on"}, {"name": "rest", "match": {"header": {"x-tenant": {"present": true}}}, "sampler": {"probability": {"ratio": 0.5}}, "keep": true}]}}"#,
    r#"{"rule_based": {"rules": [{"name": "grpc", "match": {"grpc_service": {"prefix": "shop."}}, "sampler": "always_on"}, {"name": "orders", "match": {"path": {"template": "/orders/{id}"}}, "sampler": {"rate_limiting": {"traces_per_second": 0.5}}}, {"name": "all", "sampler": "always_off", "keep": true}]}}"#,
];

const KEEPS: [&str; 8] = [
    "null",
    "null",
    r#"{"errors": true}"#,
    r#"{"errors": true, "slower_than": "1s", "calls": true, "max_held_calls": 3}"#,
    r#"{"errors": ["grpc", "reset"], "calls": true, "max_held_bytes": 1024, "max_age": "1s", "path_header": "server-timing"}"#,
    r#"{"rules": [{"name": "tenant", "match": {"header": {"x-tenant": "acme"}}}, {"name": "teapot", "match": {"response_status": 418, "response_header": {"x-kept": {"at_least": 3}}}, "slower_than": "1ms"}], "along_path": false}"#,
    r#"{"errors": true, "rate_limit": {"traces_per_second": 1, "burst": 1}, "path_header": "x-kept-here"}"#,
    r#"{"slower_than": "1ms", "calls": true}"#,
];

const TRUSTS: [&str; 6] = [
    "{}",
    "{}",
    r#"{"inbound": "edge"}"#,
    r#"{"inbound": {"edge": {"on_foreign_context": "ignore_decision", "except": {"peer_address": ["10.0.0.0/8", "::1/128"]}}}, "outbound": "edge"}"#,
    r#"{"outbound": {"edge": {"except": {"host": {"suffix": ".internal"}}}}}"#,
    r#"{"inbound": {"edge": {"except": {"mtls_peer": {"prefix": "spiffe://cluster.local/"}, "header": {"x-secret": "abc"}}}}}"#,
];

const PROPAGATORS: [&str; 6] = [
    r#"["tracecontext", "baggage"]"#,
    r#"["tracecontext", "baggage"]"#,
    r#"["b3", "b3multi", "jaeger", "tracecontext", "baggage"]"#,
    r#"{"extract": ["xray", "datadog", "ottrace", "tracecontext"], "inject": ["tracecontext", "xray", "datadog", "ottrace"]}"#,
    r#"{"extract": ["tracecontext"], "inject": ["b3multi", "jaeger", "baggage"]}"#,
    r#"["none"]"#,
];

const DIRECTIONS: [&str; 4] = ["auto", "auto", "inbound", "outbound"];

const ANSWERS: [&str; 4] =
    ["null", r#""traceresponse""#, r#"["server-timing", "x-trace-id"]"#, r#""x-trace-id""#];

const ATTRIBUTES: &str = r#"{"request_headers": ["x-tenant", "cookie"], "response_headers": ["x-kept", "set-cookie"], "baggage": ["*"], "constant": {"team": "blue", "tier": 3}, "environment": {"home": "HOME"}, "node_metadata": {"workload": "WORKLOAD_NAME", "app": ["LABELS", "app"]}}"#;
const REDACT: &str = r#"{"query": ["token", {"regex": "s.*t"}], "headers": ["cookie"], "paths": ["/reset/{token}", {"regex": "[0-9]{4}"}], "detectors": ["card_number", "email", "bearer_token"]}"#;
const LIMITS: &str = r#"{"attribute_count_limit": 20, "attribute_value_length_limit": 32, "header_bytes_limit": 64}"#;

fn choose<'b>(list: &[&'b str], index: u8) -> &'b str {
    list[usize::from(index) % list.len()]
}

// === impl Configuration ===

impl Configuration<'_> {
    /// As the host gives it.
    pub fn bytes(&self) -> Vec<u8> {
        let mut text = String::from("{");
        let mut option = |name: &str, value: &str| {
            let comma = if text.len() > 1 { ", " } else { "" };
            text += &format!("{comma}\"{name}\": {value}");
        };
        option("exporter", choose(&EXPORTERS, self.exporter));
        option("batch", choose(&BATCHES, self.batch));
        option("retry", choose(&RETRIES, self.retry));
        option("sampler", choose(&SAMPLERS, self.sampler));
        option("keep", choose(&KEEPS, self.keep));
        option("trust", choose(&TRUSTS, self.trust));
        option("propagators", choose(&PROPAGATORS, self.propagators));
        option("direction", &format!("\"{}\"", choose(&DIRECTIONS, self.direction)));
        option("response_header", choose(&ANSWERS, self.answer));
        let switch = |bit: u8| self.switches & (1 << bit) != 0;
        for (bit, name, value) in [
            (0, "filter_state", "true"),
            (1, "span_metrics", r#"{"aggregation_cardinality_limit": 5}"#),
            (2, "attributes", ATTRIBUTES),
            (3, "redact", REDACT),
            (4, "limits", LIMITS),
            (5, "routes", r#"["/orders/{id}", "/users/{user}/cart"]"#),
            (6, "mask_ids", "true"),
            (7, "force", r#"{"header": "x-trace-force", "request_id": true}"#),
        ] {
            if switch(bit) {
                option(name, value);
            }
        }
        text.push('}');
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(self.appended.unwrap_or_default());
        bytes
    }

    /// Whether the filter must take it.
    pub fn is_good(&self) -> bool {
        self.appended.is_none()
    }

    /// Whether it is good, and a plain mesh reads and writes W3C Trace Context alone.
    pub fn is_plain(&self) -> bool {
        let is_mesh = choose(&TRUSTS, self.trust) == TRUSTS[0];
        self.is_good() && is_mesh && choose(&PROPAGATORS, self.propagators) == PROPAGATORS[0]
    }
}
