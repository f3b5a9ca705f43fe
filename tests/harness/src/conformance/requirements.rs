//! Requirement levels.

use super::conventions::{Conventions, Level};
use super::rule::{Rule, Violation};
use crate::collector::ReceivedSpan;

/// What is missing in a span of this kind, and what should be.
pub(super) fn check(span: &ReceivedSpan, kind: &str, found: &mut Vec<Violation>) {
    let conventions = Conventions::current();
    let Some(convention) = conventions.spans.get(kind) else { return };
    for (key, level) in &convention.attributes {
        let is_there = span.attr(key).is_some();
        let missing =
            |rule, why: &str| Violation::new(rule, key, format!("missing in {kind}{why}"));
        match level {
            Level::Required if !is_there && !deviates(span, kind, key) => {
                found.push(missing(Rule::Required, ""));
            }
            Level::If(condition) | Level::Iff(condition) if !is_there && condition.holds(span) => {
                found.push(missing(Rule::Conditional, &format!(" although {condition:?}")));
            }
            Level::Iff(condition) if is_there && !condition.holds(span) => {
                let what = format!("in {kind} although not {condition:?}");
                found.push(Violation::new(Rule::Conditional, key, what));
            }
            _ => {}
        }
    }
    if span.attr("network.peer.port").is_some() && span.attr("network.peer.address").is_none() {
        let what = "without network.peer.address";
        found.push(Violation::new(Rule::Conditional, "network.peer.port", what));
    }
}

fn deviates(span: &ReceivedSpan, kind: &str, key: &str) -> bool {
    let mut deviations = Conventions::current().deviations.iter();
    deviations.any(|it| it.span == kind && it.attribute == key && it.unless.holds(span))
}
