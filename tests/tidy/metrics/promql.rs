//! Expressions of PromQL.

use std::collections::BTreeSet;
use std::convert::Infallible;

use promql_parser::parser::{Expr, VectorSelector, parse};
use promql_parser::util::{ExprVisitor, walk_expr};

use super::{OF_TARGETS, labels_of};

/// What an expression asks for and what it answers with.
#[derive(Debug, Default)]
pub struct Uses {
    pub metrics: BTreeSet<String>,
    /// Labels of selectors and groupings.
    labels: BTreeSet<String>,
    /// Labels of the outcome, where something is grouped.
    grouped: Option<BTreeSet<String>>,
}

impl ExprVisitor for Uses {
    type Error = Infallible;

    fn pre_visit(&mut self, expr: &Expr) -> Result<bool, Infallible> {
        match expr {
            Expr::VectorSelector(selector) => self.selector(selector),
            Expr::MatrixSelector(selector) => self.selector(&selector.vs),
            Expr::Aggregate(aggregate) => {
                let grouped: BTreeSet<String> = match &aggregate.modifier {
                    Some(modifier) => modifier.labels().labels.iter().cloned().collect(),
                    None => BTreeSet::new(),
                };
                self.labels.extend(grouped.iter().cloned());
                self.grouped.get_or_insert(grouped);
            }
            _ => {}
        }
        Ok(true)
    }
}

impl Uses {
    /// Parses an expression, which may only use metrics that exist and labels that they have.
    #[track_caller]
    pub fn check(text: &str) -> Uses {
        let expr = parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let mut uses = Uses::default();
        let Ok(_) = walk_expr(&mut uses, &expr);
        assert!(!uses.metrics.is_empty(), "no metric in {text}");
        let mut known = BTreeSet::new();
        for metric in &uses.metrics {
            known.extend(labels_of(metric).unwrap_or_else(|| panic!("no {metric}: {text}")));
        }
        for label in &uses.labels {
            assert!(known.contains(label.as_str()), "no label {label}: {text}");
        }
        uses
    }

    /// Whether the outcome has this label.
    pub fn gives(&self, label: &str) -> bool {
        match &self.grouped {
            Some(labels) => labels.contains(label),
            None => OF_TARGETS.contains(&label),
        }
    }

    fn selector(&mut self, selector: &VectorSelector) {
        self.metrics.extend(selector.name.clone());
        let matchers = &selector.matchers;
        let all = matchers.matchers.iter().chain(matchers.or_matchers.iter().flatten());
        self.labels.extend(all.map(|matcher| matcher.name.clone()));
    }
}

#[test]
fn what_does_not_exist_is_found() {
    let wrong = [
        "sum(rate(spanmesh_spans_created[5m])",
        "rate(spanmesh_spans_create[5m])",
        "rate(spanmesh_spans_dropped_queue_full[5m])",
        "sum by (reason) (rate(spanmesh_spans_created[5m]))",
        "spanmesh_spans_queued{worker=\"1\"}",
        "rate(spanmesh_export_batch_size[5m])",
        "rate(spanmesh_spans_created)",
        "1",
    ];
    for text in wrong {
        assert!(std::panic::catch_unwind(|| Uses::check(text)).is_err(), "{text}");
    }
    let uses = Uses::check("sum by (reason) (rate(spanmesh_spans_dropped{job=\"a\"}[5m])) > 0");
    assert!(uses.gives("reason") && !uses.gives("job"));
}
