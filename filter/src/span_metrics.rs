//! Span metrics at work: every request is counted where it ends, whatever becomes of its span.

use std::cell::RefCell;

use proxy_wasm::types::MetricType;
use spanmesh_core::request_head::RequestHead;
use spanmesh_core::semconv::error;
use spanmesh_core::span::{Exchange, with_name};
use spanmesh_core::span_metrics::{
    CALLS, DURATION, Dimensions, NameId, SeriesTable, milliseconds, stat_name,
};

use crate::host;
use crate::pipeline::Pipeline;
use crate::recording::End;

thread_local! {
    /// Of the VM, not of a configuration: the host keeps statistics over every reload.
    static TABLE: RefCell<SeriesTable<Series>> = const { RefCell::new(SeriesTable::empty()) };
}

/// Ids of the statistics of one series.
#[derive(Clone, Copy, Debug)]
struct Series {
    calls: Option<u32>,
    duration: Option<u32>,
}

/// A request that is to be counted.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    name: NameId,
    /// When it began, in nanoseconds.
    start: u64,
    /// Whether it is a gRPC call.
    pub is_grpc: bool,
}

impl Call {
    /// A request that began at `start`; `None` where span metrics are off.
    pub fn begin(pipeline: &Pipeline, head: &RequestHead, start: u64) -> Option<Self> {
        let limit = pipeline.span_metrics?;
        let name = |text: &str| {
            let named = |table: &RefCell<SeriesTable<_>>| {
                Some(table.try_borrow_mut().ok()?.name(limit, pipeline.kind(), text))
            };
            TABLE.with(named).unwrap_or_default()
        };
        let name = with_name(head, &pipeline.span, name);
        Some(Self { name, start, is_grpc: head.is_grpc() })
    }

    /// Counts it.
    pub fn end(&self, pipeline: &Pipeline, end: &End) {
        let Some(limit) = pipeline.span_metrics else { return };
        let exchange = Exchange {
            status_code: end.status_code,
            grpc_status: end.grpc_status,
            response_flags: end.response_flags.unwrap_or_default(),
            ..Exchange::default()
        };
        let is_error = error::error_type(pipeline.kind(), &exchange).is_some();
        let series = TABLE.with(|table| {
            Some(table.try_borrow_mut().ok()?.series(limit, self.name, is_error, Series::define))
        });
        let Some(Series { calls, duration }) = series else { return };
        if let Some(calls) = calls {
            host::increment_metric(calls, 1);
        }
        if let Some(duration) = duration {
            host::record_metric(duration, milliseconds(end.at.saturating_sub(self.start)));
        }
    }
}

impl Series {
    #[cold]
    fn define(dimensions: Dimensions<'_>) -> Self {
        let [calls, duration] = [(MetricType::Counter, CALLS), (MetricType::Histogram, DURATION)]
            .map(|(kind, metric)| host::define_metric(kind, &stat_name(metric, dimensions)));
        Self { calls, duration }
    }
}
