//! Compiles samplers.

use std::rc::Rc;

use spanmesh_json::Value;

use super::exporter::authority;
use super::{Section, matching};
use crate::options::samplers::{
    JAEGER_REMOTE, PARENT_BASED, PROBABILITY, RATE_LIMITING, RATIO, RULE,
};
use spanmesh_core::rules::RuleIndex;
use spanmesh_core::sampling::{
    ParentBased, RateLimit, RateLimiter, Ratio, RemoteSampler, RemoteSettings, Rule, RuleBased,
    Sampler, Threshold,
};
use spanmesh_core::span::Routes;

/// The sampler at `path`; `mesh_ratio` is the share of those that name none, `routes` name
/// operations.
pub(super) fn compile(value: &Value, path: &str, mesh_ratio: f64, routes: &Rc<Routes>) -> Sampler {
    let (name, options) = match value {
        Value::Object(entries) => match entries.iter().next() {
            Some((name, options)) => (name.as_str(), options),
            None => ("", &Value::Null),
        },
        name => (name.as_str().unwrap_or_default(), &Value::Null),
    };
    let path = format!("{path}.{name}");
    let inner =
        |value: &Value, step: &str| compile(value, &format!("{path}.{step}"), mesh_ratio, routes);
    match name {
        "always_on" => Sampler::AlwaysOn,
        "always_off" => Sampler::AlwaysOff,
        "probability" => {
            let ratio = Section::new(options, &PROBABILITY).value("ratio").as_f64();
            Sampler::Probability(Threshold::from_probability(ratio.unwrap_or(mesh_ratio)))
        }
        "trace_id_ratio_based" => {
            let ratio = Ratio::new(Section::new(options, &RATIO).number("ratio"));
            ratio.map_or(Sampler::AlwaysOff, Sampler::TraceIdRatioBased)
        }
        "rule_based" => rule_based(options, inner),
        "rate_limiting" => {
            let options = Section::new(options, &RATE_LIMITING);
            let limit = rate_limit(&options);
            let inner = inner(&options.value("sampler"), "sampler");
            Sampler::RateLimiting(RateLimiter::new(&path, limit), Box::new(inner))
        }
        "jaeger_remote" => {
            let options = Section::new(options, &JAEGER_REMOTE);
            let cluster = options.text("cluster");
            let settings = RemoteSettings {
                authority: authority(&options, &cluster),
                cluster,
                path: options.text("path"),
                interval: options.nanoseconds("interval"),
            };
            let initial = inner(&options.value("initial_sampler"), "initial_sampler");
            Sampler::JaegerRemote(Rc::new(RemoteSampler::new(settings, initial, Rc::clone(routes))))
        }
        _ => {
            let delegates = Section::new(options, &PARENT_BASED);
            let delegate = |name: &str| inner(&delegates.value(name), name);
            Sampler::ParentBased(Box::new(ParentBased {
                root: delegate("root"),
                remote_parent_sampled: delegate("remote_parent_sampled"),
                remote_parent_not_sampled: delegate("remote_parent_not_sampled"),
            }))
        }
    }
}

/// The rate and the burst of a limit; no burst is the rate, at least 1.
pub(super) fn rate_limit(options: &Section<'_>) -> RateLimit {
    let traces_per_second = options.number("traces_per_second");
    let burst = options.value("burst").as_f64().unwrap_or(traces_per_second.max(1.0));
    RateLimit { traces_per_second, burst }
}

fn rule_based(options: &Value, sampler: impl Fn(&Value, &str) -> Sampler) -> Sampler {
    let values = options.get("rules").and_then(Value::as_array).map(Vec::as_slice);
    let values = values.unwrap_or_default();
    let rule = |(index, value): (usize, &Value)| {
        let options = Section::new(value, &RULE);
        let sampler = sampler(&options.value("sampler"), &format!("rules[{index}].sampler"));
        // Whoever drops certain requests always does not want to see them again.
        let never = matches!(sampler, Sampler::AlwaysOff) && !options.value("match").is_null();
        let keep = options.value("keep").as_bool().unwrap_or(!never);
        Rule { name: options.text("name"), sampler, keep }
    };
    let matches = values.iter().map(|rule| matching::compile(rule.get("match")).request);
    Sampler::RuleBased(Box::new(RuleBased {
        index: RuleIndex::new(matches),
        rules: values.iter().enumerate().map(rule).collect(),
    }))
}
