//! How the samplers decide, from the outermost inwards to the one that does.

use spanmesh_core::otel_trace_state::OtelTraceState;
use spanmesh_core::propagation::Extracted;
use spanmesh_core::rules::Request;
use spanmesh_core::sampling::{Parent, RuleBased, Sampler, SamplingRequest, Verdict};
use spanmesh_core::trust::Crossing;
use spanmesh_json::Value;

use super::chance::{Chance, percent};
use super::scene::{Empty, NOW, Scene};
use super::{Report, rules};

/// The samplers that are asked, in their order.
pub fn explain(scene: &Scene, out: &mut Report) {
    if scene.outcome(0).is_forced() {
        return;
    }
    out.line("sampler", "");
    let value = scene.value.get("sampler").cloned().unwrap_or_default();
    scene.with_request(|request| {
        let walk = Walk { known: Known::of(scene), request };
        walk.descend(scene.tracer.sampler(), &value, "sampler", 0, out);
    });
}

/// What the outermost sampler decides, as the walk asks it.
#[cfg(test)]
pub fn outermost(scene: &Scene) -> Chance {
    scene.with_request(|request| {
        let walk = Walk { known: Known::of(scene), request };
        let drawn = |randomness| walk.known.randomness.unwrap_or(randomness);
        Chance::of(|randomness| walk.verdict(scene.tracer.sampler(), drawn(randomness)).sampled)
    })
}

/// What samplers are told of the caller.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    parent: Option<Parent>,
    /// That of the trace; `None`: drawn anew.
    randomness: Option<u64>,
}

impl Known {
    /// A stranger's decision and randomness are not heard; the tests hold this against the tracer.
    fn of(scene: &Scene) -> Self {
        if matches!(scene.crossing, Crossing::Entering(_)) {
            return Self::default();
        }
        let Extracted { parent, decision, .. } = scene.tracer.propagation().extract(&scene.head);
        let ot = parent.as_ref().and_then(|parent| parent.trace_state.get("ot"));
        let ot = ot.and_then(OtelTraceState::parse).unwrap_or_default();
        let of_id = parent.as_ref().map(|parent| parent.trace_id.randomness());
        Self {
            parent: decision.sampled().map(|sampled| Parent { sampled, threshold: ot.threshold }),
            randomness: ot.randomness.filter(|_| parent.is_some()).or(of_id),
        }
    }
}

/// A walk through samplers.
struct Walk<'a> {
    known: Known,
    request: Request<'a>,
}

