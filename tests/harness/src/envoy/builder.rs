//! Starting an Envoy.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use std::{fs, io};

use super::{Envoy, admin};
use crate::client::{Client, Request};
use crate::envoy_config::EnvoyConfig;
use crate::process::Process;
use crate::temp_dir::TempDir;
use crate::wait::Looks;
use crate::{nursery, paths};

/// How long an Envoy may take to start, on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);

/// An Envoy that is to be started.
#[derive(Clone, Debug)]
pub struct EnvoyBuilder {
    config: EnvoyConfig,
    concurrency: u32,
    drain_seconds: u32,
    core: Option<usize>,
    log_levels: String,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
}

impl Envoy {
    /// An Envoy with this configuration, one worker and a drain time of two seconds.
    pub fn builder(config: EnvoyConfig) -> EnvoyBuilder {
        EnvoyBuilder {
            config,
            concurrency: 1,
            drain_seconds: 2,
            core: None,
            log_levels: "wasm:info,config:info".to_owned(),
            arguments: Vec::new(),
            environment: Vec::new(),
        }
    }

    /// Starts an Envoy with this configuration; for configurations that it should refuse.
    pub async fn try_start(config: EnvoyConfig) -> Result<Envoy, String> {
        Envoy::builder(config).try_start().await
    }
}

impl EnvoyBuilder {
    /// The number of workers.
    pub fn concurrency(mut self, workers: u32) -> EnvoyBuilder {
        self.concurrency = workers;
        self
    }

    /// How long a replaced listener or filter chain lives on for its old connections.
    pub fn drain_seconds(mut self, seconds: u32) -> EnvoyBuilder {
        self.drain_seconds = seconds;
        self
    }

    /// Ties the process to one core, for measurements.
    pub fn pin_to_core(mut self, core: usize) -> EnvoyBuilder {
        self.core = Some(core);
        self
    }

    /// Which components log from which level on, such as `wasm:debug,http:trace`; others log
    /// warnings. At first the filter's own lines show from `info` on.
    pub fn log_levels(mut self, levels: &str) -> EnvoyBuilder {
        self.log_levels = levels.to_owned();
        self
    }

    /// Adds a command-line argument.
    pub fn arg(mut self, argument: impl Into<OsString>) -> EnvoyBuilder {
        self.arguments.push(argument.into());
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: &str) -> EnvoyBuilder {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Starts it and returns when it takes connections. Panics with its log if it does not
    /// come up.
    pub async fn start(self) -> Envoy {
        self.try_start().await.unwrap_or_else(|log| panic!("Envoy did not start; it says:\n{log}"))
    }

    /// As [`EnvoyBuilder::start`]; gives the log when Envoy ends instead of starting.
    pub async fn try_start(mut self) -> Result<Envoy, String> {
        self.config.choose_ports();
        let resolved = self.config.resolved();
        let admin = &resolved["admin"]["address"]["socket_address"]["port_value"];
        let admin_port = admin.as_u64().and_then(|port| u16::try_from(port).ok());
        let admin_port = admin_port.expect("the configuration has an admin address");

        let directory = TempDir::create();
        let file = directory.path().join("envoy.json");
        fs::write(&file, resolved.to_string()).expect("the temporary directory is writable");
        let process = Process::start(self.command(&file));

        let mut looks = Looks::within(PATIENCE);
        while looks.another().await {
            // The order matters: what ended was never ready.
            let ready = is_ready(admin_port).await;
            if let Some(status) = process.exit() {
                return Err(format!("{}({status})", process.last_words().await));
            }
            if ready.is_ok_and(|ready| ready) {
                let ports = self.config.ports().clone();
                return Ok(Envoy { process, ports, admin_port, _directory: directory });
            }
        }
        Err(format!("{}(not ready in {PATIENCE:?})", process.last_words().await))
    }

    fn command(&self, file: &Path) -> Command {
        let envoy = paths::envoy_binary();
        let mut command = match self.core {
            None => nursery::bound_to_this_process(&envoy),
            Some(core) => {
                let mut command = nursery::bound_to_this_process(Path::new("taskset"));
                command.args(["-c", &core.to_string()]).arg(&envoy);
                command
            }
        };
        command.arg("-c").arg(file);
        command.args(["--disable-hot-restart", "--log-level", "warning"]);
        // Access logs are written every ten seconds otherwise.
        command.args(["--file-flush-interval-msec", "100"]);
        command.args(["--component-log-level", &self.log_levels]);
        command.args(["--concurrency", &self.concurrency.to_string()]);
        command.args(["--drain-time-s", &self.drain_seconds.to_string()]);
        command.args(&self.arguments).envs(self.environment.iter().cloned());
        command
    }
}

/// Whether the server is live and its workers take connections.
async fn is_ready(admin_port: u16) -> io::Result<bool> {
    let mut client = Client::try_connect(admin_port).await?;
    if client.try_send(&Request::get("/ready")).await?.status != 200 {
        return Ok(false);
    }
    const STARTED: &str = "listener_manager.workers_started";
    let stats = client.try_send(&Request::get(&format!("/stats?filter=^{STARTED}$"))).await?;
    Ok(admin::numbers(&stats.text(), STARTED).get(STARTED) == Some(&1))
}
