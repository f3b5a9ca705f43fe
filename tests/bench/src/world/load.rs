//! The load on one Envoy: a few keep-alive connections with one request under way on each.

use std::collections::VecDeque;
use std::io;
use std::time::{Duration, Instant};

use mio::net::TcpStream;

use crate::net::http2::Http2;
use crate::net::{Connection, Received, parse_response};

/// Answers are about 300 bytes.
const BUFFER: usize = 4 * 1024;

/// When requests are sent.
#[derive(Clone, Copy, Debug)]
pub enum Pace {
    /// Each connection sends its next request when the last is answered: saturation.
    Closed,
    /// One request every so often, whether the earlier ones are answered or not.
    Fixed(Duration),
}

/// A request and the status that it must be answered with.
#[derive(Clone, Debug)]
pub struct Step {
    /// As bytes.
    pub request: Vec<u8>,
    /// Of its answer.
    pub status: u16,
}

/// The load on one Envoy and what came of it.
#[derive(Debug)]
pub struct Load {
    /// The requests that are sent, one after another and again from the first.
    steps: Vec<Step>,
    /// The next one's index.
    turn: usize,
    /// `None` while no requests are to be sent.
    pace: Option<Pace>,
    /// When the next request of a fixed pace is to be sent.
    next: Instant,
    /// Connections with nothing under way, longest idle first.
    pub(super) idle: VecDeque<usize>,
    pub(super) connections: Vec<usize>,
    /// Answers so far.
    pub completed: u64,
    /// Answers with another status than they must have so far, and the status of the last of them.
    pub failed: (u64, u16),
    /// Nanoseconds from when a request was to be sent (not: from when a connection was free for it)
    /// to its answer, while they are recorded.
    latencies: Option<Vec<u64>>,
}

/// One connection of the load.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) connection: Connection,
    /// When the request that is under way was to be sent.
    due: Instant,
    /// The status that it must be answered with.
    expected: u16,
    protocol: Protocol,
}

/// How a client speaks.
#[derive(Debug)]
enum Protocol {
    Http1,
    /// With what is to be written next.
    Http2(Http2, Vec<u8>),
}

// === impl Load ===

impl Load {
    pub(super) fn new(steps: Vec<Step>, connections: Vec<usize>) -> Load {
        Load {
            steps,
            turn: 0,
            pace: None,
            next: Instant::now(),
            idle: connections.iter().copied().collect(),
            connections,
            completed: 0,
            failed: (0, 0),
            latencies: None,
        }
    }

    /// Begins to send.
    pub fn start(&mut self, pace: Pace) {
        self.pace = Some(pace);
        self.next = Instant::now();
    }

    /// Sends nothing more. What is under way can still be answered.
    pub fn stop(&mut self) {
        self.pace = None;
    }

    /// Begins to record latencies anew.
    pub fn record_latencies(&mut self) {
        self.latencies.get_or_insert_default().clear();
    }

    /// The latencies recorded, in nanoseconds, in order of arrival. No more are recorded.
    pub fn take_latencies(&mut self) -> Vec<u64> {
        self.latencies.take().unwrap_or_default()
    }

    pub(super) fn is_active(&self) -> bool {
        self.pace.is_some() || self.idle.len() < self.connections.len()
    }

    /// When the request to send now was due; `None` when there is none yet. The requests of
    /// a fixed pace that could not be sent in time stay due.
    pub(super) fn due(&mut self, now: Instant) -> Option<Instant> {
        match self.pace? {
            Pace::Closed => Some(now),
            Pace::Fixed(interval) => {
                let due = self.next;
                (due <= now).then(|| {
                    self.next += interval;
                    due
                })
            }
        }
    }
}

// === impl Client ===

impl Client {
    pub(super) fn new(stream: TcpStream, is_http2: bool) -> io::Result<Client> {
        let connection = Connection::new(stream, BUFFER)?;
        let protocol = match is_http2 {
            true => Protocol::Http2(Http2::default(), Vec::new()),
            false => Protocol::Http1,
        };
        Ok(Client { connection, due: Instant::now(), expected: 0, protocol })
    }

    pub(super) fn send(&mut self, load: &mut Load, due: Instant) -> io::Result<()> {
        self.due = due;
        let step = &load.steps[load.turn];
        load.turn = (load.turn + 1) % load.steps.len();
        self.expected = step.status;
        match &mut self.protocol {
            Protocol::Http1 => self.connection.send(&step.request),
            Protocol::Http2(http2, out) => {
                out.clear();
                http2.request(&step.request, out);
                self.connection.send(out)
            }
        }
    }

    /// Takes the answer, if it is whole, and gives its status.
    fn answer(&mut self) -> io::Result<Option<u16>> {
        let Protocol::Http2(http2, out) = &mut self.protocol else {
            let Some((status, message)) = parse_response(self.connection.bytes())? else {
                return Ok(None);
            };
            let length = message.length;
            self.connection.consume(length);
            return Ok(Some(status));
        };
        out.clear();
        let mut answered = None;
        while let Some(progress) = http2.take(self.connection.bytes(), out)? {
            self.connection.consume(progress.consumed);
            answered = answered.or(progress.answered);
        }
        if !out.is_empty() {
            self.connection.send(out)?;
        }
        Ok(answered)
    }

    /// Reads what has arrived; true when the request under way is answered.
    pub(super) fn receive(&mut self, load: &mut Load) -> io::Result<bool> {
        let received = self.connection.receive()?;
        if let Some(status) = self.answer()? {
            load.completed += 1;
            if status != self.expected {
                load.failed = (load.failed.0 + 1, status);
            }
            if let Some(latencies) = &mut load.latencies {
                latencies.push(u64::try_from(self.due.elapsed().as_nanos()).unwrap_or(u64::MAX));
            }
            return Ok(true);
        }
        match received {
            Received::Drained | Received::More => Ok(false),
            Received::Closed => Err(io::Error::other("Envoy closed a connection of the load")),
        }
    }
}
