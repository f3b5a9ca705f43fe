//! The five policies, as `keep` says them and as the Collector does.

use std::time::Duration;

use serde_json::{Value, json};

/// Above this a request is slow.
pub const SLOW: Duration = Duration::from_millis(600);

/// Options of a proxy that samples nothing by itself and keeps by the five.
pub fn keep() -> Value {
    json!({
        "sampler": {"parent_based": {"root": "always_off"}},
        "keep": {
            "errors": true,
            "slower_than": format!("{}ms", SLOW.as_millis()),
            "rate_limit": {"traces_per_second": 100_000, "burst": 100_000},
            "rules": [
                {"name": "big-orders", "match": {"header": {"x-order-total": {"at_least": 1000}}}},
                {"name": "critical", "match": {"path": ["/payment", "/login"]}},
                {"name": "vip", "match": {"header": {"x-customer-tier": ["vip", "enterprise"]}}},
            ],
        },
    })
}

/// The Collector's `policies`.
pub fn of_the_collector() -> Value {
    let text = |key: &str, values: [&str; 2]| json!({"key": key, "values": values});
    json!([
        {"name": "errors", "type": "status_code", "status_code": {"status_codes": ["ERROR"]}},
        {"name": "slow", "type": "latency", "latency": {"threshold_ms": SLOW.as_millis()}},
        {"name": "big-orders", "type": "numeric_attribute",
         "numeric_attribute": {"key": "order.total", "min_value": 1000}},
        {"name": "critical", "type": "string_attribute",
         "string_attribute": text("url.path", ["/payment", "/login"])},
        {"name": "vip", "type": "string_attribute",
         "string_attribute": text("customer.tier", ["vip", "enterprise"])},
    ])
}
