//! What a request brings, and how much of it is believed.

use spanmesh_core::counters::Counter;
use spanmesh_core::propagation::Decision;
use spanmesh_core::trust::{Crossing, OnForeignContext};

use super::Report;
use super::scene::Scene;

/// The caller's context, trust, and wishes of the caller.
pub fn explain(scene: &Scene, out: &mut Report) {
    out.line("place", &scene.place);
    if scene.disabled {
        out.line("disabled", "OTEL_SDK_DISABLED is true: nothing is traced at all");
    }
    for name in &scene.unknown {
        out.line("unknown", &format!("{name} of the VM's environment: --env {name}=VALUE says it"));
    }
    let extracted = scene.tracer.propagation().extract(&scene.head);
    let decision = match extracted.decision {
        Decision::Deferred => "who leaves the decision to others",
        Decision::NotSampled => "who did not sample",
        Decision::Sampled => "who sampled",
        Decision::Debug => "who sampled, to debug",
    };
    let parent = match &extracted.parent {
        Some(parent) => {
            let trace = hex(&parent.trace_id.to_hex());
            let span = parent.span_id.map(|span| hex(&span.to_hex()));
            let span = span.map(|span| format!(", span {span}")).unwrap_or_default();
            let list = parent.trace_state.as_str();
            let list = if list.is_empty() { String::new() } else { format!("; tracestate {list}") };
            format!("trace {trace}{span} of a caller {decision}{list}")
        }
        None if extracted.invalid_parent => {
            "a trace context that breaks the rules of its format: the trace starts anew".to_owned()
        }
        None if extracted.decision != Decision::Deferred => {
            format!("no trace, but the word of a caller {decision}")
        }
        None => "none: a new trace".to_owned(),
    };
    out.line("parent", &parent);
    let has_context = extracted.parent.is_some() || extracted.decision != Decision::Deferred;
    let trust = match scene.crossing {
        Crossing::Within => "the other side belongs to the mesh",
        Crossing::Leaving => "the upstream is a stranger: it is told nothing of the trace",
        Crossing::Entering(_) if !has_context => "the caller is a stranger, and brings nothing",
        Crossing::Entering(OnForeignContext::Restart) => {
            "the caller is a stranger: a new trace starts, with a link to the stranger's span"
        }
        Crossing::Entering(OnForeignContext::IgnoreDecision) => {
            "the caller is a stranger: the trace goes on, its decision and randomness are not heard"
        }
    };
    out.line("trust", trust);
    let outcome = scene.outcome(0);
    if outcome.is_forced() {
        let by = match &scene.force_header {
            Some(name) if scene.head.header(name).is_some() => name.as_str(),
            _ if extracted.decision == Decision::Debug => "the caller's debug flag",
            _ => "x-request-id",
        };
        out.line("force", &format!("{by} forces the trace: no sampler is asked"));
    } else if let Some(name) = &scene.force_header {
        let why = match (scene.head.header(name), scene.crossing) {
            (None, _) => "is not there",
            (_, Crossing::Entering(_)) => "comes from a stranger, who is not heard",
            _ => "is neither 1 nor true",
        };
        out.line("force", &format!("{name} {why}"));
    }
    if outcome.counters.get(Counter::TraceStatesInvalid) > 0 {
        out.line("tracestate", "breaks the rules: it is dropped");
    }
}

fn hex(digits: &[u8]) -> String {
    String::from_utf8_lossy(digits).into_owned()
}
