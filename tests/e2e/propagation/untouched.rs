//! What is not configured passes byte for byte; what is read and not written is gone.

use serde_json::json;
use spanmesh_foreign::Format;

use super::lab::{Case, Lab};

/// Fields of every format, more than once and with bytes that are no text.
fn fields() -> Vec<(String, Vec<u8>)> {
    let rows: [(&str, &[u8]); 30] = [
        ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("tracestate", b"a=1"),
        ("tracestate", b"\xff"),
        ("b3", b"0"),
        ("b3", b"d"),
        ("x-b3-traceid", b"463ac35c9f6413ad"),
        ("x-b3-spanid", b"a2fb4a1d1a96d312"),
        ("x-b3-parentspanid", b"0020000000000001"),
        ("x-b3-sampled", b"\x80\t\xfe"),
        ("x-b3-flags", b"1"),
        ("uber-trace-id", b"4d2:c:0:3"),
        ("uber-trace-id", b"%3A"),
        ("uberctx-user", b"\xc3\xa4"),
        ("uberctx-user", b"b"),
        ("jaeger-debug-id", b"x"),
        ("x-amzn-trace-id", b"Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0"),
        ("x-amzn-trace-id", b"Self=1"),
        ("x-datadog-trace-id", b"1234"),
        ("x-datadog-parent-id", b"12"),
        ("x-datadog-sampling-priority", b"-1"),
        ("x-datadog-origin", b"rum\xff"),
        ("x-datadog-tags", b"_dd.p.dm=-4"),
        ("ot-tracer-traceid", b"4d2"),
        ("ot-tracer-spanid", b"c"),
        ("ot-tracer-sampled", b"false"),
        ("ot-baggage-user", b"a\tb"),
        ("baggage", b"a=1"),
        ("baggage", b"\xe2\x82"),
        ("x-ot-span-context", b"\x80"),
        ("grpc-trace-bin", b"AAAB"),
    ];
    rows.map(|(name, value)| (name.to_owned(), value.to_vec())).to_vec()
}

/// Fields by their names: those of one name in order.
fn by_name(fields: &[(String, Vec<u8>)], kept: impl Fn(&str) -> bool) -> Vec<(String, Vec<u8>)> {
    let kept = fields.iter().filter(|(name, _)| kept(name)).cloned();
    let mut sorted: Vec<_> = kept.collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    sorted
}

#[tokio::test]
async fn formats_that_are_not_configured_pass_byte_for_byte() {
    // The formats that are configured, and whose fields may change for that.
    let b3 = |name: &str| name == "b3" || name.starts_with("x-b3-");
    let w3c = |name: &str| matches!(name, "traceparent" | "tracestate");
    let nothing = |_: &str| false;
    type Touched = fn(&str) -> bool;
    let rows: [(serde_json::Value, Touched, &str); 5] = [
        (json!({}), w3c, "the default; baggage is read and left alone"),
        (json!({"propagators": ["b3"]}), b3, "B3 alone"),
        (json!({"propagators": ["none"]}), nothing, "none"),
        (json!({"propagators": []}), nothing, "nor any"),
        (json!({"propagators": ["baggage"]}), nothing, "baggage is no context"),
    ];
    let options: Vec<_> = rows.iter().map(|(options, ..)| options.clone()).collect();
    let lab = Lab::start(&options).await;
    let sent = fields();
    for (listener, (_, touched, why)) in rows.iter().enumerate() {
        let is_sampled = *why != "B3 alone";
        let case = Case { listener, fields: sent.clone(), is_sampled };
        let outcome = lab.exchange(vec![case]).await.remove(0);
        let untouched = |name: &str| sent.iter().any(|(sent, _)| sent == name) && !touched(name);
        let [expected, left] = [&sent, &outcome.seen.headers].map(|it| by_name(it, untouched));
        assert_eq!(left, expected, "{why}");
        if *why == "none" || *why == "nor any" {
            assert_eq!(outcome.span().parent_span_id(), "", "{why}: a trace of its own");
        }
    }
    lab.account(rows.len() as u64 - 1).await;
}

/// A hop that reads all formats and writes one leaves nothing of the others. W3C's baggage, which is
/// a propagator of its own, and wishes stay.
#[tokio::test]
async fn what_is_read_and_not_written_is_gone() {
    let names = Format::ALL.map(Format::name);
    let options =
        Format::ALL.map(|to| json!({"propagators": {"extract": names, "inject": [to.name()]}}));
    let lab = Lab::start(&options).await;
    let sent = fields();
    let case = |listener| Case { listener, fields: sent.clone(), is_sampled: false };
    let outcomes = lab.exchange((0..options.len()).map(case).collect()).await;
    for (to, outcome) in Format::ALL.into_iter().zip(outcomes) {
        for format in Format::ALL.into_iter().filter(|format| *format != to) {
            assert_eq!(outcome.fields_of(format), [], "{format} to {to}");
        }
        assert!(!outcome.fields_of(to).is_empty(), "{to}");
        let baggage = |name: &str| name.starts_with("uberctx-") || name.starts_with("ot-baggage-");
        let stays = |name: &str| match to {
            _ if ["jaeger-debug-id", "baggage"].contains(&name) => true,
            Format::Jaeger => name.starts_with("uberctx-"),
            Format::OtTrace => name.starts_with("ot-baggage-"),
            _ => false,
        };
        let expected = by_name(&sent, stays);
        let outlives = |name: &str| stays(name) || baggage(name);
        assert_eq!(by_name(&outcome.seen.headers, outlives), expected, "{to}");
    }
    lab.account(0).await;
}
