//! What counts as a failure, and its `error.type`.
//!
//! A failure that Envoy itself saw (a reset, a timeout, no upstream) is named after Envoy's
//! response flag in lower case with underscores, e.g. `upstream_request_timeout`; otherwise the
//! status code names it (HTTP conventions 1.44, "Status" and `error.type`).

use std::borrow::Cow;

use super::rpc;
use crate::span::{Exchange, SpanKind};

/// Envoy's response flags (`response.flags`, one bit each) that mean a failed exchange, in the
/// order of their precedence. Flags that go with a deliberate answer (no route, rate limited,
/// unauthorised, injected fault) are not here: the status code tells those.
const FAILURES: [(u32, &str); 19] = [
    (2, "upstream_request_timeout"),
    (16, "stream_idle_timeout"),
    (19, "upstream_max_stream_duration_reached"),
    (22, "duration_timeout"),
    (26, "dns_resolution_failed"),
    (24, "no_cluster_found"),
    (1, "no_healthy_upstream"),
    (7, "upstream_overflow"),
    (5, "upstream_connection_failure"),
    (6, "upstream_connection_termination"),
    (4, "upstream_remote_reset"),
    (23, "upstream_protocol_error"),
    (3, "local_reset"),
    (0, "failed_local_health_check"),
    (13, "rate_limit_service_error"),
    (21, "no_filter_config_found"),
    (25, "overload_manager"),
    (27, "drop_overload"),
    (29, "unconditional_drop_overload"),
];

/// Those of [`FAILURES`] that are timeouts.
const TIMEOUTS: u64 = 1 << 2 | 1 << 16 | 1 << 19 | 1 << 22;

/// The caller went away: connection termination (14) or stream reset (28) downstream.
const CALLER_GONE: u64 = 1 << 14 | 1 << 28;

/// `error.type` of an exchange without an answer that no flag explains.
const NO_RESPONSE: &str = "no_response";

/// The failure that Envoy's response flags report, if any.
pub fn failure_of(response_flags: u64) -> Option<&'static str> {
    if response_flags == 0 {
        return None;
    }
    FAILURES.iter().find(|(bit, _)| response_flags & 1 << bit != 0).map(|(_, name)| *name)
}

/// Whether Envoy gave the exchange up because it took too long.
pub fn is_timeout(response_flags: u64) -> bool {
    response_flags & TIMEOUTS != 0
}

/// Whether the caller went away.
pub fn is_caller_gone(response_flags: u64) -> bool {
    response_flags & CALLER_GONE != 0
}

/// `error.type` of an exchange, or `None` when it did not fail: by its gRPC status if there is one.
pub fn error_type(kind: SpanKind, exchange: &Exchange<'_>) -> Option<Cow<'static, str>> {
    let flags = exchange.response_flags;
    let Some(status) = exchange.grpc_status else {
        return http_error(kind, exchange.status_code, flags);
    };
    rpc::is_error(kind, status)
        .then(|| failure_of(flags).map_or_else(|| rpc::status_name(status), Cow::Borrowed))
}

/// `error.type` of an HTTP exchange, or `None` when it did not fail. A 4xx answer is a failure
/// of the CLIENT span only, unless Envoy's flags tell of one (a request that stalled, an answer that
/// was cut off). A caller that went away is no failure.
pub fn http_error(
    kind: SpanKind,
    status_code: Option<u16>,
    response_flags: u64,
) -> Option<Cow<'static, str>> {
    let failure = failure_of(response_flags);
    match status_code {
        Some(code @ 400..500) if kind == SpanKind::Client => Some(code.to_string().into()),
        Some(code @ 500..) => Some(failure.map_or_else(|| code.to_string().into(), Cow::Borrowed)),
        Some(_) => failure.map(Cow::Borrowed),
        None if is_caller_gone(response_flags) => None,
        None => Some(failure.unwrap_or(NO_RESPONSE).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use SpanKind::{Client, Server};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn failures_follow_the_conventions() {
        let timeout = 1 << 2;
        let reset = 1 << 6;
        let caller_gone = 1 << 14;
        let cases = [
            (Server, Some(200), 0, None, "success"),
            (Server, Some(301), 0, None, "redirects are no failure"),
            (Server, Some(404), 0, None, "4xx is the caller's fault"),
            (Client, Some(404), 0, Some("404"), "and a failure of the caller's span"),
            (Server, Some(404), 1 << 8, None, "no route: the code tells"),
            (Server, Some(500), 0, Some("500"), "5xx on both sides"),
            (Client, Some(503), 0, Some("503"), "5xx on both sides"),
            (Server, Some(504), timeout, Some("upstream_request_timeout"), "Envoy's own answer"),
            (Client, Some(503), reset, Some("upstream_connection_termination"), "a reset"),
            (Server, Some(200), reset, Some("upstream_connection_termination"), "cut off midway"),
            (Server, Some(408), 1 << 16, Some("stream_idle_timeout"), "a stalled request"),
            (Server, Some(404), reset, Some("upstream_connection_termination"), "4xx, cut off"),
            (Server, Some(200), caller_gone, None, "the caller hung up midway"),
            (Server, None, caller_gone, None, "the caller hung up before the answer"),
            (Server, None, 0, Some("no_response"), "nothing explains the missing answer"),
            (Client, None, 1 << 5, Some("upstream_connection_failure"), "no answer, with a flag"),
        ];
        for (kind, status, flags, expected, why) in cases {
            let got = http_error(kind, status, flags);
            assert_eq!(got.as_deref(), expected, "{why}");
        }
    }
}
