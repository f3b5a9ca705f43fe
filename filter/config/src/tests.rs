mod attributes;
mod exporter;
mod propagation;
mod sampling;
mod trust;

use super::*;
use serde_json::{Value, json};
use spanmesh_core::otlp::attributes::AttributeLimits;
use spanmesh_core::redact::Redaction;
use spanmesh_core::sampling::{ParentBased, Ratio, Threshold};
use spanmesh_core::trust::Trust;
use spanmesh_export::destination::{Cluster, Encoding, Protocol};
use spanmesh_export::queue::DropPolicy;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SMALLEST: &str = r#"{"exporter": {"otlp_http": {"cluster": "collector"}}}"#;
const SECOND: u64 = 1_000_000_000;

/// What tests write by serde_json's macro, as the filter has it.
pub(crate) fn ours(value: &Value) -> spanmesh_json::Value {
    spanmesh_json::parse(value.to_string().as_bytes()).unwrap()
}

fn parse(value: &Value) -> Result<Config, Vec<String>> {
    parse_text(&value.to_string())
}

fn parse_text(json: &str) -> Result<Config, Vec<String>> {
    Config::parse(json.as_bytes(), &|name| (name == "TOKEN").then(|| "s3cret".to_owned()))
        .map_err(|problems| problems.iter().map(Problem::to_string).collect())
}

/// The smallest configuration with `path` (dotted) set to `value`.
fn with(path: &str, value: Value) -> Value {
    let mut root: Value = serde_json::from_str(SMALLEST).unwrap();
    let mut place = &mut root;
    for step in path.split('.') {
        place = place.as_object_mut().unwrap().entry(step).or_insert_with(|| json!({}));
    }
    *place = value;
    root
}

#[test]
fn the_smallest_configuration_takes_every_default() {
    let config = parse_text(SMALLEST).unwrap();
    let expected = Config {
        exporter: Destination {
            clusters: vec![Cluster {
                name: "collector".into(),
                authority: "collector".into(),
                option: "exporter.otlp_http.cluster",
            }],
            headers: vec![],
            timeout: 10 * SECOND,
            protocol: Protocol::Http {
                path: "/v1/traces".into(),
                encoding: Encoding::OtlpProtobuf,
                gzip: None,
            },
        },
        batch: BatchLimits {
            schedule_delay: SECOND,
            max_export_batch_size: 512,
            max_export_batch_bytes: 512 * 1024,
            max_queue_size: 2048,
            max_queue_bytes: 4 * 1024 * 1024,
            drop_when_full: DropPolicy::Newest,
        },
        retry: RetrySettings {
            initial_interval: SECOND,
            max_interval: 30 * SECOND,
            max_elapsed_time: 120 * SECOND,
        },
        resource: vec![],
        propagation: Propagation::default(),
        sampler: Sampler::default(),
        force: Force::default(),
        keep: None,
        trust: TrustSettings { inbound: None, outbound: Trust::Mesh },
        response_headers: vec![],
        filter_state: false,
        span_metrics: None,
        direction: None,
        span: SpanSettings {
            redaction: Redaction::default(),
            limits: AttributeLimits { count: 128, value_length: 4096, header_bytes: 8192 },
            routes: Default::default(),
            extras: Default::default(),
        },
        disabled: false,
        warnings: vec![],
    };
    assert_eq!(format!("{config:?}"), format!("{expected:?}"));
}

#[test]
fn span_metrics_are_off_unless_there_is_an_object() {
    let cases = [
        (json!(null), Ok(None), "the default"),
        (json!({}), Ok(Some(1000)), "on, with its defaults"),
        (json!({"aggregation_cardinality_limit": 20}), Ok(Some(20)), "on"),
        (
            json!({"aggregation_cardinality_limit": 0}),
            Err(
                "span_metrics.aggregation_cardinality_limit: must be a whole number from 1 to 100000, found 0",
            ),
            "no limit is none of the choices",
        ),
        (json!(true), Err("span_metrics: must be an object, found true"), "a truth value"),
    ];
    for (value, expected, why) in cases {
        let found = parse(&with("span_metrics", value)).map(|config| config.span_metrics);
        assert_eq!(found, expected.map_err(|problem| vec![problem.to_owned()]), "{why}");
    }
}

