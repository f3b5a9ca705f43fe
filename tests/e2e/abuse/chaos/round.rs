//! The scene, and a round of requests in it.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use spanmesh_harness::{Answer, Collector, Envoy, EnvoyConfig, FaultSchedule, SECONDS};
use tokio::task::JoinSet;

use super::account::{Spans, unseen};
use super::book::Book;
use super::client::{self, Work};
use super::dice::Dice;
use super::reloads::{BATCH, Published, Reloads};
use super::upstream::{Current, Server};
use crate::abuse::memory::Memory;
use crate::support::{Account, INBOUND, OUTBOUND, account};

const WORKERS: u32 = 2;
/// Clients that send at the same time.
const CLIENTS: usize = 32;
/// By how much the memory of the second half of the rounds may be above that of the first, in bytes:
/// of the largest VM (all of a queue, since each round has VMs of its own) and of the process.
const VM_GROWTH: u64 = 4 << 20;
const RESIDENT_GROWTH: u64 = 32 << 20;

/// One Envoy with everything around it.
pub struct Scene {
    seed: u64,
    envoy: Envoy,
    collector: Collector,
    _upstream: Server,
    current: Current,
    reloads: Reloads,
    total: [u64; 6],
}

impl Scene {
    pub async fn start(seed: u64) -> Scene {
        let collector = Collector::start().await;
        let current: Current = Arc::new(Mutex::new(Arc::new(Book::new(seed, 0..0))));
        let upstream = Server::start(Arc::clone(&current)).await;
        let config = EnvoyConfig::from_file("envoy-config/ecds/bootstrap.yaml")
            .map_port(8080, upstream.port)
            .map_port(9090, upstream.port)
            .map_port(4318, collector.port());
        let (config, reloads) = Reloads::start(config);
        let envoy =
            Envoy::builder(config).concurrency(WORKERS).log_levels("wasm:critical").start().await;
        const TAKEN: &str = "extension_config_discovery.http_filter.spanmesh.update_success";
        envoy.wait_for_stat(TAKEN, |count| count >= 1, 30 * SECONDS).await;
        envoy.wait_for_stat("spanmesh_configuration_refused", |count| count == 0, SECONDS).await;
        Scene { seed, envoy, collector, _upstream: upstream, current, reloads, total: [0; 6] }
    }

    /// Sends requests with these numbers while everything goes wrong, waits until all is calm,
    /// and settles the accounts. Panics with what is wrong and how to repeat it.
    pub async fn round(&mut self, numbers: Range<u64>) -> String {
        let book = Arc::new(Book::new(self.seed, numbers.clone()));
        *self.current.lock().expect("no holder panics") = Arc::clone(&book);
        let before = self.settled().await;
        let published = self.reloads.published;
        let mut faults = Dice::of(self.seed, !numbers.start);
        let mut changes = Dice::of(self.seed, !numbers.end);
        let ports = [self.envoy.port(INBOUND), self.envoy.port(OUTBOUND)];
        let (next, end) = (numbers.start.into(), numbers.end);
        let work = Arc::new(Work { ports, next, end });
        let mut clients = JoinSet::new();
        (0..CLIENTS).for_each(|_| {
            clients.spawn(client::run(Arc::clone(&work), Arc::clone(&book)));
        });
        tokio::select! {
            _ = clients.join_all() => {}
            () = go_wrong(&self.collector, &mut faults) => {}
            () = self.reloads.go_on(&mut changes) => {}
        }
        self.collector.refuse_longer_than(None);
        self.collector.set_default(Answer::Accept);
        self.collector.restart().await;
        self.reloads.calm(numbers.end);
        let after = self.settled().await;

        // With each new module VMs went, and with each configuration that came again roots may have
        // (one or two in each VM), that had a batch on its way: their heirs delivered it again.
        let now = self.reloads.published;
        let changes = now.modules + now.again - published.modules - published.again;
        let again = changes * u64::from(WORKERS) * 2 * BATCH;
        let spans = Spans::of(&book, [&before, &after], &self.collector, again);
        let unseen = unseen(&book);
        if !unseen.is_empty() {
            book.problem(format!("requests that never came: {unseen:?}"));
        }
        if !self.envoy.is_alive() {
            book.problem("Envoy ended".to_owned());
        }
        let problems = book.problems();
        let told = format!("{spans:?}");
        assert!(
            problems.is_empty(),
            "SEED={} REQUESTS={}: {told}\n{}\n{}",
            self.seed,
            numbers.end,
            problems.join("\n"),
            self.envoy.log(),
        );
        let exports = self.collector.request_count() as u64;
        let grown = [numbers.end - numbers.start, spans.created, spans.delivered, spans.dropped];
        let grown = grown.into_iter().chain([spans.duplicates, exports]);
        self.total.iter_mut().zip(grown).for_each(|(total, grown)| *total += grown);
        self.collector.clear();
        told
    }

    /// The memory of the Envoy now.
    pub fn memory(&self) -> Memory {
        Memory::of(self.envoy.pid())
    }

    /// Asserts that memory is flat: the first half of the rounds is the warm-up. Few rounds say nothing.
    pub fn check_memory(&self, readings: &[Memory]) {
        let (first, second) = readings.split_at(readings.len() / 2);
        if first.len() < 2 {
            return;
        }
        let seed = self.seed;
        let growth = |of: fn(&Memory) -> u64| {
            let most = |half: &[Memory]| half.iter().map(of).max().unwrap_or_default();
            most(second).saturating_sub(most(first))
        };
        let grown = growth(|memory| memory.largest_vm);
        assert!(grown <= VM_GROWTH, "SEED={seed}: a VM grew by {grown} bytes: {readings:#?}");
        let grown = growth(|memory| memory.resident);
        assert!(grown <= RESIDENT_GROWTH, "SEED={seed}: {grown} bytes more: {readings:#?}");
        let left = growth(|memory| memory.vms as u64);
        assert!(left == 0, "SEED={seed}: {left} VMs are left behind: {readings:#?}");
    }

    /// All rounds in a line.
    pub fn told(&self) -> String {
        let [requests, created, delivered, dropped, duplicates, exports] = self.total;
        let Published { configurations, modules, .. } = self.reloads.published;
        format!(
            "{requests} requests, 0 failed or changed; {created} spans created = {delivered} \
             delivered + {dropped} dropped, {duplicates} delivered twice; \
             {exports} exports; {configurations} new configurations, {modules} with a new module"
        )
    }

    /// The counters when no request is on its way and no span is queued, and that for a while: a VM
    /// that goes hands its queue over, and counters are reported once a second.
    async fn settled(&self) -> Account {
        let mut last = None;
        for _ in 0..25 {
            tokio::time::sleep(SECONDS * 6 / 5).await;
            let now = account(&self.envoy).await;
            let text = format!("{now:?}");
            let calm = now.of("spans_queued") == 0 && now.balances();
            if calm && last.as_ref() == Some(&text) {
                return now;
            }
            last = Some(text);
        }
        let vms = self.envoy.stats("wasm.").await;
        let log = self.envoy.log();
        panic!("SEED={}: never calm: {last:?}\n{vms:?}\n{log}", self.seed)
    }
}

/// One schedule of faults after another.
async fn go_wrong(collector: &Collector, dice: &mut Dice) {
    loop {
        FaultSchedule::random(dice.number()).run(collector).await;
    }
}
