use super::*;
use crate::propagation::Propagator;
use crate::propagation::testing::{context, head, outgoing, reading, written};
use crate::trust::OnForeignContext;
use Decision::{Deferred, NotSampled, Sampled};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const ROOT: &str = "Root=1-58406520-a006649127e371903a2de979";
const TRACE: &str = "58406520a006649127e371903a2de979";
const SPAN: &str = "4c721bf33e3caf8f";
const SELF: &str = "Self=1-58406520-bf42676c05e20ba4a90e448e";

fn with(value: &str) -> RequestHead {
    head(Propagator::XRay, &[("x-amzn-trace-id", value)])
}

/// After opentelemetry-rust-contrib, opentelemetry-aws/src/trace/xray_propagator.rs; what it
/// makes of other orders and of a `Parent` that is none follows opentelemetry-go-contrib,
/// propagators/aws/xray; the load balancer's fields are those of its manual.
#[test]
fn what_is_read() {
    let of = |span, decision| Ok(Some(reading(TRACE, span, decision)));
    let cases = [
        (String::new(), Ok(None), "empty"),
        (format!("{ROOT};Parent={SPAN};Sampled=1"), of(SPAN, Sampled), "sampled"),
        (format!("{ROOT};Parent={SPAN};Sampled=0"), of(SPAN, NotSampled), "not sampled"),
        (format!("{ROOT};Parent={SPAN};Sampled=?"), of(SPAN, Deferred), "please decide"),
        (format!("{ROOT};Parent={SPAN}"), of(SPAN, Deferred), "no decision"),
        (format!("{ROOT};Parent={SPAN};Sampled=yes"), of(SPAN, Deferred), "no such decision"),
        (format!("{ROOT};Sampled=1"), of("", Sampled), "no span"),
        (ROOT.to_owned(), of("", Deferred), "a load balancer's first request"),
        (format!("{SELF};{ROOT};CalledFrom=app"), of("", Deferred), "and what comes back"),
        (format!("Sampled=1;Parent={SPAN};{ROOT}"), of(SPAN, Sampled), "any order"),
        (format!("{ROOT}; Parent={SPAN} ;\tSampled=1 ;"), of(SPAN, Sampled), "white space"),
        (format!("{ROOT};Lineage=100:e3b0c442:11"), of("", Deferred), "Lambda's Lineage"),
        (format!("{ROOT};sampled=1"), of("", Deferred), "keys have one case"),
        (format!("{ROOT};a=1;a=2;b="), of("", Deferred), "pairs of others are not judged"),
        ("Lineage=100:e3b0c442:11".into(), Ok(None), "no context"),
        ("Sampled=1;Self=foo".into(), Ok(None), "no trace"),
        ("Root=1-bogus-bad".into(), Err(Malformed), "no trace id"),
        ("Root=1-too-many-parts".into(), Err(Malformed), "nor that"),
        (format!("{}-00;Sampled=1", ROOT), Err(Malformed), "a fourth part"),
        (ROOT.replace("1-", "2-"), Err(Malformed), "another version"),
        (ROOT.replace("5840", "584O"), Err(Malformed), "no digit"),
        (ROOT.to_uppercase().replace("ROOT", "Root"), Err(Malformed), "upper case"),
        (format!("Root=1-{}-{}", "0".repeat(8), "0".repeat(24)), Err(Malformed), "zero"),
        (format!("{ROOT};Parent=garbage"), Err(Malformed), "no span id"),
        (format!("{ROOT};Parent={}", "0".repeat(16)), Err(Malformed), "zero span id"),
        (format!("{ROOT};{ROOT}"), Err(Malformed), "two traces"),
        (format!("{ROOT};Sampled=1;Sampled=0"), Err(Malformed), "two decisions"),
        (format!("{ROOT};Sampled"), Err(Malformed), "no pair"),
        ("garbage".into(), Err(Malformed), "no pair at all"),
    ];
    for (value, expected, why) in cases {
        assert_eq!(extract(&with(&value)), expected, "{why}: {value}");
    }
}

#[test]
fn what_is_written() {
    let ours = |sampled| format!("{ROOT};Parent=00f067aa0ba902b7;Sampled={sampled}");
    let arrived = format!("{SELF};{ROOT};Parent={SPAN}; Sampled=0 ; Lineage=1:e3b0c442:2;x=");
    let kept = format!("{};{SELF};Lineage=1:e3b0c442:2;x=", ours(1));
    let fits = format!("{};a={}", ours(1), "x".repeat(MAX_LENGTH - ours(1).len() - 3));
    let stranger = Crossing::Entering(OnForeignContext::IgnoreDecision);
    let cases = [
        (None, Crossing::Within, true, ours(1), "sampled"),
        (None, Crossing::Within, false, ours(0), "not sampled"),
        (Some(arrived.clone()), Crossing::Within, true, kept, "pairs of others go on"),
        (Some(arrived), stranger, true, ours(1), "but not a stranger's"),
        (Some(fits.clone()), Crossing::Within, true, fits.clone(), "as many as fit"),
        (Some(format!("b=1;{fits}x")), Crossing::Within, true, ours(1), "all or none"),
        (Some("garbage;a=1".into()), Crossing::Within, true, ours(1) + ";a=1", "no pair"),
    ];
    for (arrived, crossing, sampled, expected, why) in cases {
        let head = with(&arrived.unwrap_or_default());
        let context = context(TRACE, sampled);
        let outgoing = Outgoing { crossing, ..outgoing(&context, Some(&head)) };
        let expected = format!("x-amzn-trace-id: {expected}");
        assert_eq!(written(|set| inject(&outgoing, set)), expected, "{why}");
    }
}
