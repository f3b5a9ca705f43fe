//! What a collector received, and waiting for it.

use std::time::Duration;

use super::{Collector, ExportRequest, ReceivedSpan, ZipkinSpan};
use crate::wait;

impl Collector {
    /// Every request so far, in order of arrival, whatever it was answered.
    #[track_caller]
    pub fn requests(&self) -> Vec<ExportRequest> {
        self.state.violations.check();
        self.state.requests.all()
    }

    /// The spans of OTLP of all accepted requests (see [`super::Outcome`]), in order of arrival.
    #[track_caller]
    pub fn spans(&self) -> Vec<ReceivedSpan> {
        self.state.violations.check();
        self.look_at_accepted(|accepted| accepted.flat_map(ExportRequest::spans).collect())
    }

    /// The spans of Zipkin of all accepted requests, in order of arrival.
    #[track_caller]
    pub fn zipkin_spans(&self) -> Vec<ZipkinSpan> {
        self.state.violations.check();
        self.look_at_accepted(|accepted| {
            accepted.flat_map(ExportRequest::zipkin_spans).cloned().collect()
        })
    }

    /// How many spans were accepted so far, over any protocol.
    pub fn span_count(&self) -> usize {
        self.look_at_accepted(|accepted| accepted.map(ExportRequest::span_count).sum())
    }

    /// Waits until at least `count` spans were accepted, over any protocol, and gives those of
    /// OTLP. Panics after `timeout`, with what came instead.
    pub async fn wait_for_spans(&self, count: usize, timeout: Duration) -> Vec<ReceivedSpan> {
        self.wait_for(count, "spans", timeout, || self.span_count()).await;
        self.spans()
    }

    /// As [`Collector::wait_for_spans`], and gives those of Zipkin.
    pub async fn wait_for_zipkin_spans(&self, count: usize, timeout: Duration) -> Vec<ZipkinSpan> {
        self.wait_for(count, "spans", timeout, || self.span_count()).await;
        self.zipkin_spans()
    }

    /// Waits until at least `count` requests came, whatever they were answered.
    /// Panics after `timeout`, with what came instead.
    pub async fn wait_for_requests(&self, count: usize, timeout: Duration) -> Vec<ExportRequest> {
        self.wait_for(count, "requests", timeout, || self.request_count()).await;
        self.requests()
    }

    /// How many requests came so far.
    pub fn request_count(&self) -> usize {
        self.state.requests.look(<[_]>::len)
    }

    async fn wait_for(
        &self,
        count: usize,
        what: &str,
        timeout: Duration,
        come: impl Fn() -> usize,
    ) {
        let enough = || (come() >= count).then_some(());
        if wait::until(timeout, enough).await.is_none() {
            let requests = self.requests();
            let lines: Vec<String> = requests.iter().map(ToString::to_string).collect();
            let summary = format!("{} requests\n{}", lines.len(), lines.join("\n"));
            panic!("no {count} {what} within {timeout:?}, but:\n{summary}");
        }
    }

    fn look_at_accepted<R>(
        &self,
        view: impl FnOnce(&mut dyn Iterator<Item = &ExportRequest>) -> R,
    ) -> R {
        self.state
            .requests
            .look(|requests| view(&mut requests.iter().filter(|request| request.accepted())))
    }
}