#[test]
fn every_option_has_an_effect() {
    let json = json!({
        "exporter": {"otlp_http": {"cluster": "collector"}},
        "batch": {"schedule_delay": 200, "max_export_batch_size": 10, "max_queue_size": 20,
                  "max_export_batch_bytes": 2048, "max_queue_bytes": 8192,
                  "drop_when_full": "oldest"},
        "retry": {"initial_interval": "100ms", "max_interval": "1s", "max_elapsed_time": "1m"},
        "resource": {"attributes": {"service.name": "cart", "replica": 3, "canary": true, "share": 0.5}},
        "sampler": {"parent_based": {"root": {"trace_id_ratio_based": {"ratio": 0.25}},
                                     "remote_parent_not_sampled": "always_on"}},
        "direction": "outbound",
    });
    let config = parse(&json).unwrap();
    let batch = BatchLimits {
        schedule_delay: SECOND / 5,
        max_export_batch_size: 10,
        max_export_batch_bytes: 2048,
        max_queue_size: 20,
        max_queue_bytes: 8192,
        drop_when_full: DropPolicy::Oldest,
    };
    assert_eq!(config.batch, batch);
    assert_eq!(
        (config.retry.initial_interval, config.retry.max_elapsed_time),
        (SECOND / 10, 60 * SECOND)
    );
    assert_eq!(config.resource.len(), 4);
    let sampler = Sampler::ParentBased(Box::new(ParentBased {
        root: Sampler::TraceIdRatioBased(Ratio::new(0.25).unwrap()),
        remote_parent_sampled: Sampler::AlwaysOn,
        remote_parent_not_sampled: Sampler::AlwaysOn,
    }));
    assert_eq!(format!("{:?}", config.sampler), format!("{sampler:?}"));
    assert_eq!(config.direction, Some(SpanKind::Client));
}

#[test]
fn samplers_may_be_names_objects_or_nulls() {
    let cases = [
        (json!("always_on"), Sampler::AlwaysOn),
        (json!({"always_off": null}), Sampler::AlwaysOff),
        (json!("probability"), Sampler::Probability(Some(Threshold::ALWAYS))),
        (json!({"probability": {"ratio": 0}}), Sampler::Probability(None)),
        (json!({"always_off": {}}), Sampler::AlwaysOff),
        (json!({"parent_based": {}}), Sampler::default()),
        (
            json!({"trace_id_ratio_based": {"ratio": 1}}),
            Sampler::TraceIdRatioBased(Ratio::new(1.0).unwrap()),
        ),
    ];
    for (json, expected) in cases {
        let sampler = parse(&with("sampler", json.clone())).unwrap().sampler;
        assert_eq!(format!("{sampler:?}"), format!("{expected:?}"), "{json}");
    }
}

