//! Configurations of `propagators`.

use super::*;
use spanmesh_core::propagation::Propagator;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn propagators(value: Value) -> Value {
    with("propagators", value)
}

#[test]
fn a_list_is_read_and_written_in_its_order() {
    use Propagator::{B3, B3Multi, Baggage, Datadog, Jaeger, OtTrace, TraceContext, XRay};
    let w3c = || vec![TraceContext, Baggage];
    let all = || vec![OtTrace, Datadog, XRay, Jaeger, B3Multi, B3, Baggage, TraceContext];
    let names: Vec<_> = all().into_iter().map(Propagator::name).collect();
    let cases = [
        (json!(["tracecontext", "baggage"]), w3c(), w3c(), "the default, written out"),
        (json!(null), w3c(), w3c(), "null is the default too"),
        (json!(["b3"]), vec![B3], vec![B3], "one"),
        (json!(names), all(), all(), "all"),
        (json!(["none"]), vec![], vec![], "none"),
        (json!([]), vec![], vec![], "nor any"),
        (json!({"extract": ["b3"], "inject": ["xray"]}), vec![B3], vec![XRay], "a translation"),
        (json!({"extract": ["b3"]}), vec![B3], w3c(), "what is left out is the default"),
        (json!({"inject": ["none"]}), w3c(), vec![], "read, not written"),
        (json!({}), w3c(), w3c(), "both left out"),
    ];
    for (value, extract, inject, why) in cases {
        let found = parse(&propagators(value)).unwrap().propagation;
        let expected = Propagation::new(extract, inject);
        assert_eq!(format!("{found:?}"), format!("{expected:?}"), "{why}");
    }
}

#[test]
fn bad_lists_are_refused() {
    const NAMES: &str = "tracecontext, baggage, b3, b3multi, jaeger, xray, datadog, ottrace, none";
    let cases = [
        (
            json!(["b3", "sw8"]),
            format!(r#"propagators[1]: must be one of {NAMES}, found "sw8""#),
            "unknown",
        ),
        (
            json!(["B3"]),
            format!(r#"propagators[0]: must be one of {NAMES}, found "B3""#),
            "names are lower case",
        ),
        (json!([5]), format!("propagators[0]: must be one of {NAMES}, found 5"), "no text"),
        (
            json!([""]),
            format!(r#"propagators[0]: must be one of {NAMES}, found """#),
            "empty",
        ),
        (
            json!(["b3", "xray", "b3"]),
            r#"propagators[2]: is named twice: "b3" is item 0 too"#.into(),
            "twice",
        ),
        (
            json!(["none", "b3"]),
            "propagators[0]: cannot stand beside others".into(),
            "none beside others",
        ),
        (
            json!("b3"),
            r#"propagators: must be a list, or an object with extract and inject, found "b3""#.into(),
            "no list",
        ),
        (
            json!("b3,tracecontext"),
            r#"propagators: must be a list, or an object with extract and inject, found "b3,tracecontext""#.into(),
            "as in the environment",
        ),
        (
            json!({"extract": "b3"}),
            r#"propagators.extract: must be a list, found "b3""#.into(),
            "no list of what is read",
        ),
        (
            json!({"inject": ["b3", "sw8"]}),
            format!(r#"propagators.inject[1]: must be one of {NAMES}, found "sw8""#),
            "unknown among what is written",
        ),
        (
            json!({"extract": ["none", "none"]}),
            "propagators.extract[0]: cannot stand beside others".into(),
            "nor beside itself",
        ),
        (json!({"read": ["b3"]}), "propagators.read: is no known option".into(), "another option"),
    ];
    for (value, expected, why) in cases {
        let problems = parse(&propagators(value)).unwrap_err();
        assert_eq!(problems.first(), Some(&expected), "{why}: {problems:?}");
    }
}
