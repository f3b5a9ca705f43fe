//! The filter's core behind the face of the foreign propagators.

use spanmesh_core::counters::Counters;
use spanmesh_core::entropy::EntropyPool;
use spanmesh_core::header_map::serialise;
use spanmesh_core::ids::{SpanId, TraceId};
use spanmesh_core::propagation::{
    self, Edit, Extracted, HeaderEdit, Outgoing, Propagation, Propagator,
};
use spanmesh_core::request_head::RequestHead;
use spanmesh_core::rules::{KnownListener, Request};
use spanmesh_core::sampling::{Force, Sampler};
use spanmesh_core::shared_data::{Conflict, SharedData};
use spanmesh_core::span::SpanKind;
use spanmesh_core::span_context::{SpanContext, TraceFlags};
use spanmesh_core::tracer::{Placement, Surroundings, Tracer};
use spanmesh_core::trust::Crossing;
use spanmesh_foreign::{Context, Decision, Format, Headers};

/// The span id of every hop of [`pass`].
pub const OWN_SPAN: [u8; 8] = [0xab; 8];

/// The context that these formats, in this order, find.
pub fn extract(formats: &[Format], headers: &[(String, String)]) -> Option<Context> {
    let propagation = Propagation::new(propagators(formats), vec![]);
    context_of(propagation.extract(&head(&propagation, headers)))
}

/// What these formats find of a decision, with or without a context.
pub fn extract_decision(formats: &[Format], headers: &[(String, String)]) -> Decision {
    let propagation = Propagation::new(propagators(formats), vec![]);
    decision_of(propagation.extract(&head(&propagation, headers)).decision)
}

/// The fields that these formats write for a span that has this context. A span has decided.
pub fn inject(formats: &[Format], context: &Context) -> Headers {
    assert_ne!(context.decision, Decision::Defer, "a hop decides");
    let propagation = Propagation::new(vec![], propagators(formats));
    let span = SpanContext {
        trace_id: TraceId::from_bytes(context.trace_id).unwrap(),
        span_id: SpanId::from_bytes(context.span_id).unwrap(),
        flags: TraceFlags::default().with_sampled(context.is_sampled()),
        trace_state: Default::default(),
    };
    let head = head(&propagation, &[]);
    let outgoing = Outgoing {
        context: &span,
        debug: context.decision == Decision::Debug,
        trace_state: Edit::Leave,
        crossing: Crossing::Within,
        head: Some(&head),
    };
    let mut headers = Headers::new();
    propagation.inject(&outgoing, &mut |edit| apply(edit, &mut headers));
    headers
}

/// What is left of a request behind a hop that reads `from` and writes `to`. Where its caller
/// leaves the decision to it, it samples.
pub fn pass(from: &[Format], to: &[Format], headers: &[(String, String)]) -> Headers {
    pass_by(Propagation::new(propagators(from), propagators(to)), headers)
}

/// The same by any propagators, baggage among them.
pub fn pass_by(propagation: Propagation, headers: &[(String, String)]) -> Headers {
    let head = head(&propagation, headers);
    // With keep rules every hop has a span of its own.
    let tracer = Tracer::new(Sampler::default(), Force::default(), propagation, true);
    let placement = place(&tracer, &head);
    let mut left = headers.to_vec();
    let mut counters = Counters::default();
    tracer.inject(&placement, Crossing::Within, Some(&head), &mut counters, &mut |edit| {
        apply(edit, &mut left);
    });
    left
}

fn place(tracer: &Tracer, head: &RequestHead) -> Placement {
    let request = Request { head, listener: &KnownListener { kind: SpanKind::Server, port: None } };
    let surroundings = Surroundings { now: &|| 1, shared: &NoStore };
    let mut entropy = EntropyPool::default();
    entropy.refill(|bytes| {
        bytes.fill(OWN_SPAN[0]);
        true
    });
    let counters = &mut Counters::default();
    tracer.start(request, Crossing::Within, surroundings, &mut entropy, counters)
}

/// No sampler of these tests shares anything.
struct NoStore;

impl SharedData for NoStore {
    fn get(&self, _: &str) -> Option<(Vec<u8>, u32)> {
        None
    }

    fn set(&self, _: &str, _: &[u8], _: u32) -> Result<(), Conflict> {
        Err(Conflict)
    }
}

fn propagators(formats: &[Format]) -> Vec<Propagator> {
    formats.iter().map(|format| Propagator::from_name(format.name()).unwrap()).collect()
}

fn head(propagation: &Propagation, headers: &[(String, String)]) -> RequestHead {
    let pairs = headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    RequestHead::noticing(propagation.noticed(), serialise(pairs))
}

fn context_of(extracted: Extracted) -> Option<Context> {
    let parent = extracted.parent?;
    let decision = decision_of(extracted.decision);
    let span_id = parent.span_id.map_or([0; 8], |id| *id.as_bytes());
    Some(Context { trace_id: *parent.trace_id.as_bytes(), span_id, decision })
}

fn decision_of(decision: propagation::Decision) -> Decision {
    match decision {
        propagation::Decision::Deferred => Decision::Defer,
        propagation::Decision::NotSampled => Decision::Drop,
        propagation::Decision::Sampled => Decision::Sample,
        propagation::Decision::Debug => Decision::Debug,
    }
}

/// What Envoy does with an edit.
fn apply(edit: HeaderEdit<'_>, headers: &mut Headers) {
    let text = |value: &[u8]| String::from_utf8(value.to_vec()).unwrap();
    match edit {
        HeaderEdit::Add(name, value) => {
            let is_absent = headers.iter().all(|(other, _)| other != name);
            assert!(is_absent, "{name} is added a second time");
            headers.push((name.to_owned(), text(value)));
        }
        HeaderEdit::Replace(name, value) => {
            headers.retain(|(other, _)| other != name);
            headers.push((name.to_owned(), text(value)));
        }
        HeaderEdit::Remove(name) => headers.retain(|(other, _)| other != name),
    }
}
