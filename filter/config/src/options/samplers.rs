//! Samplers and their options.

use super::matching::MATCH;
use super::{HOUR, Kind, Opt, opt, required};

/// A sampler: a name, or an object with exactly one key.
pub static SAMPLER: Kind =
    Kind::Named(&Kind::Choice(&["always_on", "always_off", "probability"]), &SAMPLERS);

/// Samplers.
pub static SAMPLERS: [Opt; 8] = [
    opt("always_on", Kind::Object(&[]), "null", "keeps every trace"),
    opt("always_off", Kind::Object(&[]), "null", "keeps none"),
    opt(
        "probability",
        Kind::Object(&PROBABILITY),
        "null",
        "keeps a share of traces, consistently along their paths, and tells it in tracestate",
    ),
    opt(
        "trace_id_ratio_based",
        Kind::Object(&RATIO),
        "null",
        "keeps a share of traces, by their ids",
    ),
    opt("parent_based", Kind::Object(&PARENT_BASED), "null", "as the caller decided"),
    opt("rule_based", Kind::Object(&RULE_BASED), "null", "as the first matching rule says"),
    opt(
        "rate_limiting",
        Kind::Object(&RATE_LIMITING),
        "null",
        "keeps what another sampler keeps, up to a rate",
    ),
    opt(
        "jaeger_remote",
        Kind::Object(&JAEGER_REMOTE),
        "null",
        "as a Jaeger strategies endpoint says",
    ),
];

/// Options of `probability`.
pub static PROBABILITY: [Opt; 1] = [opt(
    "ratio",
    Kind::Ratio,
    "null",
    "the share, from 0 to 1; null: that of the environment or the mesh, else 1",
)];

/// Options of `trace_id_ratio_based`.
pub static RATIO: [Opt; 1] = [required("ratio", Kind::Ratio, "the share, from 0 to 1")];

/// Options of `parent_based`.
pub static PARENT_BASED: [Opt; 5] = [
    opt("root", Kind::Sampler, r#""always_on""#, "decides new traces"),
    opt(
        "remote_parent_sampled",
        Kind::Sampler,
        r#""always_on""#,
        "decides when the caller sampled",
    ),
    opt(
        "remote_parent_not_sampled",
        Kind::Sampler,
        r#""always_off""#,
        "decides when the caller did not sample",
    ),
    opt(
        "local_parent_sampled",
        Kind::Sampler,
        r#""always_on""#,
        "accepted; a proxy's callers are always remote",
    ),
    opt(
        "local_parent_not_sampled",
        Kind::Sampler,
        r#""always_off""#,
        "accepted; a proxy's callers are always remote",
    ),
];

/// Options of `rule_based`.
pub static RULE_BASED: [Opt; 1] =
    [required("rules", Kind::Rules(&RULE), "the first that matches decides; none: drop")];

/// A rule of `rule_based`.
pub static RULE: [Opt; 4] = [
    required("name", Kind::Text, "its name"),
    opt("match", Kind::NotEmpty(&MATCH), "null", "what it matches, see below; null: everything"),
    required("sampler", Kind::Sampler, "decides what the rule matches"),
    opt(
        "keep",
        Kind::Truth,
        "null",
        "whether keep may promote what the sampler drops; null: yes, but no where a rule with a match has the sampler always_off",
    ),
];

/// Options of `rate_limiting`.
pub static RATE_LIMITING: [Opt; 3] = [
    required(
        "traces_per_second",
        Kind::Number(0.001, 1e6),
        "the rate, for all workers of the proxy together",
    ),
    opt("burst", Kind::Integer(1, 1_000_000), "null", "most at once; null: the rate, at least 1"),
    opt("sampler", Kind::Sampler, r#""always_on""#, "decides what the limit is applied to"),
];

/// Options of `jaeger_remote`.
pub static JAEGER_REMOTE: [Opt; 5] = [
    required("cluster", Kind::Text, "name of the Envoy cluster of the strategies endpoint"),
    opt("authority", Kind::Text, "null", "value of :authority, as for the exporter"),
    opt("path", Kind::Path, r#""/sampling""#, "value of :path, to which ?service= is added"),
    opt("interval", Kind::Duration(1_000, HOUR), r#""60s""#, "time between two polls"),
    opt(
        "initial_sampler",
        Kind::Sampler,
        r#"{"probability": {"ratio": 0.001}}"#,
        "decides until the first good answer",
    ),
];