impl Walk<'_> {
    fn descend(
        &self,
        sampler: &Sampler,
        value: &Value,
        path: &str,
        depth: usize,
        out: &mut Report,
    ) {
        let (name, options) = named(value, sampler);
        let path = format!("{path}.{name}");
        let inner = |step: &str| options.get(step).cloned().unwrap_or_default();
        let mut say = |text: &str| out.more(depth, text);
        match sampler {
            Sampler::ParentBased(delegates) => {
                let (step, delegate, why) = match self.known.parent.map(|parent| parent.sampled) {
                    None => ("root", &delegates.root, "there is no decision to follow"),
                    Some(true) => {
                        let delegate = &delegates.remote_parent_sampled;
                        ("remote_parent_sampled", delegate, "the caller sampled")
                    }
                    Some(false) => {
                        let delegate = &delegates.remote_parent_not_sampled;
                        ("remote_parent_not_sampled", delegate, "the caller did not sample")
                    }
                };
                say(&format!("{path}: {why}: {step} decides"));
                self.descend(delegate, &inner(step), &format!("{path}.{step}"), depth, out);
            }
            Sampler::RuleBased(rules) => self.rules(rules, &options, &path, depth, out),
            Sampler::RateLimiting(_, sampler) => {
                let rate = options.get("traces_per_second").map(Value::to_string);
                let rate = rate.unwrap_or_default();
                say(&format!(
                    "{path}: at most {rate} a second (the budget is taken as unspent) of"
                ));
                self.descend(
                    sampler,
                    &inner("sampler"),
                    &format!("{path}.sampler"),
                    depth + 1,
                    out,
                );
            }
            Sampler::JaegerRemote(remote) => {
                let cluster = &remote.settings.cluster;
                say(&format!(
                    "{path}: as the endpoint at {cluster} says, which is not asked here; until its first answer"
                ));
                let step = "initial_sampler";
                let path = format!("{path}.{step}");
                self.descend(&remote.initial, &inner(step), &path, depth + 1, out);
            }
            leaf => say(&format!("{path}: {}", self.verdict_in_words(leaf))),
        }
    }

    fn rules(
        &self,
        rules: &RuleBased,
        options: &Value,
        path: &str,
        depth: usize,
        out: &mut Report,
    ) {
        let values = options.get("rules").and_then(Value::as_array).map(Vec::as_slice);
        let values = values.unwrap_or_default();
        let first = rules.index.first(&self.request, |_| true);
        out.more(depth, &format!("{path}: the first rule that matches"));
        for (number, (rule, value)) in rules.rules.iter().zip(values).enumerate() {
            let judged = rules::judge(value.get("match"), &self.request);
            let name = Value::from(rule.name.as_str());
            let text = match &judged {
                Ok(why) => format!("rules[{number}] {name}: matched: {why}"),
                Err(why) => format!("rules[{number}] {name}: not matched: {why}"),
            };
            out.more(depth + 1, &text);
            if first == Some(number) {
                let path = format!("{path}.rules[{number}].sampler");
                let sampler = value.get("sampler").cloned().unwrap_or_default();
                self.descend(&rule.sampler, &sampler, &path, depth + 1, out);
                let others = rules.rules.len() - number - 1;
                if others > 0 {
                    let (verb, s) = if others == 1 { ("is", "") } else { ("are", "s") };
                    out.more(depth + 1, &format!("{others} more rule{s} {verb} not asked"));
                }
                return;
            }
        }
        out.more(depth + 1, "no rule matches: not sampled");
    }

    fn verdict_in_words(&self, leaf: &Sampler) -> String {
        let share = Chance::of(|randomness| self.verdict(leaf, randomness).sampled);
        match (share, self.known.randomness) {
            (Chance::Share(share), Some(randomness)) => {
                let kept = self.verdict(leaf, randomness).sampled;
                let word = if kept { "sampled" } else { "not sampled" };
                format!("{}: this trace is {word}, by its id or rv", percent(share))
            }
            (Chance::Share(share), None) => percent(share),
            (certain, _) => certain.shown(),
        }
    }

    /// What a sampler decides, by its own code.
    fn verdict(&self, sampler: &Sampler, randomness: u64) -> Verdict {
        sampler.decide(&mut SamplingRequest {
            randomness,
            parent: self.known.parent,
            request: Some(self.request),
            now: &|| NOW,
            shared: &Empty,
            conflicts: 0,
        })
    }
}

/// The name of a sampler and its options; of one that is not written, its default.
fn named(value: &Value, sampler: &Sampler) -> (String, Value) {
    if let Some((name, options)) = value.as_object().and_then(|entries| entries.iter().next()) {
        return (name.clone(), options.clone());
    }
    let name = value.as_str().unwrap_or(match sampler {
        Sampler::AlwaysOn => "always_on",
        Sampler::AlwaysOff => "always_off",
        Sampler::TraceIdRatioBased(_) => "trace_id_ratio_based",
        Sampler::Probability(_) => "probability",
        Sampler::ParentBased(_) => "parent_based",
        Sampler::RuleBased(_) => "rule_based",
        Sampler::RateLimiting(..) => "rate_limiting",
        Sampler::JaegerRemote(_) => "jaeger_remote",
    });
    (name.to_owned(), Value::Null)
}
