//! The spans of one trace, put together by their parents.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use spanmesh_harness::ReceivedSpan;

/// One trace, as far as it was received. Its spans go by labels such as `a server`, and
/// `a client > b` for a call of a to b.
#[derive(Debug)]
pub struct Tree {
    trace_id: String,
    /// In order of their starts.
    spans: Vec<ReceivedSpan>,
    /// The place of each span, by its id.
    places: HashMap<String, usize>,
}

impl Tree {
    /// The traces of these spans, each once, in order of their ids.
    pub fn all_of(spans: Vec<ReceivedSpan>) -> Vec<Tree> {
        let mut traces = BTreeMap::<String, Vec<ReceivedSpan>>::new();
        for span in spans {
            traces.entry(span.trace_id()).or_default().push(span);
        }
        traces.into_iter().map(|(trace_id, spans)| Tree::new(trace_id, spans)).collect()
    }

    /// The one trace of these spans.
    #[track_caller]
    pub fn only_of(spans: Vec<ReceivedSpan>) -> Tree {
        let mut trees = Tree::all_of(spans);
        let outlines: Vec<_> = trees.iter().map(Tree::outline).collect();
        assert_eq!(trees.len(), 1, "not one trace: {outlines:#?}");
        trees.remove(0)
    }

    fn new(trace_id: String, mut spans: Vec<ReceivedSpan>) -> Tree {
        spans.sort_by_key(|span| span.span.start_time_unix_nano);
        let ids = spans.iter().enumerate().map(|(place, span)| (span.span_id(), place));
        let places: HashMap<_, _> = ids.collect();
        assert_eq!(places.len(), spans.len(), "a span twice in trace {trace_id}");
        Tree { trace_id, spans, places }
    }

    /// The trace id in lower-case hex.
    pub fn trace_id(&self) -> &str {
        &self.trace_id
    }

    /// The spans whose parents were not received, in order of their starts. Their parents are
    /// unknown to this mesh, or were left out.
    pub fn roots(&self) -> Vec<&ReceivedSpan> {
        self.spans.iter().filter(|span| self.parent_of(span).is_none()).collect()
    }

    /// Whether one root leads to every span: nothing is missing between any two of them.
    pub fn is_connected(&self) -> bool {
        self.roots().len() == 1 && self.outline().len() == self.spans.len()
    }

    /// One label a line. Below each span, two spaces further in, stand its children in order
    /// of their starts.
    pub fn outline(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for root in self.roots() {
            self.write(root, 0, &mut lines);
        }
        lines
    }

    /// Services and kinds from the root to this span.
    pub fn path_of(&self, span: &ReceivedSpan) -> Vec<(String, SpanKind)> {
        let mut path = Vec::new();
        let mut seen = BTreeSet::new();
        let mut next = Some(span);
        while let Some(span) = next {
            assert!(seen.insert(span.span_id()), "a circle of parents: {path:?}");
            path.insert(0, (span.service(), span.kind()));
            next = self.parent_of(span);
        }
        path
    }

    /// The one span of this label.
    #[track_caller]
    pub fn span(&self, wanted: &str) -> &ReceivedSpan {
        let found: Vec<_> = self.spans.iter().filter(|span| label(span) == wanted).collect();
        let [span] = found[..] else { panic!("not one {wanted:?} in {:#?}", self.outline()) };
        span
    }

    fn parent_of(&self, span: &ReceivedSpan) -> Option<&ReceivedSpan> {
        self.places.get(&span.parent_span_id()).map(|place| &self.spans[*place])
    }

    fn write(&self, span: &ReceivedSpan, depth: usize, lines: &mut Vec<String>) {
        lines.push(format!("{}{}", "  ".repeat(depth), label(span)));
        let id = span.span_id();
        for child in self.spans.iter().filter(|child| child.parent_span_id() == id) {
            self.write(child, depth + 1, lines);
        }
    }
}

fn label(span: &ReceivedSpan) -> String {
    let callee = || span.str_attr("server.address").unwrap_or_default();
    match span.kind() {
        SpanKind::Server => format!("{} server", span.service()),
        SpanKind::Client => format!("{} client > {}", span.service(), callee()),
        other => format!("{} {other:?}", span.service()),
    }
}