/// Bad configurations and the problem that each must be refused with.
fn bad() -> Vec<(Value, &'static str)> {
    vec![
        (json!({}), "exporter: is required: where spans go"),
        (json!([]), "(configuration): must be an object, found []"),
        (
            with("batch.max_queue_size", json!(0)),
            "batch.max_queue_size: must be a whole number from 1 to 1000000, found 0",
        ),
        (
            with("batch.max_queue_size", json!("12")),
            r#"batch.max_queue_size: must be a whole number from 1 to 1000000, found "12""#,
        ),
        (
            with("batch.max_export_batch_size", json!(4096)),
            "batch.max_export_batch_size: must not be more than max_queue_size (2048), found 4096",
        ),
        (
            with("batch.max_queue_bytes", json!(10_000)),
            "batch.max_export_batch_bytes: must not be more than max_queue_bytes (10000), found 524288",
        ),
        (
            with("batch.schedule_delay", json!("1 s")),
            r#"batch.schedule_delay: must be a duration from 1ms to 1h: milliseconds, or text with a unit (ms, s, m, h), found "1 s""#,
        ),
        (
            with("retry.initial_interval", json!("1m")),
            "retry.initial_interval: must not be more than max_interval (30s), found 1m",
        ),
        (
            with("resource.attributes", json!({"a": [1]})),
            "resource.attributes.a: must be text, a number or a truth value, found [1]",
        ),
        (
            with("sampler", json!("sometimes")),
            r#"sampler: must be one of always_on, always_off, probability, found "sometimes""#,
        ),
        (
            with("sampler", json!({"always_on": {}, "always_off": {}})),
            "sampler: must have exactly one of always_on, always_off, probability, trace_id_ratio_based, parent_based, rule_based, rate_limiting, jaeger_remote, found several",
        ),
        (
            with("sampler.parent_based.root.trace_id_ratio_based.ratio", json!(1.5)),
            "sampler.parent_based.root.trace_id_ratio_based.ratio: must be between 0 and 1, found 1.5",
        ),
        (
            with("sampler", json!({"trace_id_ratio_based": {}})),
            "sampler.trace_id_ratio_based.ratio: is required: the share, from 0 to 1",
        ),
        (
            with("direction", json!("sideways")),
            r#"direction: must be one of auto, inbound, outbound, found "sideways""#,
        ),
        (
            with("redact.query", json!(["a", 5])),
            "redact.query[1]: must be text or an object, found 5",
        ),
        (with("sampling", json!(1)), "sampling: is no known option"),
    ]
}

#[test]
fn a_problem_is_told_by_path_and_reason() {
    for (json, expected) in bad() {
        assert_eq!(parse(&json).unwrap_err(), [expected], "{json}");
    }
}

#[test]
fn every_problem_is_told_at_once() {
    let json = json!({
        "exporter": {"otlp_http": {"cluster": 5, "timeout": "x"}},
        "batch": {"max_queue_size": -1},
        "sampler": {"trace_id_ratio_based": {"ratio": "high"}},
        "unknown": true,
    });
    let paths: Vec<String> = parse(&json)
        .unwrap_err()
        .iter()
        .map(|problem| problem.split(':').next().unwrap().to_owned())
        .collect();
    let expected = [
        "unknown",
        "exporter.otlp_http.cluster",
        "exporter.otlp_http.timeout",
        "batch.max_queue_size",
        "sampler.trace_id_ratio_based.ratio",
    ];
    assert_eq!(paths, expected);
}

#[test]
fn hostile_input_is_refused_and_never_panics() {
    let deep = "[".repeat(100_000);
    let nested =
        format!("{}\"always_on\"{}", r#"{"parent_based":{"root":"#.repeat(40), "}}".repeat(40));
    let nested = SMALLEST.replace("}}}", &format!("}}}}, \"sampler\": {nested}}}"));
    for text in ["", "{", "\u{0}", "nul", deep.as_str(), nested.as_str()] {
        assert!(!parse_text(text).unwrap_err().is_empty());
    }
    let broken = Config::parse(b"\xff\xfe", &|_| None).unwrap_err();
    assert!(broken[0].to_string().starts_with("(configuration): is not valid JSON: "));
}

/// Every option of `options` at its default, sections filled in turn.
fn spelled_out(options: &[options::Opt]) -> Value {
    let entries = options.iter().filter_map(|option| {
        let value = match &option.kind {
            options::Kind::Object(inner) if option.default == Some("{}") => spelled_out(inner),
            _ => serde_json::from_str(option.default?).unwrap(),
        };
        Some((option.name.to_owned(), value))
    });
    Value::Object(entries.collect())
}

#[test]
fn spelling_out_every_default_changes_nothing() {
    let mut json = spelled_out(&options::ROOT);
    let mut otlp_http = spelled_out(&options::exporter::OTLP_HTTP);
    otlp_http["cluster"] = json!("collector");
    json["exporter"] = json!({"otlp_http": otlp_http});
    assert_eq!(json["batch"]["max_queue_size"], 2048);
    let [spelled_out, smallest] = [parse(&json), parse_text(SMALLEST)].map(|c| format!("{c:?}"));
    assert_eq!(spelled_out, smallest);
}
