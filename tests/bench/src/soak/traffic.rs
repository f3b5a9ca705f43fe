//! The traffic of the soak: requests of many kinds in a fixed order, and the configuration that makes
//! the most of them.

use serde_json::json;

use crate::world::Step;

/// How often each request comes in a turn, its first line, what else it has, and its status.
const MIX: [(usize, &str, &str, u16); 18] = [
    (10, "GET /api/products/OLJCESPC7Z?currency=EUR", "", 200),
    (6, "GET /orders/4711/items", SAMPLED, 200),
    (6, "GET /orders/4711/items", UNSAMPLED, 200),
    (2, "POST /cart/7f3a9c52-0d1e-4f7a-9f0e-6a1b2c3d4e5f/checkout", SAMPLED, 200),
    (2, "GET /login?token=secret&email=mail@shop.example", "", 200),
    (3, "GET /healthz", "", 200),
    (2, "GET /fail/404", "", 404),
    (2, "GET /fail/500/sampled", SAMPLED, 500),
    // Kept after the fact.
    (2, "GET /fail/500/unsampled", UNSAMPLED, 500),
    (3, "POST /grpc.Good/Method", "content-type: application/grpc\r\nte: trailers\r\n", 200),
    (1, "POST /grpc.Bad/Method", "content-type: application/grpc\r\nte: trailers\r\n", 200),
    (2, "GET /b3", "b3: 4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1\r\n", 200),
    (
        1,
        "GET /b3multi",
        "x-b3-traceid: 4bf92f3577b34da6a3ce929d0e0e4736\r\nx-b3-spanid: 00f067aa0ba902b7\r\n\
         x-b3-sampled: 0\r\n",
        200,
    ),
    (
        1,
        "GET /jaeger",
        "uber-trace-id: 4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0:1\r\nuberctx-a: b\r\n",
        200,
    ),
    (
        1,
        "GET /xray",
        "x-amzn-trace-id: Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=1\r\n",
        200,
    ),
    (
        1,
        "GET /datadog",
        "x-datadog-trace-id: 11803532876627986230\r\nx-datadog-parent-id: 67667974448284343\r\n\
         x-datadog-sampling-priority: 1\r\n",
        200,
    ),
    (1, "GET /malformed", "traceparent: 00-zz-00-01\r\ntracestate: =,=\r\nbaggage: =\r\n", 200),
    (1, "PUT /state", STATE, 200),
];

const SAMPLED: &str = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n";
const UNSAMPLED: &str = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00\r\n";
const STATE: &str = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03\r\n\
    tracestate: a=1,ot=th:8;rv:6e6d1a75832a2f,b=2\r\nbaggage: user=1,plan=gold\r\n";

/// What every request has.
const COMMON: &str = "host: shop.example\r\nuser-agent: soak/1.0\r\naccept: */*\r\n\
    x-forwarded-for: 203.0.113.7\r\nx-tenant: blue\r\ncookie: session=8f14e45fceea167a\r\n";

/// Steps between two of the same kind: it has no divisor in common with their number, so that kinds
/// alternate.
const STRIDE: usize = 17;

/// The requests of a turn, kinds alternating.
pub fn steps() -> Vec<Step> {
    let step = |(_, first, more, status): &(usize, &str, &str, u16)| {
        let length = if first.starts_with("P") { "content-length: 0\r\n" } else { "" };
        let request = format!("{first} HTTP/1.1\r\n{COMMON}{more}{length}\r\n").into_bytes();
        Step { request, status: *status }
    };
    let steps: Vec<Step> =
        MIX.iter().flat_map(|kind| std::iter::repeat_n(step(kind), kind.0)).collect();
    (0..steps.len()).map(|at| steps[at * STRIDE % steps.len()].clone()).collect()
}

/// The plugin's configuration: a bit of everything.
pub fn configuration() -> String {
    let formats =
        ["tracecontext", "baggage", "b3", "b3multi", "jaeger", "xray", "datadog", "ottrace"];
    let rules = json!([
        {"name": "health", "match": {"path": "/healthz"}, "sampler": "always_off"},
        {"name": "login", "match": {"path": {"prefix": "/login"}}, "sampler": "always_on"},
        {"name": "rest", "sampler": {"probability": {"ratio": 0.25}}},
    ]);
    json!({
        "exporter": {"otlp_http": {"cluster": "otel-collector", "compression": "gzip"}},
        "propagators": formats,
        "sampler": {"parent_based": {"root": {"rule_based": {"rules": rules}}}},
        "keep": {"errors": true, "slower_than": "1s"},
        "span_metrics": {},
        "filter_state": true,
        "routes": ["/orders/{id}/items", "/api/products/{id}"],
        "mask_ids": true,
        "attributes": {
            "request_headers": ["x-tenant"], "response_headers": ["content-type"],
            "baggage": ["*"], "constant": {"team": "shop"},
        },
        "redact": {"query": ["token"], "detectors": ["email", "card_number", "bearer_token"]},
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn each_kind_comes_as_often_as_said_and_none_in_a_row() {
        let steps = steps();
        let mut counts: BTreeMap<&[u8], usize> = BTreeMap::new();
        steps.iter().for_each(|step| *counts.entry(&step.request).or_default() += 1);
        let mut found: Vec<usize> = counts.into_values().collect();
        let mut expected: Vec<usize> = MIX.iter().map(|kind| kind.0).collect();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected);
        assert!(steps.windows(2).all(|pair| pair[0].request != pair[1].request));
    }
}
