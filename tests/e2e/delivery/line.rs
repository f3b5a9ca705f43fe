//! A sidecar that exports over one transport, and what comes of a few spans.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use spanmesh_harness::{Answer, Client, EnvoyConfig, ExportRequest, Ledger, Load, Request};

use super::transport::Transport;
use crate::support::{Account, INBOUND, Sidecar, account};

/// Spans of a batch; none leaves before it is full.
pub const BATCH: u64 = 4;

/// Options with which batches of [`BATCH`] leave when they are full, and failures are tried again
/// soon and for long.
pub fn quick() -> Value {
    let retry =
        json!({"initial_interval": "50ms", "max_interval": "200ms", "max_elapsed_time": "120s"});
    json!({"batch": {"schedule_delay": "60s", "max_export_batch_size": BATCH}, "retry": retry})
}

/// The trace id of the request with this number.
pub fn trace_id(number: u64) -> String {
    format!("{:032x}", u128::from(number) + 1)
}

/// A request that is sampled, in a trace that tells its number.
pub fn numbered(number: u64, path: &str) -> Request {
    let traceparent = format!("00-{}-00f067aa0ba902b7-01", trace_id(number));
    Request::get(path).header("traceparent", traceparent)
}

/// The trace ids of requests with these numbers.
pub fn trace_ids(numbers: impl IntoIterator<Item = u64>) -> BTreeSet<String> {
    numbers.into_iter().map(trace_id).collect()
}

/// The sidecar.
pub struct Line {
    pub sidecar: Sidecar,
    pub transport: Transport,
    sent: AtomicU64,
}

/// What came of some spans that were sent, from the first to the last.
pub struct Course {
    /// What arrived.
    pub requests: Vec<ExportRequest>,
    before: Account,
    after: Account,
}

impl Line {
    /// With [`quick`] options.
    pub async fn start(transport: Transport) -> Line {
        Line::start_with(transport, json!({}), quick(), |config| config).await
    }

    /// With these options of the exporter and others.
    pub async fn start_with(
        transport: Transport,
        exporter: Value,
        more: Value,
        adjust: impl FnOnce(EnvoyConfig) -> EnvoyConfig,
    ) -> Line {
        let options = transport.options(exporter, more);
        let adjust = |config| adjust(transport.adjust(config));
        let sidecar = Sidecar::start_with(options, adjust).await;
        Line { sidecar, transport, sent: AtomicU64::new(0) }
    }

    /// How many requests were sent.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Sends so many requests, numbered on. They are answered whatever the collector does.
    pub async fn send(&self, count: u64) {
        let first = self.sent.fetch_add(count, Ordering::Relaxed);
        let load = Load::on(self.sidecar.envoy.port(INBOUND)).connections(4).count(count);
        let report = load.requests(move |number| numbered(first + number, "/")).run().await;
        assert_eq!(report.with_status(200), count, "{report:?}");
    }

    /// Sends one request with this target.
    pub async fn send_one(&self, target: &str) {
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        let mut client = Client::connect(self.sidecar.envoy.port(INBOUND)).await;
        assert_eq!(client.send(&numbered(number, target)).await.status, 200);
    }

    /// Waits until nothing is queued any more; the accounts must balance then.
    pub async fn settled(&self) -> Account {
        let account = self.sidecar.settled(self.sent()).await;
        account.check();
        account
    }

    /// Sends so many requests to meet these answers, and waits until every span has come to its
    /// end.
    pub async fn course(&self, answers: impl IntoIterator<Item = Answer>, count: u64) -> Course {
        self.sidecar.collector.script(answers);
        self.course_of(self.send(count)).await
    }

    /// The same for requests that are sent in another way.
    pub async fn course_of(&self, sending: impl Future<Output = ()>) -> Course {
        self.sidecar.collector.clear();
        let before = account(&self.sidecar.envoy).await;
        sending.await;
        let after = self.settled().await;
        Course { requests: self.sidecar.collector.requests(), before, after }
    }

    /// How many lines of the log tell this of the collector.
    pub fn told(&self, text: &str) -> usize {
        let line = self.transport.label("cluster", "otel-collector") + text;
        self.sidecar.envoy.log().lines().filter(|found| found.contains(&line)).count()
    }

    /// Waits until the log tells this of the collector.
    pub async fn wait_for_log(&self, text: &str, timeout: Duration) {
        let line = self.transport.label("cluster", "otel-collector") + text;
        self.sidecar.envoy.wait_for_log(&line, timeout).await;
    }
}

impl Course {
    /// By how much a counter grew.
    pub fn counted(&self, counter: &str) -> u64 {
        self.after.of(counter) - self.before.of(counter)
    }

    /// How many spans were dropped.
    pub fn dropped(&self) -> u64 {
        self.after.dropped() - self.before.dropped()
    }

    /// What arrived, span by span.
    pub fn ledger(&self) -> Ledger {
        let mut ledger = Ledger::default();
        self.requests.iter().for_each(|request| ledger.enter(request));
        ledger
    }

    /// Asserts that so many spans were delivered, by our counters and by what arrived, each once.
    #[track_caller]
    pub fn check_delivered(&self, count: u64, why: &str) {
        let ledger = self.ledger();
        assert_eq!(self.counted("spans_delivered"), count, "{why}: {ledger}");
        assert_eq!((ledger.delivered(), ledger.duplicates()), (count, 0), "{why}: {ledger}");
    }

    /// The time between the first two requests.
    pub fn first_wait(&self) -> Duration {
        self.requests[1].arrived.duration_since(self.requests[0].arrived)
    }
}
