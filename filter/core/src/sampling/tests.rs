use super::*;
use crate::header_map::serialise;
use crate::request_head::RequestHead;
use crate::rules::{KnownListener, Match, PathPattern, RuleIndex};
use crate::shared_data::tests::Store;
use crate::span::SpanKind;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const MIDDLE: u64 = 1 << 55;

fn decide_in(
    store: &Store,
    sampler: &Sampler,
    path: &str,
    randomness: u64,
    parent: Option<bool>,
) -> Verdict {
    let head = RequestHead::new(serialise([(b":path".as_slice(), path.as_bytes())]));
    let request =
        Request { head: &head, listener: &KnownListener { kind: SpanKind::Server, port: None } };
    sampler.decide(&mut SamplingRequest {
        randomness,
        parent: parent.map(|sampled| Parent { sampled, threshold: None }),
        request: Some(request),
        now: &|| 1,
        shared: store,
        conflicts: 0,
    })
}

fn decide(sampler: &Sampler, randomness: u64, parent: Option<bool>) -> Verdict {
    decide_in(&Store::default(), sampler, "/", randomness, parent)
}

fn rooted(root: Sampler) -> Sampler {
    Sampler::ParentBased(Box::new(ParentBased { root, ..Default::default() }))
}

fn probability(ratio: f64) -> Sampler {
    Sampler::Probability(Threshold::from_probability(ratio))
}

fn limited(traces_per_second: f64, inner: Sampler) -> Sampler {
    let limit = RateLimit { traces_per_second, burst: traces_per_second };
    Sampler::RateLimiting(RateLimiter::new("test", limit), Box::new(inner))
}

fn ruled(rules: Vec<(&str, Sampler, bool)>) -> Sampler {
    let paths = rules.iter().map(|(path, ..)| Match {
        paths: vec![PathPattern::Prefix((*path).to_owned())],
        ..Match::default()
    });
    let index = RuleIndex::new(paths);
    let rules = rules.into_iter();
    let rules = rules.map(|(name, sampler, keep)| Rule { name: name.into(), sampler, keep });
    Sampler::RuleBased(Box::new(RuleBased { index, rules: rules.collect() }))
}

#[test]
fn parent_based_follows_the_caller_and_asks_the_root_otherwise() {
    let inverted = || {
        Sampler::ParentBased(Box::new(ParentBased {
            root: Sampler::AlwaysOff,
            remote_parent_sampled: Sampler::AlwaysOff,
            remote_parent_not_sampled: Sampler::AlwaysOn,
        }))
    };
    let cases = [
        (Sampler::default(), None, true, "new traces are kept by default"),
        (Sampler::default(), Some(true), true, "the caller kept it"),
        (Sampler::default(), Some(false), false, "the caller dropped it"),
        (rooted(Sampler::AlwaysOff), None, false, "the root decides new traces"),
        (rooted(Sampler::AlwaysOff), Some(true), true, "and only those"),
        (inverted(), Some(true), false, "delegates may contradict the caller"),
        (inverted(), Some(false), true, "both ways"),
        (Sampler::AlwaysOn, Some(false), true, "always_on heeds no caller"),
        (Sampler::AlwaysOff, Some(true), false, "nor does always_off"),
        (probability(0.5), Some(false), true, "nor does a probability"),
    ];
    for (sampler, parent, expected, why) in cases {
        assert_eq!(decide(&sampler, MIDDLE, parent).sampled, expected, "{why}");
    }
}

#[test]
fn what_is_known_of_the_probability_follows_the_decision() {
    use Probability::{Inherited, Own, Unknown};
    let half = Threshold::from_probability(0.5).unwrap();
    let cases = [
        (Sampler::AlwaysOn, None, Own(Threshold::ALWAYS), "always is a probability"),
        (probability(0.5), None, Own(half), "its own"),
        (Sampler::default(), Some(true), Inherited, "the caller's"),
        (Sampler::TraceIdRatioBased(Ratio::new(0.5).unwrap()), None, Unknown, "not specified"),
        (limited(1.0, probability(0.5)), None, Unknown, "a rate has none"),
    ];
    for (sampler, parent, expected, why) in cases {
        let verdict = decide(&sampler, MIDDLE, parent);
        assert_eq!((verdict.sampled, verdict.probability), (true, expected), "{why}");
    }
}

#[test]
fn whoever_has_the_lower_threshold_includes_the_other() {
    let ratios = [1.0, 0.5, 0.25, 0.1, 0.01, 0.001];
    let samplers = ratios.map(probability);
    for randomness in (0..10_000).map(|i: u64| i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 8) {
        let kept = samplers.each_ref().map(|sampler| decide(sampler, randomness, None).sampled);
        assert!(kept.is_sorted_by(|a, b| a >= b), "{randomness:x}: {kept:?}");
    }
}

#[test]
fn rules_choose_the_sampler_and_whether_the_rest_may_be_kept() {
    let sampler = ruled(vec![
        ("/health", Sampler::AlwaysOff, false),
        ("/checkout", Sampler::AlwaysOn, true),
        ("/", Sampler::AlwaysOff, true),
    ]);
    let store = Store::default();
    let of = |path| {
        let verdict = decide_in(&store, &sampler, path, 0, None);
        (verdict.sampled, verdict.may_keep)
    };
    assert_eq!(of("/health/live"), (false, false));
    assert_eq!(of("/checkout"), (true, true));
    assert_eq!(of("/else"), (false, true));
    assert_eq!(of(""), (false, true), "no rule: dropped");
}

#[test]
fn a_rate_limits_what_the_inner_sampler_keeps() {
    let store = Store::default();
    let kept = |sampler: &Sampler, randomness| {
        (0..100).filter(|_| decide_in(&store, sampler, "/", randomness, None).sampled).count()
    };
    let sampler = limited(5.0, probability(0.5));
    assert_eq!(kept(&sampler, 0), 0, "dropped inside: no token is taken");
    assert_eq!(kept(&sampler, MIDDLE), 5);
    let per_rule = ruled(vec![("/", limited(7.0, Sampler::AlwaysOn), true)]);
    assert_eq!(kept(&limited(3.0, per_rule), 0), 3, "a rule's limit within an overall one");
}

#[test]
fn what_a_sampler_needs_is_known_beforehand() {
    let ratio = |value| Sampler::TraceIdRatioBased(Ratio::new(value).unwrap());
    let rules = || ruled(vec![("/", Sampler::AlwaysOn, true)]);
    let cases = [
        (Sampler::default(), false, false, false, "keeps all new traces"),
        (ratio(1.0), false, false, false, "so does this"),
        (ratio(0.999), true, false, false, "may say no"),
        (Sampler::AlwaysOff, true, false, false, "says no"),
        (probability(1.0), false, false, true, "keeps all, and says by what threshold"),
        (rooted(probability(0.1)), true, false, true, "anywhere in the composition"),
        (rooted(rules()), true, true, false, "rules ask"),
        (limited(1.0, rules()), true, true, false, "within a limit too"),
        (limited(1.0, Sampler::AlwaysOn), true, false, false, "a limit alone does not"),
    ];
    for (sampler, may_drop, asks, writes, why) in cases {
        let found =
            (sampler.may_drop_new_traces(), sampler.asks_requests(), sampler.writes_thresholds());
        assert_eq!(found, (may_drop, asks, writes), "{why}");
    }
}
