//! Requests that go on while something happens.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use spanmesh_harness::Client;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::line::{numbered, trace_id};

/// Numbers of requests of one connection; the next one's begin there.
const NUMBERS: u64 = 1 << 32;

/// A few connections that send a request, pause, and send the next.
pub struct Traffic {
    stop: Arc<AtomicBool>,
    connections: Vec<JoinHandle<Sent>>,
}

/// What was sent.
#[derive(Debug, Default)]
pub struct Sent {
    /// The trace ids of requests that were answered with 200, and when.
    pub answered: Vec<(String, Instant)>,
    /// The trace ids of requests whose connection ended first: they may have left a span or not.
    pub in_doubt: BTreeSet<String>,
}

impl Traffic {
    /// Starts so many connections to a port, at different moments of the first pause.
    pub fn start(port: u16, connections: u32, pause: Duration) -> Traffic {
        let stop = Arc::new(AtomicBool::new(false));
        let connection = |number: u32| {
            let (offset, stop) = (pause * number / connections, Arc::clone(&stop));
            tokio::spawn(async move {
                sleep(offset).await;
                send(port, u64::from(number) * NUMBERS, pause, &stop).await
            })
        };
        let connections = (0..connections).map(connection).collect();
        Traffic { stop, connections }
    }

    /// Ends it after the requests that are on their way.
    pub async fn stop(self) -> Sent {
        self.stop.store(true, Ordering::Relaxed);
        let mut sent = Sent::default();
        for connection in self.connections {
            let of_one = connection.await.expect("sending does not panic");
            sent.answered.extend(of_one.answered);
            sent.in_doubt.extend(of_one.in_doubt);
        }
        sent
    }
}

impl Sent {
    /// The trace ids of all requests that were answered.
    pub fn trace_ids(&self) -> BTreeSet<String> {
        self.answered.iter().map(|(trace_id, _)| trace_id.clone()).collect()
    }

    /// How many requests were answered.
    pub fn count(&self) -> u64 {
        self.answered.len() as u64
    }
}

async fn send(port: u16, first: u64, pause: Duration, stop: &AtomicBool) -> Sent {
    let mut sent = Sent::default();
    let mut client: Option<Client> = None;
    for number in first.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let Ok(mut open) = (match client.take() {
            Some(open) => Ok(open),
            None => Client::try_connect(port).await,
        }) else {
            sleep(pause).await;
            continue;
        };
        match open.try_send(&numbered(number, "/")).await {
            Ok(response) => {
                assert_eq!(response.status, 200);
                sent.answered.push((trace_id(number), Instant::now()));
                let closes = response.header("connection") == Some(b"close");
                client = (!closes).then_some(open);
            }
            Err(_) => {
                sent.in_doubt.insert(trace_id(number));
            }
        }
        sleep(pause).await;
    }
    sent
}
