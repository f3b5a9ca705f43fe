//! One request's life: its place in a trace when its headers arrive, its span when it ends.

use std::rc::Rc;

use spanmesh_core::span::SpanKind;
use spanmesh_core::span_context::SpanContext;
use spanmesh_core::trust::Crossing;

use crate::arrival::{Arrived, begin, begin_late};
use crate::filter_state;
use crate::keeper::Keeper;
use crate::pipeline::Pipeline;
use crate::recording::{End, Recording};
use crate::side::Side;
use crate::state::State;

/// One per request.
#[derive(Debug)]
pub struct Stream {
    pipeline: Option<Rc<Pipeline>>,
    /// Where its listener stands, once that has been asked for.
    side: Option<Side>,
    /// Whether the request's headers have been seen, sampled or not.
    placed: bool,
    arrived: Arrived,
}

impl Stream {
    pub fn new(pipeline: Option<Rc<Pipeline>>) -> Self {
        Self { pipeline, side: None, placed: false, arrived: Arrived::default() }
    }

    /// Where there are keep rules: asks them about a request that the head sampler left out, and
    /// has the answers of all others stripped of what was meant for this hop.
    fn judge(
        &mut self,
        judge: fn(&Keeper, &Pipeline, &mut State, &mut Recording),
        strip: fn(&Keeper, &Pipeline, &mut State),
    ) {
        if let Some(pipeline) = &self.pipeline
            && let Some(keeper) = &pipeline.keeper
            && let Ok(mut state) = pipeline.state.try_borrow_mut()
        {
            match &mut self.arrived.recording {
                Some(recording) if !recording.is_sampled() => {
                    judge(keeper, pipeline, &mut state, recording);
                }
                _ => strip(keeper, pipeline, &mut state),
            }
        }
    }

    /// Acts as the active one, and remembers what it finds out about its listener.
    pub fn activate(&mut self, act: impl FnOnce(&mut Self)) {
        if let Some(pipeline) = &self.pipeline {
            pipeline.sides.enter(self.side);
        }
        act(self);
        self.side = self.pipeline.as_ref().and_then(|pipeline| pipeline.sides.known());
    }

    /// The request begins.
    pub fn on_request_headers(&mut self) {
        if let Some(pipeline) = &self.pipeline
            && let Ok(mut state) = pipeline.state.try_borrow_mut()
        {
            self.placed = true;
            self.arrived = begin(pipeline, &mut state);
        }
    }

    /// The answer begins.
    pub fn on_response_headers(&mut self) {
        self.judge(Keeper::on_response_headers, Keeper::strip_headers);
        let Some(pipeline) = &self.pipeline else { return };
        let is_foreign = self.is_caller_foreign();
        if !is_foreign && !pipeline.answers.tell() {
            return;
        }
        let Ok(mut state) = pipeline.state.try_borrow_mut() else { return };
        if is_foreign {
            pipeline.answers.strip_headers(&mut state);
        } else if pipeline.kind() == SpanKind::Server
            && let Some(context) = self.context()
        {
            pipeline.answers.add(&mut state, context);
        }
    }

    /// The answer ends with trailers.
    pub fn on_response_trailers(&mut self) {
        self.judge(Keeper::on_response_trailers, Keeper::strip_trailers);
        if self.is_caller_foreign()
            && let Some(pipeline) = &self.pipeline
            && let Ok(mut state) = pipeline.state.try_borrow_mut()
        {
            pipeline.answers.strip_trailers(&mut state);
        }
    }

    /// The exchange is over.
    pub fn on_log(&mut self) {
        let Some(pipeline) = &self.pipeline else { return };
        let Ok(mut state) = pipeline.state.try_borrow_mut() else { return };
        // An earlier filter may have answered before the request came here.
        if !self.placed {
            self.arrived = begin_late(pipeline, &mut state);
        }
        let Arrived { recording, call, .. } = &mut self.arrived;
        let end = call.map(|call| {
            let judged = recording.as_ref().and_then(|recording| recording.judged);
            let end = End::read(call.is_grpc, judged, true);
            call.end(pipeline, &end);
            end
        });
        if let Some(recording) = recording {
            if recording.is_sampled() {
                let end = end.unwrap_or_else(|| recording.end(true));
                let settings = &pipeline.span;
                recording.with_span(pipeline, &end, None, |span| state.push(span, settings));
            } else if let Some(keeper) = &pipeline.keeper {
                keeper.on_end(pipeline, &mut state, recording, end);
            }
        }
        if pipeline.filter_state
            && let Some(context) = self.context()
        {
            let is_recorded = self.arrived.recording.as_ref().is_some_and(|it| it.is_recorded());
            filter_state::set(&mut state, context, is_recorded);
        }
    }

    fn is_caller_foreign(&self) -> bool {
        matches!(self.arrived.crossing, Crossing::Entering(_))
    }

    /// The request's place, as the next hop was told it.
    fn context(&self) -> Option<&SpanContext> {
        let recorded = self.arrived.recording.as_ref().map(|recording| &recording.hop.context);
        recorded.or(self.arrived.context.as_ref())
    }
}
