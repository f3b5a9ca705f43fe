use super::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const ALL: [Field; 20] = [
    Field::B3,
    Field::B3TraceId,
    Field::B3SpanId,
    Field::B3ParentSpanId,
    Field::B3Sampled,
    Field::B3Flags,
    Field::UberTraceId,
    Field::JaegerDebugId,
    Field::UberContext,
    Field::AmznTraceId,
    Field::DatadogTraceId,
    Field::DatadogParentId,
    Field::DatadogSamplingPriority,
    Field::DatadogOrigin,
    Field::DatadogTags,
    Field::OtTraceId,
    Field::OtSpanId,
    Field::OtSampled,
    Field::OtBaggage,
    Field::Baggage,
];

#[test]
fn every_field_is_found_by_its_name() {
    let all = Propagator::ALL.into_iter().collect();
    let names = ALL.map(Field::name);
    for (field, name) in ALL.into_iter().zip(names) {
        assert_eq!(Field::of(name.as_bytes(), all), Some(field), "{name}");
        assert_eq!(Field::of(name.as_bytes(), PropagatorSet::default()), None, "{name}");
    }
}

#[test]
fn only_fields_of_noticed_propagators_are_found() {
    let b3 = PropagatorSet::default().with(Propagator::B3Multi);
    let jaeger = PropagatorSet::default().with(Propagator::Jaeger);
    let cases: [(&str, PropagatorSet, Option<Field>, &str); 8] = [
        ("b3", b3, Some(Field::B3), "both forms are read"),
        ("x-b3-flags", b3, Some(Field::B3Flags), "one of many"),
        ("x-b3-other", b3, None, "none of them"),
        ("uber-trace-id", b3, None, "of another format"),
        ("uberctx-user", jaeger, Some(Field::UberContext), "one of a family"),
        ("uberctx", jaeger, None, "not even a prefix"),
        ("baggage", jaeger, None, "baggage is a propagator of its own"),
        ("ot-baggage-a", PropagatorSet::default(), None, "nothing is noticed"),
    ];
    for (name, noticed, expected, why) in cases {
        assert_eq!(Field::of(name.as_bytes(), noticed), expected, "{why}: {name}");
    }
}
