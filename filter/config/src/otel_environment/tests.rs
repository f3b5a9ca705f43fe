use super::*;
use crate::Config;
use spanmesh_core::propagation::Propagation;
use spanmesh_core::sampling::Sampler;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn resolve(more: &str, variables: &[(&str, &str)], mesh_sampling: Option<f64>) -> Config {
    let variable = |name: &str| {
        variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    };
    let json = format!(r#"{{"exporter": {{"otlp_http": {{"cluster": "c"}}}}{more}}}"#);
    let environment = Environment { variable: &variable, mesh_sampling, node_metadata: &|_| None };
    Config::resolve(json.as_bytes(), &environment).unwrap()
}

/// The root's sampler, as `{:?}` shows it.
fn root(config: &Config) -> String {
    match &config.sampler {
        Sampler::ParentBased(delegates) => format!("{:?}", delegates.root),
        other => format!("not parent-based: {other:?}"),
    }
}

#[test]
fn the_root_ratio_comes_from_the_first_that_names_one() {
    let configured = r#", "sampler": {"parent_based": {"root": {"probability": {"ratio": 0.5}}}}"#;
    let left_open = r#", "sampler": {"parent_based": {"root": "probability"}}"#;
    let ratio =
        [("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "0.25")];
    let off = [("OTEL_TRACES_SAMPLER", "parentbased_always_off")];
    let probability = |th: &str| {
        format!("Probability(Some(Threshold({})))", u64::from_str_radix(th, 16).unwrap())
    };
    let half = probability("80000000000000");
    let quarter = probability("c0000000000000");
    let tenth = probability("e6660000000000");
    type Variables<'a> = &'a [(&'a str, &'a str)];
    let cases: [(&str, Variables<'_>, Option<f64>, &str, &str); 9] = [
        (configured, &ratio, Some(10.0), &half, "the plugin configuration before all"),
        ("", &ratio, Some(10.0), "TraceIdRatioBased", "then the environment"),
        ("", &off, Some(10.0), "AlwaysOff", "any sampler of it"),
        ("", &[], Some(10.0), &tenth, "then the mesh"),
        ("", &[], None, "AlwaysOn", "then the default"),
        (left_open, &ratio, Some(10.0), &quarter, "a share left open: of the environment"),
        (left_open, &off, Some(10.0), &tenth, "which names none: of the mesh"),
        (left_open, &[], None, "Probability(Some(Threshold(0)))", "and at last all"),
        ("", &[("OTEL_TRACES_SAMPLER", "")], Some(10.0), &tenth, "empty is unset"),
    ];
    for (more, variables, mesh, expected, why) in cases {
        let found = root(&resolve(more, variables, mesh));
        assert!(found.starts_with(expected), "{why}: {found}");
    }
    let none = root(&resolve("", &[], Some(0.0)));
    assert_eq!(none, "Probability(None)", "a mesh that wants nothing");
}

#[test]
fn variables_fill_what_is_left_out() {
    let variables = [
        ("OTEL_SDK_DISABLED", "True"),
        ("OTEL_SERVICE_NAME", "cart"),
        ("OTEL_RESOURCE_ATTRIBUTES", "service.name=other,team=shop"),
        ("OTEL_BSP_SCHEDULE_DELAY", "250"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "4096"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "100"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "3000"),
        ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "2000"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Bearer%20x"),
        ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "99"),
        ("OTEL_ATTRIBUTE_COUNT_LIMIT", "64"),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "32"),
    ];
    let config = resolve(r#", "batch": {"max_queue_size": 1000}"#, &variables, None);
    assert!(config.disabled);
    assert_eq!(config.batch.schedule_delay, 250_000_000);
    assert_eq!(config.batch.max_queue_size, 1000, "what is configured stays");
    assert_eq!(config.batch.max_export_batch_size, 100);
    assert_eq!(config.exporter.timeout, 2_000_000_000, "the one for traces wins");
    assert_eq!(config.exporter.headers, [("authorization".into(), "Bearer x".into())]);
    assert_eq!(config.span.limits.value_length, 99);
    assert_eq!(config.span.limits.count, 32, "the one for spans wins");
    let resource: Vec<_> = config.resource.iter().map(|a| a.key.as_str()).collect();
    assert_eq!(resource, ["service.name", "team"], "the service's own variable wins");
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
}

#[test]
fn what_makes_no_sense_is_ignored_with_a_warning() {
    let variables = [
        ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"),
        ("OTEL_TRACES_SAMPLER_ARG", "1.5"),
        ("OTEL_RESOURCE_ATTRIBUTES", "secret"),
        ("OTEL_BSP_SCHEDULE_DELAY", "soon"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "0"),
        ("OTEL_ATTRIBUTE_COUNT_LIMIT", "0"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "secret"),
    ];
    let config = resolve("", &variables, Some(101.0));
    let warnings = config.warnings.join("\n");
    assert_eq!(config.warnings.len(), 7, "{warnings}");
    assert!(warnings.contains("OTEL_BSP_SCHEDULE_DELAY is ignored: it must be milliseconds"));
    assert!(!warnings.contains("secret"), "{warnings}");
    assert_eq!(config.batch.max_queue_size, 2048);
    let unknown = resolve("", &[("OTEL_TRACES_SAMPLER", "jaeger_remote")], None);
    assert_eq!((root(&unknown), unknown.warnings.len()), ("AlwaysOn".to_owned(), 1));
}

#[test]
fn propagators_come_from_the_environment_unless_configured() {
    use Propagator::{B3, B3Multi, Baggage, Jaeger, TraceContext, XRay};
    const WARNING: &str = "OTEL_PROPAGATORS is ignored: it must be a list of propagators that spanmesh knows: another one is left out";
    let configured = r#", "propagators": ["xray"]"#;
    let half = r#", "propagators": {"extract": ["xray"]}"#;
    let null = r#", "propagators": null"#;
    let default = || vec![TraceContext, Baggage];
    let cases = [
        ("", "", default(), default(), 0, "empty is unset"),
        ("", "b3,tracecontext", vec![B3, TraceContext], vec![B3, TraceContext], 0, "in its order"),
        ("", " b3 ,, b3multi,b3", vec![B3, B3Multi], vec![B3, B3Multi], 0, "spaces, once more"),
        (null, "jaeger", vec![Jaeger], vec![Jaeger], 0, "null is left out"),
        ("", "none", vec![], vec![], 0, "none"),
        ("", "sw8,b3,xray-lambda", vec![B3], vec![B3], 2, "what is unknown is left out"),
        ("", "sw8", default(), default(), 1, "a list of nothing else is none"),
        ("", ",", default(), default(), 0, "nor is one of nothing"),
        ("", "B3,None", vec![B3], vec![B3], 0, "any case; `none` adds nothing"),
        (configured, "b3", vec![XRay], vec![XRay], 0, "the configuration wins"),
        (half, "b3", vec![XRay], default(), 0, "also by half"),
    ];
    for (more, value, extract, inject, warnings, why) in cases {
        let config = resolve(more, &[("OTEL_PROPAGATORS", value)], None);
        let expected = format!("{:?}", Propagation::new(extract, inject));
        assert_eq!(format!("{:?}", config.propagation), expected, "{why}");
        assert_eq!(config.warnings, vec![WARNING; warnings], "{why}");
    }
}
