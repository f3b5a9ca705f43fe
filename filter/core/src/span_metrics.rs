//! Metrics of all requests, sampled or not: calls and durations by span name, kind and status.
//!
//! Names and meanings are those of the OpenTelemetry Collector's `span_metrics` connector (0.155),
//! as its Prometheus exporters write them. A host has statistics by name alone, so the dimensions are
//! written into the name ([`stat_name`]), and this is the bounded table of what has been named.

mod stat_name;

use std::cmp::Ordering;

use crate::span::SpanKind;

pub use stat_name::{CALLS, DURATION, stat_name};

/// Longest span name that gets series of its own, in bytes. A longer one, which only a caller makes
/// up, is counted as overflow: it would burden the host, and most that read its statistics.
pub const MAX_NAME: usize = 256;

/// A span name and kind, by its place in the table; `None`: without series of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NameId(Option<u32>);

/// What distinguishes the series of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimensions<'a> {
    /// Of one kind, name and status.
    Span {
        /// The side of the exchanges.
        kind: SpanKind,
        /// The name of their spans.
        name: &'a str,
        /// Whether they failed.
        is_error: bool,
    },
    /// Of everything beyond the limit.
    Overflow,
}

/// The series that are known, each with what the host knows it by. There are no more than the limit
/// that is given with each call, and one for what exceeds it; none is ever forgotten, since the host
/// forgets none.
#[derive(Debug)]
pub struct SeriesTable<T> {
    /// In the order of their first appearance.
    names: Vec<Name<T>>,
    /// Indices of `names`, sorted by kind and text.
    sorted: Vec<u32>,
    /// Series of all names.
    count: usize,
    overflow: Option<T>,
}

#[derive(Debug)]
struct Name<T> {
    kind: SpanKind,
    text: Box<str>,
    good: Option<T>,
    failed: Option<T>,
}

// === impl SeriesTable ===

impl<T: Copy> SeriesTable<T> {
    /// An empty table.
    pub const fn empty() -> Self {
        Self { names: Vec::new(), sorted: Vec::new(), count: 0, overflow: None }
    }

    /// The id of a name, which is remembered while there are fewer than `limit`.
    pub fn name(&mut self, limit: usize, kind: SpanKind, text: &str) -> NameId {
        let place = self.sorted.binary_search_by(|&id| {
            let name = self.names.get(id as usize);
            name.map_or(Ordering::Less, |name| name.compare(kind, text))
        });
        match place {
            Ok(place) => NameId(self.sorted.get(place).copied()),
            Err(_) if self.names.len() >= limit || text.len() > MAX_NAME => NameId(None),
            Err(place) => {
                let Ok(id) = u32::try_from(self.names.len()) else { return NameId(None) };
                self.names.push(Name { kind, text: text.into(), good: None, failed: None });
                self.sorted.insert(place, id);
                NameId(Some(id))
            }
        }
    }

    /// The series of a name and status, which `define` makes known to the host when it is new. Beyond
    /// `limit` it is that of the overflow.
    pub fn series(
        &mut self,
        limit: usize,
        id: NameId,
        is_error: bool,
        define: impl FnOnce(Dimensions<'_>) -> T,
    ) -> T {
        let name = id.0.and_then(|id| self.names.get_mut(id as usize));
        if let Some(Name { kind, text, good, failed }) = name {
            let series = if is_error { failed } else { good };
            if let Some(series) = *series {
                return series;
            }
            if self.count < limit {
                self.count += 1;
                let name = &**text;
                return *series.insert(define(Dimensions::Span { kind: *kind, name, is_error }));
            }
        }
        *self.overflow.get_or_insert_with(|| define(Dimensions::Overflow))
    }
}

impl<T> Name<T> {
    fn compare(&self, kind: SpanKind, text: &str) -> Ordering {
        (self.kind as u8).cmp(&(kind as u8)).then_with(|| (*self.text).cmp(text))
    }
}

/// Nanoseconds as whole milliseconds, to the nearest.
pub fn milliseconds(nanoseconds: u64) -> u64 {
    nanoseconds.saturating_add(500_000) / 1_000_000
}

#[cfg(test)]
mod tests;
