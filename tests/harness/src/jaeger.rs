//! A real Jaeger: remote sampling from strategies that a test can change, OTLP, the query API.

mod listeners;
mod questions;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, MutexGuard};

use serde_json::Value;

use crate::process::Process;
use crate::temp_dir::TempDir;
use crate::{nursery, paths};

use listeners::Listeners;

/// The file of strategies, in the temporary directory.
const STRATEGIES: &str = "strategies.json";

/// A running Jaeger, everything in one process, traces in memory. Dropping it kills it.
#[derive(Debug)]
pub struct Jaeger {
    run: Mutex<Run>,
    listeners: Listeners,
    /// Holds the strategies.
    directory: TempDir,
}

#[derive(Debug, Default)]
struct Run {
    process: Option<Process>,
    /// What earlier processes logged.
    log: String,
}

impl Jaeger {
    /// Starts on free ports with these strategies, in the format of
    /// `--sampling.strategies-file`. Panics with its log if it does not come up.
    pub async fn start(strategies: &Value) -> Jaeger {
        let jaeger = Jaeger {
            run: Mutex::default(),
            listeners: Listeners::choose(),
            directory: TempDir::create(),
        };
        jaeger.set_strategies(strategies);
        jaeger.restart().await;
        jaeger
    }

    /// Replaces the strategies. A running Jaeger takes them within a fraction of a second.
    pub fn set_strategies(&self, strategies: &Value) {
        let draft = self.directory.path().join("draft");
        let result = fs::write(&draft, strategies.to_string());
        let result = result.and_then(|()| fs::rename(&draft, self.strategies_file()));
        result.expect("the temporary directory is writable");
    }

    /// The port of remote sampling: `GET /sampling?service=…`.
    pub fn sampling_port(&self) -> u16 {
        self.listeners.port(listeners::SAMPLING)
    }

    /// The port of the query API: `GET /api/traces?service=…` and the like.
    pub fn query_port(&self) -> u16 {
        self.listeners.port(listeners::QUERY)
    }

    /// The port that takes OTLP over HTTP.
    pub fn otlp_http_port(&self) -> u16 {
        self.listeners.port(listeners::OTLP_HTTP)
    }

    /// The port that takes OTLP over gRPC.
    pub fn otlp_grpc_port(&self) -> u16 {
        self.listeners.port(listeners::OTLP_GRPC)
    }

    /// What it answers now to a client that asks for the strategy of a service.
    pub async fn strategies_of(&self, service: &str) -> Value {
        let answer = questions::strategies_of(self.sampling_port(), service).await;
        let answer = answer.unwrap_or_else(|error| panic!("no answer: {error}\n{}", self.log()));
        assert_eq!(answer.status, 200, "{}\n{}", answer.text(), self.log());
        serde_json::from_slice(&answer.body).expect("strategies are JSON")
    }

    /// Everything it has logged, before and after restarts.
    pub fn log(&self) -> String {
        let run = self.run();
        let now = run.process.as_ref().map(Process::log);
        run.log.clone() + &now.unwrap_or_default()
    }

    /// Goes away, and forgets its traces.
    pub async fn stop(&self) {
        let process = self.run().process.take();
        if let Some(process) = process {
            let log = process.last_words().await;
            self.run().log.push_str(&log);
        }
    }

    /// Comes back on the same ports, with the strategies that were set last.
    pub async fn restart(&self) {
        self.stop().await;
        let ready = async || questions::is_ready(&self.listeners).await;
        let process = Process::start_until("Jaeger", self.command(), ready).await;
        self.run().process = Some(process);
    }

    fn run(&self) -> MutexGuard<'_, Run> {
        self.run.lock().expect("no holder panics")
    }

    fn strategies_file(&self) -> PathBuf {
        self.directory.path().join(STRATEGIES)
    }

    fn command(&self) -> Command {
        let mut command = nursery::bound_to_this_process(&paths::jaeger_binary());
        command.args(self.listeners.arguments());
        command.arg("--sampling.strategies-file").arg(self.strategies_file());
        command.args(["--sampling.strategies-reload-interval", "200ms", "--log-level", "warn"]);
        command.env("SAMPLING_CONFIG_TYPE", "file").env("SPAN_STORAGE_TYPE", "memory");
        // It would send traces of its own to whatever listens on port 4317.
        command.env("OTEL_TRACES_SAMPLER", "always_off");
        command
    }
}
