//! A real Envoy: started with a configuration, watched through its admin interface and log.

mod admin;
mod builder;

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use crate::client::{Client, Request};
use crate::paths;
use crate::process::Process;
use crate::prometheus::MetricsPage;
use crate::temp_dir::TempDir;
use crate::wait::{self, Looks};

pub use builder::EnvoyBuilder;

/// A running Envoy. Dropping it kills it; [`Envoy::stop`] ends it in an orderly way.
#[derive(Debug)]
pub struct Envoy {
    process: Process,
    ports: BTreeMap<u16, u16>,
    admin_port: u16,
    /// Holds the configuration file.
    _directory: TempDir,
}

impl Envoy {
    /// The real port that stands for a port written in the configuration.
    pub fn port(&self, documented: u16) -> u16 {
        let port = self.ports.get(&documented).copied();
        port.unwrap_or_else(|| panic!("no port {documented}, only {:?}", self.ports.keys()))
    }

    /// The port of the admin interface.
    pub fn admin_port(&self) -> u16 {
        self.admin_port
    }

    /// The process id, of Envoy itself.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Whether the process still runs.
    pub fn is_alive(&self) -> bool {
        self.process.exit().is_none()
    }

    /// Everything it has logged.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// Waits until the log has this text, and gives the first line with it. Panics after
    /// `timeout`, with the log.
    pub async fn wait_for_log(&self, text: &str, timeout: Duration) -> String {
        let found = || {
            let log = self.log();
            log.lines().find(|line| line.contains(text)).map(str::to_owned)
        };
        let line = wait::until(timeout, found).await;
        line.unwrap_or_else(|| panic!("no {text:?} within {timeout:?} in:\n{}", self.log()))
    }

    /// Sends a request without a body to the admin interface.
    pub async fn admin(&self, method: &str, path: &str) -> (u16, String) {
        let mut client = Client::connect(self.admin_port).await;
        let response = client.send(&Request::new(method, path)).await;
        (response.status, response.text())
    }

    /// All counters and gauges whose names begin with `prefix`.
    pub async fn stats(&self, prefix: &str) -> BTreeMap<String, u64> {
        // The page has a thousand others.
        let filter = format!("/stats?filter={}", prefix.replace('.', "\\."));
        let (status, text) = self.admin("GET", &filter).await;
        assert_eq!(status, 200, "{text}");
        admin::numbers(&text, prefix)
    }

    /// What Prometheus scrapes. Histograms are as of the last `stats_flush_interval`.
    pub async fn metrics_page(&self) -> MetricsPage {
        let (status, text) = self.admin("GET", "/stats/prometheus").await;
        assert_eq!(status, 200, "{text}");
        MetricsPage::parse(&text)
    }

    /// One counter or gauge; 0 when it does not exist (yet).
    pub async fn stat(&self, name: &str) -> u64 {
        self.stats(name).await.get(name).copied().unwrap_or(0)
    }

    /// Waits until a counter or gauge is as wanted, and gives its value. Panics after
    /// `timeout`, with the last value.
    pub async fn wait_for_stat(
        &self,
        name: &str,
        wanted: impl Fn(u64) -> bool,
        timeout: Duration,
    ) -> u64 {
        let mut last = 0;
        let mut looks = Looks::within(timeout);
        while looks.another().await {
            last = self.stat(name).await;
            if wanted(last) {
                return last;
            }
        }
        panic!("{name} is still {last} after {timeout:?}")
    }

    /// Asks it to end (SIGTERM), kills it if it does not within five seconds, and gives its
    /// log.
    pub async fn stop(self) -> String {
        self.process.last_words().await
    }
}

/// Whether listeners of both directions whose plugins are configured alike share one root context
/// of a VM (Envoy 1.40, envoyproxy/envoy#46893).
pub fn listeners_share_roots() -> bool {
    let minor = version().split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok());
    minor.expect("a version has a minor number") >= 40
}

/// The version of the Envoy under test, such as `1.39.3`.
pub fn version() -> String {
    let output = Command::new(paths::envoy_binary()).arg("--version").output();
    let output = output.expect("envoy --version runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    // `<path>  version: <commit>/1.39.3/Clean/RELEASE/BoringSSL`
    let build = text.rsplit_once("version: ").map_or("", |(_, build)| build);
    let version = build.split('/').nth(1).map(str::to_owned);
    version.unwrap_or_else(|| panic!("envoy --version says {text:?}"))
}
