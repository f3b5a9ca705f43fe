//! Fields of every format with values that nobody means well by. No request fails, no account is
//! out of balance, and whatever came, the next hop gets one context: that of the span.

use serde_json::json;
use spanmesh_foreign::{Format, Headers, Library, Propagator, headers};
use spanmesh_harness::{Allowance, Rule};

use super::lab::{Case, Lab, Outcome};

const MEGABYTE: usize = 1024 * 1024;
const MANY: usize = 10_000;

/// Every field that is read, with a value that is good where the others of its format are.
const FIELDS: [(&str, &str); 21] = [
    ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ("tracestate", "a=1"),
    ("b3", "463ac35c9f6413ad-a2fb4a1d1a96d312-1"),
    ("x-b3-traceid", "463ac35c9f6413ad"),
    ("x-b3-spanid", "a2fb4a1d1a96d312"),
    ("x-b3-parentspanid", "0020000000000001"),
    ("x-b3-sampled", "1"),
    ("x-b3-flags", "0"),
    ("uber-trace-id", "4d2:c:0:1"),
    ("uberctx-user", "a"),
    ("jaeger-debug-id", "a"),
    (
        "x-amzn-trace-id",
        "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
    ),
    ("x-datadog-trace-id", "1234"),
    ("x-datadog-parent-id", "12"),
    ("x-datadog-sampling-priority", "1"),
    ("x-datadog-origin", "rum"),
    ("x-datadog-tags", "_dd.p.dm=-4"),
    ("ot-tracer-traceid", "4d2"),
    ("ot-tracer-spanid", "c"),
    ("ot-tracer-sampled", "true"),
    ("ot-baggage-user", "a"),
];

/// Bad values for a field, given a good one.
fn values(good: &str) -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let good = good.as_bytes();
    let with = |rest: &[u8]| [good, rest].concat();
    let members = |separator: &str| {
        let member = |number| format!("k{number}=v{separator}");
        with(format!("{separator}{}", (0..MANY).map(member).collect::<String>()).as_bytes())
    };
    vec![
        ("empty", vec![vec![]]),
        ("white space", vec![b" \t ".to_vec()]),
        ("separators alone", vec![b"-:;,=%-:;,=%".to_vec()]),
        ("half an escape", vec![with(b"%")]),
        ("no UTF-8", vec![b"\xff\xfe\xc0\xaf".to_vec()]),
        ("good, and no UTF-8 behind it", vec![with(b";a=\xff\xc3")]),
        (
            "every byte that Envoy lets through",
            vec![(1..=255).filter(|byte| matches!(byte, b'\t' | b' '..=b'~' | 0x80..)).collect()],
        ),
        ("a megabyte", vec![vec![b'0'; MEGABYTE]]),
        ("good, and a megabyte behind it", vec![with(&vec![b'a'; MEGABYTE])]),
        ("ten thousand pairs of X-Ray", vec![members(";")]),
        ("ten thousand members", vec![members(",")]),
        ("twice the same", vec![good.to_vec(); 2]),
        ("good and bad", vec![good.to_vec(), b"\xff".to_vec()]),
        ("bad and good", vec![b"\xff".to_vec(), good.to_vec()]),
    ]
}

async fn lab() -> Lab {
    const HCM: &str = "/filter_chains/0/filters/0/typed_config";
    let options = json!({"propagators": Format::ALL.map(Format::name), "sampler": "always_on"});
    let lab = Lab::start_with(&[options], |config| {
        let count = format!("{HCM}/common_http_protocol_options/max_headers_count");
        let size = format!("{HCM}/max_request_headers_kb");
        config.set_in_listener("inbound-0", &count, 11_000).set_in_listener(
            "inbound-0",
            &size,
            4096,
        )
    })
    .await;
    lab.allow(Allowance::of(
        Rule::TraceState,
        &["trace_state"],
        "a key that came twice may be kept as it is (the W3C suite's tracestate_duplicated_keys)",
    ));
    lab
}

/// The fields of a hostile field's own format, so that it is not the first that is missed.
fn beside(name: &str) -> Headers {
    let format = Format::ALL.into_iter().find(|format| format.owns(name));
    let owned = |field: &&(&str, &str)| {
        field.0 != name && format.is_some_and(|format| format.owns(field.0))
    };
    headers(&FIELDS.iter().filter(owned).copied().collect::<Vec<_>>())
}

