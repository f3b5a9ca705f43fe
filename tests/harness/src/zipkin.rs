//! A real Zipkin: its API for spans, its query API, its web UI. Spans are in memory.

use std::process::Command;
use std::time::Duration;
use std::{fmt, io};

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Error;

use crate::client::{Client, Request, Response};
use crate::port::free_port;
use crate::process::Process;
use crate::wait::Looks;
use crate::{nursery, paths};

/// A running Zipkin. Dropping it kills it.
#[derive(Debug)]
pub struct Zipkin {
    process: Process,
    port: u16,
}

impl Zipkin {
    /// Starts on a free port. Panics with its log if it does not come up.
    pub async fn start() -> Zipkin {
        Zipkin::start_on(free_port()).await
    }

    /// Starts on this port of 127.0.0.1.
    pub async fn start_on(port: u16) -> Zipkin {
        let ready = async || Ok(get(port, "/health").await?.status == 200);
        let process = Process::start_until("Zipkin", command(port), ready).await;
        Zipkin { process, port }
    }

    /// The port of everything: `POST /api/v2/spans`, the query API, the web UI at `/zipkin`.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Everything it has logged.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// The spans that it has of a trace now; none if it does not know it.
    pub async fn trace(&self, id: &str) -> Vec<Value> {
        let answer = self.get(&format!("/api/v2/trace/{id}")).await;
        match answer.status {
            404 => Vec::new(),
            _ => self.list(&answer),
        }
    }

    /// Waits until it has at least `count` spans of a trace and gives all of them.
    /// Panics after `timeout`, with what it has instead.
    pub async fn wait_for_trace(&self, id: &str, count: usize, timeout: Duration) -> Vec<Value> {
        let mut looks = Looks::within(timeout);
        let mut spans = Vec::new();
        while looks.another().await {
            spans = self.trace(id).await;
            if spans.len() >= count {
                return spans;
            }
        }
        panic!("no {count} spans of {id} within {timeout:?}, but {spans:#?}\n{}", self.log())
    }

    /// The newest `limit` traces that began within the last `lookback`, each a list of spans.
    pub async fn traces(&self, limit: usize, lookback: Duration) -> Vec<Value> {
        let lookback = lookback.as_millis();
        let target = format!("/api/v2/traces?limit={limit}&lookback={lookback}");
        let answer = self.get(&target).await;
        self.list(&answer)
    }

    /// The names of the services that sent spans.
    pub async fn services(&self) -> Vec<String> {
        let answer = self.get("/api/v2/services").await;
        self.expect(&answer, json(&answer))
    }

    async fn get(&self, target: &str) -> Response {
        let answer = get(self.port, target).await;
        answer.unwrap_or_else(|error| panic!("Zipkin: {target}: {error}\n{}", self.log()))
    }

    fn list(&self, answer: &Response) -> Vec<Value> {
        self.expect(answer, json(answer))
    }

    fn expect<T: fmt::Debug>(&self, answer: &Response, read: Result<T, Error>) -> T {
        match read {
            Ok(value) if answer.status == 200 => value,
            _ => panic!("Zipkin: {} {}\n{}", answer.status, answer.text(), self.log()),
        }
    }
}

async fn get(port: u16, target: &str) -> io::Result<Response> {
    Client::try_connect(port).await?.try_send(&Request::get(target)).await
}

/// The body of an answer. Zipkin 3.5.1 reckons with too many bytes for U+2028 where other text beyond
/// ASCII stands beside it: NULs follow then.
fn json<T: DeserializeOwned>(answer: &Response) -> Result<T, Error> {
    let end = answer.body.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    serde_json::from_slice(&answer.body[..end])
}

fn command(port: u16) -> Command {
    let mut command = nursery::bound_to_this_process("java".as_ref());
    // It is up sooner without the second compiler and with one thread that collects garbage.
    command.args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-jar"]);
    command.arg(paths::zipkin_jar());
    command.arg(format!("--armeria.ports[0].port={port}"));
    command.args(["--armeria.ports[0].ip=127.0.0.1", "--armeria.ports[0].protocols=http"]);
    // What its environment might ask for instead.
    command.env("STORAGE_TYPE", "mem").env("COLLECTOR_SAMPLE_RATE", "1");
    command
}
