//! A small closed-loop load: each connection sends its next request when the last is answered.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::client::{Client, Request};

type MakeRequest = dyn Fn(u64) -> Request + Send + Sync;

/// Load on one port, described first and then [run](Load::run).
#[derive(Clone)]
pub struct Load {
    port: u16,
    connections: usize,
    count: u64,
    duration: Duration,
    request: Arc<MakeRequest>,
}

/// What came of a load.
#[derive(Clone, Debug, Default)]
pub struct LoadReport {
    /// Answers by status.
    pub by_status: BTreeMap<u16, u64>,
    /// Requests without an answer, and connections refused.
    pub errors: u64,
    /// The text of one of the errors.
    pub an_error: Option<String>,
    /// From the first request to the last answer.
    pub elapsed: Duration,
    /// The longest time from a request to its answer.
    pub slowest: Duration,
}

impl Load {
    /// One connection that sends `GET /` for a second, unless told otherwise.
    pub fn on(port: u16) -> Load {
        Load {
            port,
            connections: 1,
            count: u64::MAX,
            duration: Duration::from_secs(1),
            request: Arc::new(|_| Request::get("/")),
        }
    }

    /// How many connections send at the same time.
    pub fn connections(mut self, connections: usize) -> Load {
        self.connections = connections;
        self
    }

    /// Stop after this many requests, however long they take.
    pub fn count(mut self, count: u64) -> Load {
        self.count = count;
        self.duration = Duration::MAX;
        self
    }

    /// Stop after this time.
    pub fn duration(mut self, duration: Duration) -> Load {
        self.duration = duration;
        self
    }

    /// Makes the n-th request (from 0) of the whole load.
    pub fn requests(mut self, make: impl Fn(u64) -> Request + Send + Sync + 'static) -> Load {
        self.request = Arc::new(make);
        self
    }

    /// Runs the load to its end.
    pub async fn run(self) -> LoadReport {
        let begin = Instant::now();
        let next = Arc::new(AtomicU64::new(0));
        let mut connections = JoinSet::new();
        for _ in 0..self.connections {
            connections.spawn(self.clone().run_one(begin, Arc::clone(&next)));
        }
        let reports = connections.join_all().await;
        let mut total = reports.into_iter().fold(LoadReport::default(), LoadReport::plus);
        total.elapsed = begin.elapsed();
        total
    }

    async fn run_one(self, begin: Instant, next: Arc<AtomicU64>) -> LoadReport {
        let mut report = LoadReport::default();
        let mut client = None;
        while begin.elapsed() < self.duration {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= self.count {
                break;
            }
            let sent = Instant::now();
            match send(&mut client, self.port, &(self.request)(number)).await {
                Ok(status) => {
                    *report.by_status.entry(status).or_default() += 1;
                    report.slowest = report.slowest.max(sent.elapsed());
                }
                Err(error) => {
                    client = None;
                    report.errors += 1;
                    report.an_error = Some(error.to_string());
                    // A port that refuses must not turn this into a busy loop.
                    sleep(Duration::from_millis(1)).await;
                }
            }
        }
        report
    }
}

impl fmt::Debug for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Load").field("port", &self.port).finish_non_exhaustive()
    }
}

impl LoadReport {
    /// All requests that got an answer of any status.
    pub fn answered(&self) -> u64 {
        self.by_status.values().sum()
    }

    /// Answers of this status.
    pub fn with_status(&self, status: u16) -> u64 {
        self.by_status.get(&status).copied().unwrap_or(0)
    }

    fn plus(mut self, other: LoadReport) -> LoadReport {
        for (status, count) in other.by_status {
            *self.by_status.entry(status).or_default() += count;
        }
        self.errors += other.errors;
        self.slowest = self.slowest.max(other.slowest);
        self.an_error = self.an_error.or(other.an_error);
        self
    }
}

async fn send(client: &mut Option<Client>, port: u16, request: &Request) -> io::Result<u16> {
    let open = match client {
        Some(open) => open,
        None => client.insert(Client::try_connect(port).await?),
    };
    let response = open.try_send(request).await?;
    if response.header("connection") == Some(b"close") {
        *client = None;
    }
    Ok(response.status)
}