/// Every format tells the next hop the same, once: the span.
#[track_caller]
fn check(outcome: &Outcome, why: &str) {
    let span = outcome.span();
    for attribute in &span.span.attributes {
        let longest = span.str_attr(&attribute.key).map(|text| text.chars().count());
        assert!(longest.is_none_or(|length| length <= 4096), "{why}: {}", attribute.key);
    }
    for format in Format::ALL {
        let left: Vec<_> =
            outcome.seen.headers.iter().filter(|(name, _)| format.owns(name)).collect();
        // Lists may come in several fields.
        let mut names: Vec<_> =
            left.iter().map(|(name, _)| name).filter(|name| *name != "tracestate").collect();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count, "{why}: {format}");
        let text = left
            .iter()
            .map(|(name, value)| (name.clone(), String::from_utf8_lossy(value).into_owned()));
        // Python's: of X-Ray's field, Rust takes nothing if there is a key it does not like.
        let propagator = Propagator::of(format)
            .find(|propagator| propagator.library != Library::OpenTelemetryRust)
            .unwrap();
        let text: Headers = text.filter(|(_, value)| value.len() < MEGABYTE).collect();
        let read = propagator.extract(&text).unwrap_or_else(|| panic!("{why}: {format}: {text:?}"));
        assert_eq!(read.span_id_hex(), span.span_id(), "{why}: {format}");
        let trace_id = read.trace_id_hex();
        let is_its = span.trace_id().ends_with(trace_id.trim_start_matches('0'));
        assert!(is_its, "{why}: {format}: {trace_id}");
    }
}

#[tokio::test]
async fn no_value_of_any_field_fails_a_request() {
    let lab = lab().await;
    let mut count = 0;
    for (name, good) in FIELDS {
        let (mut whys, mut cases) = (Vec::new(), Vec::new());
        for (why, values) in values(good) {
            let mut case = Case::new(0, beside(name), true);
            case.fields.extend(values.into_iter().map(|value| (name.to_owned(), value)));
            whys.push(format!("{name}: {why}"));
            cases.push(case);
        }
        count += cases.len() as u64;
        let outcomes = lab.exchange(cases).await;
        whys.iter().zip(&outcomes).for_each(|(why, outcome)| check(outcome, why));
    }
    let outcome = lab.send(0, &FIELDS, true).await;
    check(&outcome, "the worker lives");
    lab.account(count + 1).await;
}

/// Ten thousand fields of one name, of one family, and of all names, the last of them one that
/// must not be missed.
#[tokio::test]
async fn no_number_of_fields_fails_a_request_or_hides_one() {
    let lab = lab().await;
    let flood = |field: &dyn Fn(usize) -> (String, &'static str)| {
        let field = |number| {
            let (name, value) = field(number);
            (name, value.as_bytes().to_vec())
        };
        let mut fields: Vec<_> = (0..MANY).map(field).collect();
        fields.push(("b3".into(), b"463ac35c9f6413ad-a2fb4a1d1a96d312-1".to_vec()));
        Case { listener: 0, fields, is_sampled: true }
    };
    let rows = [
        ("one name", flood(&|_| ("x-b3-flags".into(), "0"))),
        ("another that is not written", flood(&|_| ("x-b3-parentspanid".into(), "1"))),
        ("a family", flood(&|n| (format!("uberctx-{n}"), "1"))),
        ("another", flood(&|n| (format!("ot-baggage-{}", n % 7), "1"))),
        ("all", flood(&|n| (FIELDS[n % FIELDS.len()].0.into(), "x"))),
        ("tracestate", flood(&|_| ("tracestate".into(), "a=1"))),
        ("baggage", flood(&|_| ("baggage".into(), "a=1"))),
    ];
    let count = rows.len() as u64;
    let (whys, cases): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    for (why, outcome) in whys.iter().zip(lab.exchange(cases).await) {
        check(&outcome, why);
        let span = outcome.span();
        let is_joined = span.parent_span_id() == "a2fb4a1d1a96d312";
        assert_eq!(is_joined, *why != "all", "{why}");
    }
    lab.account(count).await;
}
