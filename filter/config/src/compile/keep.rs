//! Compiles `keep`.

use spanmesh_json::Value;

use super::samplers::rate_limit;
use super::{Section, matching, text};
use crate::options::keep::{KEEP, RATE_LIMIT, RULE};
use spanmesh_core::keep::{Errors, HoldLimits, KeepPolicy, KeepRule, PathHeader};
use spanmesh_core::rules::RuleIndex;
use spanmesh_core::sampling::RateLimiter;

/// The policy; `None` for null.
pub(super) fn compile(value: &Value) -> Option<KeepPolicy> {
    value.as_object()?;
    let keep = Section::new(value, &KEEP);
    let rules = keep.value("rules");
    let (matches, rules) = rules
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
        .map(rule)
        .unzip::<_, _, Vec<_>, _>();
    let max_age = keep.nanoseconds("max_age");
    let held = HoldLimits {
        max_entries: keep.size("max_held_calls"),
        max_bytes: keep.size("max_held_bytes"),
        max_age,
    };
    let limit = rate_limit(&keep.section("rate_limit", &RATE_LIMIT));
    Some(KeepPolicy {
        errors: errors(&keep.value("errors")),
        slower_than: keep.optional_nanoseconds("slower_than"),
        index: RuleIndex::new(matches),
        rules,
        along_path: keep.truth("along_path").then(|| match keep.text("path_header") {
            name if name == "server-timing" => PathHeader::ServerTiming,
            name => PathHeader::Own(name),
        }),
        calls: keep.truth("calls").then_some(held),
        max_age,
        limiter: RateLimiter::new("keep", limit),
    })
}

fn errors(value: &Value) -> Errors {
    let all = value.as_bool() == Some(true);
    let named =
        |name: &str| all || value.as_array().into_iter().flatten().any(|word| text(word) == name);
    Errors {
        http_5xx: named("http_5xx"),
        grpc: named("grpc"),
        reset: named("reset"),
        timeout: named("timeout"),
    }
}

fn rule(value: &Value) -> (spanmesh_core::rules::Match, KeepRule) {
    let options = Section::new(value, &RULE);
    let matching = matching::compile(value.get("match"));
    let rule = KeepRule {
        name: options.text("name"),
        statuses: matching.statuses,
        response_headers: matching.response_headers,
        slower_than: options.optional_nanoseconds("slower_than"),
    };
    (matching.request, rule)
}
