//! Headers from strangers: none fails a request, none harms a span or the worker.

use serde_json::json;
use spanmesh_harness::{Request, SECONDS};

use crate::support::{INBOUND, PARENT_ID, Sidecar, TRACE_ID, sampled_parent};

async fn sidecar() -> Sidecar {
    const HCM: &str = "/filter_chains/0/filters/0/typed_config/max_request_headers_kb";
    Sidecar::start_with(json!({}), |config| config.set_in_listener("inbound", HCM, 512)).await
}

fn get() -> Request {
    Request::get("/").host("shop.example")
}

#[tokio::test]
async fn hostile_headers_never_fail_a_request_and_spans_stay_readable() {
    let sidecar = sidecar().await;
    let big = vec![b'x'; 60 * 1024];
    let binary: Vec<u8> = (b' '..=255).filter(|b| *b != 0x7f).collect();
    let cases: Vec<(&str, Request)> = vec![
        ("user agent that is no UTF-8", get().header("user-agent", b"\xff\xfe\xc0\xaf".to_vec())),
        ("every byte a value can have", get().header("user-agent", binary.clone())),
        ("binary traceparent", get().header("traceparent", binary.clone())),
        (
            "binary tracestate",
            get().header("traceparent", sampled_parent()).header("tracestate", binary.clone()),
        ),
        ("binary forwarded list", get().header("x-forwarded-for", binary)),
        ("60 KB traceparent", get().header("traceparent", big.clone())),
        (
            "60 KB tracestate",
            get().header("traceparent", sampled_parent()).header("tracestate", big.clone()),
        ),
        ("60 KB user agent", get().header("user-agent", big.clone())),
        ("60 KB path", Request::get(&format!("/{}", "p".repeat(60 * 1024))).host("shop.example")),
        (
            "60 KB query",
            Request::get(&format!("/?{}", "a=b&".repeat(15 * 1024))).host("shop.example"),
        ),
        (
            "90 tracestate fields",
            (0..90).fold(get().header("traceparent", sampled_parent()), |r, n| {
                r.header("tracestate", format!("k{n}=v"))
            }),
        ),
        ("odd method", Request::new("PURGE", "/").host("shop.example")),
        ("path of percent signs", Request::get("/%00%ff%zz?%").host("shop.example")),
        ("odd authority", Request::get("/").host("[::1")),
        ("empty traceparent", get().header("traceparent", "")),
        ("empty user agent", get().header("user-agent", "")),
    ];
    let count = cases.len() as u64;
    for (name, request) in cases {
        sidecar.collector.clear();
        let response = sidecar.send(INBOUND, request).await;
        assert_eq!(response.status, 200, "{name}");
        let spans = sidecar.collector.wait_for_spans(1, 10 * SECONDS).await;
        let longest = spans[0].span.attributes.iter().filter_map(|a| spans[0].str_attr(&a.key));
        assert!(longest.map(|text| text.chars().count()).max().unwrap() <= 4096, "{name}");
    }
    let (_, span) = sidecar.span_of(INBOUND, get()).await;
    assert_eq!(span.int_attr("http.response.status_code"), Some(200), "the worker lives");
    sidecar.settled(count + 1).await.check();
}

#[tokio::test]
async fn a_duplicate_traceparent_starts_anew_and_is_counted() {
    let sidecar = sidecar().await;
    let second = format!("00-{TRACE_ID}-{PARENT_ID}-00");
    let request =
        get().header("traceparent", sampled_parent()).header("traceparent", second.as_str());
    let (_, span) = sidecar.span_of(INBOUND, request).await;
    assert_ne!(span.trace_id(), TRACE_ID);
    assert_eq!(span.parent_span_id(), "");
    let seen = &sidecar.application.requests()[0];
    assert_eq!(seen.header_values("traceparent").len(), 1, "one header leaves");
    assert_eq!(sidecar.settled(1).await.of("contexts_invalid"), 1);
}

#[tokio::test]
async fn a_bad_tracestate_goes_whole_and_the_trace_goes_on() {
    let sidecar = sidecar().await;
    let request = get()
        .header("traceparent", sampled_parent())
        .header("tracestate", "good=1")
        .header("tracestate", "bad");
    let (_, span) = sidecar.span_of(INBOUND, request).await;
    assert_eq!((span.trace_id(), span.span.trace_state.as_str()), (TRACE_ID.into(), ""));
    let seen = &sidecar.application.requests()[0];
    assert_eq!(seen.header_values("tracestate"), [""; 0]);
    let account = sidecar.settled(1).await;
    assert_eq!((account.of("tracestates_invalid"), account.of("contexts_invalid")), (1, 0));
}

#[tokio::test]
async fn a_split_tracestate_is_joined_for_the_span_and_left_alone_on_the_wire() {
    let sidecar = sidecar().await;
    let request = get()
        .header("traceparent", sampled_parent())
        .header("tracestate", "a=1")
        .header("tracestate", "b=2");
    let (_, span) = sidecar.span_of(INBOUND, request).await;
    assert_eq!(span.span.trace_state, "a=1,b=2");
    let seen = sidecar.application.requests()[0].header_values("tracestate").join(",");
    assert_eq!(seen, "a=1,b=2");
}
