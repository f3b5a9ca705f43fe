//! A collector: an OTLP/HTTP sink on a real socket that answers as the test tells it to.

mod answer;
mod handler;
mod request;
mod span;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use crate::port::free_port;
use crate::record::Record;
use crate::server::Server;
use crate::wait;

pub use answer::Answer;
pub use request::ExportRequest;
pub use span::ReceivedSpan;

/// The sink. It takes HTTP/1.1 and HTTP/2 (prior knowledge) on one port, decodes each body
/// and keeps everything that came.
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
}

#[derive(Debug)]
struct Plan {
    path: String,
    script: VecDeque<Answer>,
    default: Answer,
}

impl Collector {
    /// Starts on a free port; everything is accepted.
    pub async fn start() -> Collector {
        Collector::start_on(free_port()).await
    }

    /// Starts on this port, for instance one that a running Envoy exports to already.
    pub async fn start_on(port: u16) -> Collector {
        let path = "/v1/traces".to_owned();
        let plan = Plan { path, script: VecDeque::new(), default: Answer::Accept };
        let state = Arc::new(State { plan: Mutex::new(plan), requests: Record::default() });
        let server = Collector::listen(port, &state).await;
        Collector { port, state, server: Mutex::new(Some(server)) }
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Requests to any other path than this (at first `/v1/traces`) are answered with 404.
    pub fn set_path(&self, path: &str) {
        self.state.plan().path = path.to_owned();
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
        self.state.plan().default = answer;
    }

    /// Every request so far, in order of arrival, whatever it was answered.
    pub fn requests(&self) -> Vec<ExportRequest> {
        self.state.requests.all()
    }

    /// The spans of all accepted requests (see [`Answer`]), in order of arrival.
    pub fn spans(&self) -> Vec<ReceivedSpan> {
        self.state.requests.look(|requests| {
            let accepted = requests.iter().filter(|request| request.accepted);
            accepted.flat_map(ExportRequest::spans).collect()
        })
    }

    /// How many spans were accepted so far.
    pub fn span_count(&self) -> usize {
        self.state.requests.look(|requests| {
            let accepted = requests.iter().filter(|request| request.accepted);
            accepted.map(ExportRequest::span_count).sum()
        })
    }

    /// Waits until at least `count` spans were accepted and gives all of them.
    /// Panics after `timeout`, with what came instead.
    pub async fn wait_for_spans(&self, count: usize, timeout: Duration) -> Vec<ReceivedSpan> {
        let enough = || (self.span_count() >= count).then(|| self.spans());
        if let Some(spans) = wait::until(timeout, enough).await {
            return spans;
        }
        panic!("no {count} spans within {timeout:?}, but:\n{}", self.summary());
    }

    /// Waits until at least `count` requests came, whatever they were answered.
    /// Panics after `timeout`, with what came instead.
    pub async fn wait_for_requests(&self, count: usize, timeout: Duration) -> Vec<ExportRequest> {
        let come = || self.state.requests.look(<[_]>::len);
        let enough = || (come() >= count).then(|| self.requests());
        if let Some(requests) = wait::until(timeout, enough).await {
            return requests;
        }
        panic!("no {count} requests within {timeout:?}, but:\n{}", self.summary());
    }

    /// Forgets every request so far.
    pub fn clear(&self) {
        self.state.requests.clear();
    }

    /// Goes away: closes the port and every connection. What was received stays.
    pub async fn stop(&self) {
        let server = self.server.lock().expect("no holder panics").take();
        if let Some(server) = server {
            server.stop().await;
        }
    }

    /// Comes back on the same port after [`Collector::stop`].
    pub async fn restart(&self) {
        self.stop().await;
        let server = Collector::listen(self.port, &self.state).await;
        *self.server.lock().expect("no holder panics") = Some(server);
    }

    async fn listen(port: u16, state: &Arc<State>) -> Server {
        let state = Arc::clone(state);
        Server::start(port, move |request, connection| {
            handler::handle(Arc::clone(&state), request, connection)
        })
        .await
    }

    fn summary(&self) -> String {
        let requests = self.requests();
        let lines: Vec<String> = requests.iter().map(ToString::to_string).collect();
        format!("{} requests\n{}", lines.len(), lines.join("\n"))
    }
}

impl State {
    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().expect("no holder panics")
    }
}
