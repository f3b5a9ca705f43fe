//! A collector: a sink of spans on a real socket that answers as the test tells it to.

mod answer;
mod faults;
mod grpc;
mod handler;
mod ledger;
mod payload;
mod plan;
mod protocol;
mod reply;
mod request;
mod span;
mod waiting;
mod zipkin;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use http::Version;
use tokio::time::sleep;

use crate::conformance::{Allowance, Violations};
use crate::port::free_port;
use crate::record::Record;
use crate::resettable::Connection;
use crate::server::Server;

pub use answer::{Answer, Refusal};
pub use faults::{Fault, FaultSchedule, Length, Phase};
pub use grpc::GrpcStatus;
pub use ledger::{Ledger, SpanKey};
pub use payload::Export;
pub use plan::Asked;
pub use protocol::Protocol;
pub use request::{ExportRequest, Outcome};
pub use span::ReceivedSpan;
pub use zipkin::{ZipkinAnnotation, ZipkinEndpoint, ZipkinKind, ZipkinSpan};

use plan::{Default, Plan};

/// How long answers that were given may take to leave a connection that is about to end.
const LEAVING: Duration = Duration::from_millis(50);

/// The sink. It takes HTTP/1.1 and HTTP/2 (prior knowledge) on one port, decodes each body
/// and keeps everything that came. It understands each [`Protocol`], compressed with gzip or not.
///
/// It checks what comes ([`crate::conformance`]), and panics with what breaks a rule when it is asked
/// for requests or spans, or dropped.
#[derive(Debug)]
pub struct Collector {
    port: u16,
    state: Arc<State>,
    server: Mutex<Option<Server>>,
}

#[derive(Debug)]
struct State {
    plan: Mutex<Plan>,
    requests: Record<ExportRequest>,
    violations: Violations,
}

impl Collector {
    /// Starts on a free port; everything is accepted.
    pub async fn start() -> Collector {
        Collector::start_on(free_port()).await
    }

    /// Starts on this port, for instance one that a running Envoy exports to already.
    pub async fn start_on(port: u16) -> Collector {
        Collector::start_with(port, Violations::new(None)).await
    }

    /// Starts on a free port and checks nothing, because the spans are not the filter's.
    pub async fn start_unchecked(why: &'static str) -> Collector {
        Collector::start_with(free_port(), Violations::new(Some(why))).await
    }

    async fn start_with(port: u16, violations: Violations) -> Collector {
        let plan = Mutex::new(Plan::new());
        let state = State { plan, requests: Record::default(), violations };
        let collector = Collector { port, state: Arc::new(state), server: Mutex::new(None) };
        collector.serve().await;
        collector
    }

    /// Lets rules be broken.
    pub fn allow(&self, allowances: Vec<Allowance>) {
        self.state.violations.allow(allowances);
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The path of OTLP/HTTP, at first `/v1/traces`. To paths that are of no protocol it
    /// answers 404.
    pub fn set_path(&self, path: &str) {
        self.state.plan().paths.otlp = path.to_owned();
    }

    /// The path of Zipkin, at first `/api/v2/spans`.
    pub fn set_zipkin_path(&self, path: &str) {
        self.state.plan().paths.zipkin = path.to_owned();
    }

    /// Queues answers for the next requests, one each; after them comes the default again.
    pub fn script(&self, answers: impl IntoIterator<Item = Answer>) {
        self.state.plan().script.extend(answers);
    }

    /// How many queued answers have not been given yet.
    pub fn script_left(&self) -> usize {
        self.state.plan().script.len()
    }

    /// Sets the answer for requests when nothing is queued; it begins as [`Answer::Accept`].
    pub fn set_default(&self, answer: Answer) {
        self.state.plan().default = Default::Always(answer);
    }

    /// Lets a function choose the answer when nothing is queued.
    pub fn set_default_by(&self, choice: impl FnMut(Asked) -> Answer + Send + 'static) {
        self.state.plan().default = Default::Chosen { asked: 0, choice: Box::new(choice) };
    }

    /// Refuses every request whose message (without compression and frame) is longer than
    /// `limit` bytes, before anything queued: [`Refusal::TooLarge`]. `None` takes that back.
    pub fn refuse_longer_than(&self, limit: Option<usize>) {
        self.state.plan().limit = limit;
    }

    /// What arrived so far, span by span.
    pub fn ledger(&self) -> Ledger {
        Ledger::of([self])
    }

    /// Forgets every request so far.
    pub fn clear(&self) {
        self.state.requests.clear();
    }

    /// Goes away: closes the port and every connection. What was received stays.
    /// Answers that were given arrive; no other is given any more.
    pub async fn stop(&self) {
        let server = self.server.lock().expect("no holder panics").take();
        if let Some(server) = server {
            self.state.plan().epoch += 1;
            sleep(LEAVING).await;
            server.stop().await;
        }
    }

    /// Comes back on the same port after [`Collector::stop`] or [`Collector::fall_silent`].
    pub async fn restart(&self) {
        self.stop().await;
        self.serve().await;
    }

    /// Closes every connection and takes new ones, from which it reads nothing and which it never
    /// answers, until [`Collector::restart`].
    pub async fn fall_silent(&self) {
        self.stop().await;
        let server = Server::start_silent(self.port).await;
        *self.server.lock().expect("no holder panics") = Some(server);
    }

    async fn serve(&self) {
        let state = Arc::clone(&self.state);
        let epoch = state.plan().epoch;
        let server = Server::start(self.port, move |request, connection| {
            handler::handle(Arc::clone(&state), epoch, request, connection)
        });
        *self.server.lock().expect("no holder panics") = Some(server.await);
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.state.violations.check();
    }
}

impl State {
    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().expect("no holder panics")
    }

    /// Notes that a request gets its answer now; false when it is too late for one.
    fn answers(
        &self,
        number: usize,
        outcome: Outcome,
        epoch: usize,
        connection: &Connection,
    ) -> bool {
        let plan = self.plan();
        let in_time = plan.epoch == epoch && !connection.is_doomed();
        if in_time {
            self.requests.update(number, |request| request.outcome = outcome);
        }
        in_time
    }

    /// Resets a connection, after other requests on it have got the answers that were given.
    async fn reset(&self, connection: &Connection, version: Version) {
        {
            let _no_answers = self.plan();
            connection.doom();
        }
        if version == Version::HTTP_2 {
            sleep(LEAVING).await;
        }
        connection.reset();
    }
}
