use super::*;
use SpanKind::{Client, Server};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// What a host takes out of a name: the value of `key`, and the name without it, by the pattern
/// `(KEY=\.=(.*?);\.;)`.
fn take(stat: &str, key: &str) -> (Option<String>, String) {
    let pattern = format!(r"({key}=\.=(.*?);\.;)");
    let found = regex_lite::Regex::new(&pattern).unwrap().captures(stat);
    match found {
        Some(groups) => (Some(groups[2].to_owned()), stat.replacen(&groups[1], "", 1)),
        None => (None, stat.to_owned()),
    }
}

/// As [`stat_name`], as text.
fn text_of(metric: &str, dimensions: Dimensions<'_>) -> String {
    String::from_utf8(stat_name(metric, dimensions)).unwrap()
}

fn span(name: &str) -> Dimensions<'_> {
    Dimensions::Span { kind: Server, name, is_error: false }
}

#[test]
fn dimensions_come_out_of_a_name_as_they_went_in() {
    let cases = [
        ("GET", "GET", "a method"),
        ("GET /orders/{id}", "GET /orders/{id}", "a template"),
        ("shop.v1.Cart/Add", "shop.v1.Cart/Add", "dots"),
        ("..a...b/c..", "..a...b/c._", "more dots"),
        ("GET /käse/{größe}", "GET /käse/{größe}", "not ASCII"),
        ("a;b=c:d|e,f", "a;b=c:d|e,f", "other separators"),
        ("say \"x\"\\", "say \"x\"\\", "quotes"),
        ("a\nb\0c\x7f", "a_b_c_", "control characters"),
        ("a/b;.;status_code=.=FAKE", "a/b;_;status_code=_=FAKE", "an end, and a key"),
        ("a/b;.", "a/b;_", "half an end"),
        ("a/b;", "a/b;", "less of it"),
        (".;./x", ".;_/x", "an end at the beginning"),
        ("span_kind=.=FAKE;.;x/y", "span_kind=_=FAKE;_;x/y", "another key"),
        ("otel_metric_overflow=.=true;.;/y", "otel_metric_overflow=_=true;_;/y", "and another"),
    ];
    for (name, expected, why) in cases {
        let stat = text_of(CALLS, span(name));
        for keys in [
            ["status_code", "span_kind", "span_name", "otel_metric_overflow"],
            ["otel_metric_overflow", "span_name", "span_kind", "status_code"],
        ] {
            let (mut rest, mut values) = (stat.clone(), Vec::new());
            for key in keys {
                // Hosts look for each in the whole name, and take all of them out together.
                assert_eq!(take(&stat, key).0, take(&rest, key).0, "{why}: {key}");
                let (value, without) = take(&rest, key);
                rest = without;
                values.extend(value.map(|value| (key, value)));
            }
            values.sort_unstable();
            let expected = [
                ("span_kind", "SPAN_KIND_SERVER".to_owned()),
                ("span_name", expected.to_owned()),
                ("status_code", "STATUS_CODE_UNSET".to_owned()),
            ];
            assert_eq!((values.as_slice(), rest.as_str()), (&expected[..], CALLS), "{why}");
        }
    }
}

#[test]
fn kinds_statuses_and_the_overflow_are_told() {
    let failed = Dimensions::Span { kind: Client, name: "GET", is_error: true };
    assert_eq!(
        text_of(DURATION, failed),
        "status_code=.=STATUS_CODE_ERROR;.;span_kind=.=SPAN_KIND_CLIENT;.;span_name=.=GET;.;traces_span_metrics_duration_milliseconds"
    );
    assert_eq!(
        text_of(CALLS, Dimensions::Overflow),
        "otel_metric_overflow=.=true;.;traces_span_metrics_calls_total"
    );
}

/// What was defined, one line each.
struct Host(Vec<String>);

impl Host {
    fn count(&mut self, table: &mut SeriesTable<usize>, limit: usize, what: (&str, bool)) -> usize {
        let id = table.name(limit, Server, what.0);
        table.series(limit, id, what.1, |dimensions| {
            self.0.push(text_of("", dimensions));
            self.0.len() - 1
        })
    }
}

#[test]
fn every_series_is_defined_once() {
    let (mut table, mut host) = (SeriesTable::empty(), Host(Vec::new()));
    let names = ["GET", "POST", "DELETE", "GET /a", "GET /b", "a.B/C"];
    for _ in 0..3 {
        for (number, name) in names.iter().enumerate() {
            assert_eq!(host.count(&mut table, 100, (name, false)), number, "{name}");
        }
    }
    assert_eq!(host.count(&mut table, 100, ("GET", true)), names.len(), "a status is a series");
    let client = table.name(100, Client, "GET");
    assert_ne!(client, table.name(100, Server, "GET"), "and so is a kind");
    assert_eq!(host.0.len(), names.len() + 1);
}

#[test]
fn what_exceeds_the_limit_is_one_series() {
    let (mut table, mut host) = (SeriesTable::empty(), Host(Vec::new()));
    assert_eq!(host.count(&mut table, 3, ("a", false)), 0);
    assert_eq!(host.count(&mut table, 3, ("a", true)), 1);
    assert_eq!(host.count(&mut table, 3, ("b", false)), 2);
    let overflow = 3;
    assert_eq!(host.count(&mut table, 3, ("b", true)), overflow, "a status of a known name");
    for number in 0..1_000 {
        let name = format!("c{number}");
        assert_eq!(host.count(&mut table, 3, (&name, false)), overflow, "{name}");
    }
    assert_eq!(host.count(&mut table, 3, ("a", true)), 1, "what is known goes on");
    assert_eq!(host.0.len(), 4);
    assert_eq!(host.0[overflow], "otel_metric_overflow=.=true;.;");
    assert_eq!(table.names.len(), 3, "names are bounded too");
    assert_eq!(host.count(&mut table, 4, ("b", true)), 4, "another configuration has more room");
}

#[test]
fn long_names_have_no_series_of_their_own() {
    let (mut table, mut host) = (SeriesTable::empty(), Host(Vec::new()));
    let name = "x".repeat(MAX_NAME);
    assert_eq!(host.count(&mut table, 100, (&format!("{name}x"), false)), 0);
    assert_eq!(host.0[0], "otel_metric_overflow=.=true;.;");
    assert_eq!(host.count(&mut table, 100, (&name, false)), 1);
    assert!(host.0[1].contains(&name));
}

#[test]
fn durations_are_rounded() {
    let cases = [(0, 0), (499_999, 0), (500_000, 1), (1_499_999, 1), (2_000_000, 2)];
    for (nanoseconds, expected) in cases {
        assert_eq!(milliseconds(nanoseconds), expected, "{nanoseconds}");
    }
    assert_eq!(milliseconds(u64::MAX), u64::MAX / 1_000_000);
}
