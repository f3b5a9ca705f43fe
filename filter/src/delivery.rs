//! Exports as calls of the host: what is sent, and what comes back.

use std::time::Duration;

use proxy_wasm::types::LogLevel;
use spanmesh_core::counters::Counters;
use spanmesh_export::destination::{Destination, GRPC_METHOD, GRPC_SERVICE, Protocol};
use spanmesh_export::encoder::Encoder;
use spanmesh_export::exporter::{Exporter, ExporterSettings, Notice, Outcome, RetrySettings};
use spanmesh_export::queue::BatchQueue;

use crate::host::{self, HostError, grpc};
use crate::stats::Stats;

/// By how much longer an answer is waited for than the host waits for it, in nanoseconds: then the
/// host has lost it.
const GRACE: u64 = 5_000_000_000;

/// The exporter and its calls.
#[derive(Debug)]
pub struct Delivery {
    pub exporter: Exporter,
    destination: Destination,
    encoder: Encoder,
    /// The call to each cluster, if one is on its way.
    calls: Vec<Option<Call>>,
}

/// A call by the token that the host gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Http(u32),
    Grpc(u32),
}

// === impl Delivery ===

impl Delivery {
    /// Nothing to send yet from `queue` to `destination`.
    pub fn new(queue: BatchQueue, retry: RetrySettings, destination: Destination) -> Self {
        // Of a gRPC stream the host keeps no time.
        let grace = if destination.protocol == Protocol::Grpc { 0 } else { GRACE };
        let timeout = destination.timeout.saturating_add(grace);
        let clusters = destination.clusters.iter().map(|cluster| cluster.label()).collect();
        Self {
            exporter: Exporter::new(queue, ExporterSettings { retry, timeout }, clusters),
            encoder: Encoder::new(&destination.protocol),
            calls: vec![None; destination.clusters.len()],
            destination,
        }
    }

    /// Sends what is due, and gives up calls that take too long. Only to be called while the root
    /// context is active.
    pub fn send_due(&mut self, now: u64, hand: &mut Hand<'_>) {
        while let Some(target) = self.exporter.overdue(now) {
            if let Some(Call::Grpc(token)) = self.calls.get_mut(target).and_then(Option::take) {
                grpc::cancel(token);
            }
            self.settle(target, now, &Outcome::TimedOut, hand);
        }
        while let Some(transmit) = self.exporter.poll_transmit(now, hand.counters) {
            let target = transmit.target;
            let sent = send(&self.destination, &mut self.encoder, target, transmit.body);
            match sent {
                Ok(call) => self.expect(target, Some(call)),
                Err(HostError::BadArgument) => {
                    self.settle(target, now, &Outcome::UnknownCluster, hand);
                }
                Err(HostError::Other) => self.settle(target, now, &Outcome::NotSent, hand),
            }
        }
    }

    /// Takes what came of a call, if it is one of these.
    pub fn take_answer(
        &mut self,
        call: Call,
        now: u64,
        outcome: &Outcome<'_>,
        hand: &mut Hand<'_>,
    ) {
        if let Some(target) = self.calls.iter().position(|known| *known == Some(call)) {
            self.expect(target, None);
            self.settle(target, now, outcome, hand);
        }
    }

    /// Whether this call is one of these.
    pub fn is_waiting_for(&self, call: Call) -> bool {
        self.calls.contains(&Some(call))
    }

    fn expect(&mut self, target: usize, call: Option<Call>) {
        if let Some(known) = self.calls.get_mut(target) {
            *known = call;
        }
    }

    fn settle(&mut self, target: usize, now: u64, outcome: &Outcome<'_>, hand: &mut Hand<'_>) {
        let settled = self.exporter.handle(target, now, outcome, hand.jitter, hand.counters);
        let Some(settled) = settled else { return };
        if let Some(duration) = settled.duration {
            hand.stats.record_export(duration, settled.spans);
        }
        match settled.notice {
            Some(Notice::Trouble(text)) => {
                host::log(LogLevel::Warn, &self.destination.conceal(text));
            }
            Some(Notice::Recovery(text)) => host::log(LogLevel::Info, &text),
            None => {}
        }
    }
}

/// What the work on an answer needs beside the delivery itself.
#[derive(Debug)]
pub struct Hand<'a> {
    pub counters: &'a mut Counters,
    pub stats: &'a Stats,
    /// Any random number.
    pub jitter: u32,
}

/// Starts an export.
fn send(
    destination: &Destination,
    encoder: &mut Encoder,
    target: usize,
    request: &[u8],
) -> Result<Call, HostError> {
    let cluster = destination.clusters.get(target).ok_or(HostError::Other)?;
    match &destination.protocol {
        Protocol::Grpc => {
            let (service, timeout) = (cluster.grpc_service(), destination.grpc_timeout());
            let metadata = destination.grpc_metadata(&timeout);
            grpc::call(&service, GRPC_SERVICE, GRPC_METHOD, &metadata, request).map(Call::Grpc)
        }
        Protocol::Http { path, encoding, .. } => {
            let (body, is_gzip) = encoder.encode(request);
            let headers = destination.http_headers(cluster, path, *encoding, is_gzip);
            let timeout = Duration::from_nanos(destination.timeout);
            host::send(&cluster.name, &headers, &body, timeout).map(Call::Http)
        }
    }
}
