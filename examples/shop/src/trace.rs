//! The spans of one trace, as a tree.

use std::collections::{BTreeMap, HashSet};

use crate::span::Span;

/// All spans of one trace, parents before children, calls in the order of their start.
pub struct Trace {
    rows: Vec<Row>,
}

/// A span and its place in the tree.
pub struct Row {
    /// The span.
    pub span: Span,
    /// How the span hangs on the tree.
    pub place: Place,
    /// One entry for each span above, the topmost first, and one for the span itself: whether
    /// it is the last child of its parent. Empty for the spans at the top.
    pub last: Vec<bool>,
}

/// How a span hangs on the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It has no parent.
    Root,
    /// Its parent is in the tree.
    Child,
    /// It names a parent that is not in the tree.
    Orphan,
}

// === impl Trace ===

impl Trace {
    /// The traces of `spans`, by the time of their first start.
    pub fn all(spans: Vec<Span>) -> Vec<Self> {
        let mut by_id: BTreeMap<String, Vec<Span>> = BTreeMap::new();
        for span in spans {
            by_id.entry(span.trace_id.clone()).or_default().push(span);
        }
        let mut traces: Vec<_> = by_id.into_values().map(Self::new).collect();
        traces.sort_by_key(Self::start);
        traces
    }

    /// The tree of `spans`. Every span is in it exactly once, whatever its parent is.
    pub fn new(mut spans: Vec<Span>) -> Self {
        spans.sort_by(|a, b| (a.start, &a.span_id).cmp(&(b.start, &b.span_id)));
        let known: HashSet<String> = spans.iter().map(|span| span.span_id.clone()).collect();
        let (mut tops, mut rest): (Vec<_>, Vec<_>) = spans
            .into_iter()
            .partition(|span| span.parent_id.as_ref().is_none_or(|id| !known.contains(id)));
        tops.sort_by_key(|span| span.parent_id.is_some());

        let mut trace = Self { rows: Vec::new() };
        for top in tops {
            trace.push(top, Vec::new(), &mut rest);
        }
        // What is left are spans that are each other's ancestors.
        while !rest.is_empty() {
            let top = rest.remove(0);
            trace.push(top, Vec::new(), &mut rest);
        }
        trace
    }

    /// Adds `span`, and below it all of `rest` that descends from it.
    fn push(&mut self, span: Span, last: Vec<bool>, rest: &mut Vec<Span>) {
        let id = span.span_id.clone();
        let place = match (&span.parent_id, last.is_empty()) {
            (None, _) => Place::Root,
            (Some(_), true) => Place::Orphan,
            (Some(_), false) => Place::Child,
        };
        let children: Vec<Span> =
            rest.extract_if(.., |other| other.parent_id.as_deref() == Some(&id)).collect();
        self.rows.push(Row { span, place, last: last.clone() });
        let count = children.len();
        for (index, child) in children.into_iter().enumerate() {
            let last = last.iter().copied().chain([index + 1 == count]).collect();
            self.push(child, last, rest);
        }
    }

    /// The spans in the order of the tree.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The span at the top that has no parent, if there is one.
    pub fn root(&self) -> Option<&Span> {
        self.rows.iter().find(|row| row.place == Place::Root).map(|row| &row.span)
    }

    /// The id, empty if there are no spans.
    pub fn id(&self) -> &str {
        self.rows.first().map_or("", |row| &row.span.trace_id)
    }

    /// The first start.
    pub fn start(&self) -> u64 {
        self.rows.iter().map(|row| row.span.start).min().unwrap_or_default()
    }

    /// The last end.
    pub fn end(&self) -> u64 {
        self.rows.iter().map(|row| row.span.end).max().unwrap_or_default()
    }
}
