//! What is sent.

use spanmesh_harness::{RecordedRequest, Request};

use super::{CALL, CASE, EDGE, KNOWN_TRACE, PAGE, PAGE_DURATION, SHORT_TRACE};
use crate::support::{INBOUND, OUTBOUND};

/// A sampled caller, of the trace with this number.
fn parent(number: u16) -> String {
    format!("00-{KNOWN_TRACE}{number:04x}-00f067aa0ba9{number:04x}-01")
}

fn get(case: &str, target: &str) -> Request {
    Request::get(target).host("Shop.example").header(CASE, case)
}

/// A request that takes its time.
pub fn page() -> Request {
    let duration = PAGE_DURATION.as_millis();
    get(PAGE, "/Products/7?page=2&sig=secret&q=%C3%A9%22")
        .header("traceparent", parent(1))
        .header("tracestate", "vendor=a b,other@vendor=c/d")
        .header("user-agent", "test/1 (\"quoted\")")
        .header("x-forwarded-for", "203.0.113.7, 10.0.0.1")
        .header("x-tenant", "a")
        .header("x-tenant", "b, \"c\" \\ é")
        .header("x-upstream", format!("/slow/{duration}"))
        .header("x-upstream-header", "x-cache: hit")
        .header("x-upstream-header", "x-cache: stale")
}

/// The call that the application makes while it works on the page, and that fails. It goes with
/// the context that the application was told.
pub fn call_of_page(page: &RecordedRequest) -> Request {
    let context = ["traceparent", "tracestate"].map(|name| (name, page.header(name).unwrap()));
    Request::post("/Carts/9/items?currency=%E2%82%AC", "{}")
        .host("Prices.Shop.example:8443")
        .header(CASE, CALL)
        .headers(context.map(|(name, value)| (name.to_owned(), value.into_bytes())))
        .header("x-upstream", "/status/503")
}

/// Requests one after the other, each of a trace of its own.
pub fn singles() -> Vec<(u16, Request)> {
    let of = |number, request: Request| request.header("traceparent", parent(number));
    let status = |case: &str, status: u16| get(case, &format!("/status/{status}"));
    let to = |case: &str, host: &str| {
        Request::get("/prices").host(host).header(CASE, case).header("x-upstream", "/status/404")
    };
    let hostile = "/%00%ff/\"'\\{}|^/%F0%9F%A6%80?q='`\\{|}&%";
    let many = ["x"; 5_000].concat();
    vec![
        (INBOUND, of(2, status("not found", 404))),
        (INBOUND, of(3, status("overloaded", 503))),
        (OUTBOUND, of(4, status("a call that finds nothing", 404))),
        (OUTBOUND, of(5, to("a call by IPv4", "10.1.2.3:9090"))),
        (OUTBOUND, of(6, to("a call by IPv6", "[2001:DB8::1]:8080"))),
        (INBOUND, get("a new trace", "/about")),
        (INBOUND, get("a short trace", "/about").header("traceparent", short_parent())),
        (
            EDGE,
            of(7, get("a stranger", "/Products/8?token=1")).header("tracestate", "vendor=invented"),
        ),
        (
            INBOUND,
            of(8, get("hostile bytes", hostile))
                .header("user-agent", b"\xff\xfe\xc0\xaf\ttab <script>\"\\\x80".to_vec())
                .header("x-tenant", b"\xff\"\\".to_vec())
                .header("x-tenant", ""),
        ),
        (INBOUND, of(9, Request::new("PURGE", "/Products/7").header(CASE, "an odd method"))),
        (
            INBOUND,
            (of(10, get("more than fits", "/")).header("x-tenant", many.as_str()))
                .header("x-tenant", many.as_str())
                .header("x-tenant", many.as_str()),
        ),
    ]
}

fn short_parent() -> String {
    format!("00-{SHORT_TRACE}-00f067aa0ba902b7-01")
}

/// Listener and fields of gRPC calls.
pub fn grpc_calls() -> [(u16, Vec<(&'static str, String)>); 3] {
    let call = |case: &str, number, status: &str| {
        vec![
            (CASE, case.to_owned()),
            ("traceparent", parent(number)),
            ("x-grpc-status", status.to_owned()),
            ("x-tenant", "a".to_owned()),
            ("x-upstream-header", "x-cache: hit".to_owned()),
        ]
    };
    [
        (INBOUND, call("a gRPC call", 11, "0")),
        (INBOUND, call("a gRPC call that finds nothing", 12, "5")),
        (OUTBOUND, call("a gRPC call that fails", 13, "14")),
    ]
}
