//! A real OpenTelemetry Collector, with the configuration that a test gives it.

mod config;

use std::{fs, io};

use serde_json::{Value, json};

use crate::client::Client;
use crate::process::Process;
use crate::temp_dir::TempDir;
use crate::{nursery, paths};

pub use config::OtelcolConfig;

/// A running OpenTelemetry Collector. Dropping it kills it; [`OtelCollector::stop`] ends it in
/// an orderly way.
#[derive(Debug)]
pub struct OtelCollector {
    process: Process,
    /// Holds the configuration file.
    _directory: TempDir,
}

impl OtelCollector {
    /// Starts with this configuration and returns when its receivers take connections; each is
    /// to have an `endpoint` of 127.0.0.1 with a port of [`free_port`](crate::free_port).
    /// Metrics of its own are off (theirs is a fixed port) unless the configuration speaks of
    /// them. Panics with its log if it does not come up.
    ///
    /// ```no_run
    /// # async fn example() {
    /// use serde_json::json;
    /// use spanmesh_harness::{OtelCollector, free_port};
    ///
    /// let port = free_port();
    /// let endpoint = format!("127.0.0.1:{port}");
    /// let collector = OtelCollector::start(&json!({
    ///     "receivers": {"otlp": {"protocols": {"http": {"endpoint": endpoint}}}},
    ///     "exporters": {"debug": {"verbosity": "detailed"}},
    ///     "service": {"pipelines": {"traces": {"receivers": ["otlp"], "exporters": ["debug"]}}},
    /// }))
    /// .await;
    /// # }
    /// ```
    pub async fn start(config: &Value) -> OtelCollector {
        let ports = endpoint_ports(&config["receivers"]);
        assert!(!ports.is_empty(), "no receiver has an endpoint with a port: {config:#}");
        let directory = TempDir::create();
        let file = directory.path().join("otelcol.json");
        let config = with_quiet_metrics(config.clone());
        fs::write(&file, config.to_string()).expect("the temporary directory is writable");

        let mut command = nursery::bound_to_this_process(&paths::otelcol_binary());
        command.arg("--config").arg(&file);
        let ready = async || are_open(&ports).await;
        let process = Process::start_until("the OpenTelemetry Collector", command, ready).await;
        OtelCollector { process, _directory: directory }
    }

    /// Everything it has logged, with what a `debug` exporter wrote.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// Ends it: what it holds is exported first. Gives its log.
    pub async fn stop(self) -> String {
        self.process.last_words().await
    }
}

/// The ports of all `endpoint` entries, at any depth.
fn endpoint_ports(value: &Value) -> Vec<u16> {
    let Value::Object(entries) = value else { return Vec::new() };
    let ports = entries.iter().flat_map(|(key, value)| match value {
        Value::String(address) if key == "endpoint" => {
            let port = address.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
            Vec::from_iter(port)
        }
        _ => endpoint_ports(value),
    });
    ports.collect()
}

fn with_quiet_metrics(mut config: Value) -> Value {
    let metrics = &mut config["service"]["telemetry"]["metrics"];
    if metrics.is_null() {
        *metrics = json!({"level": "none"});
    }
    config
}

async fn are_open(ports: &[u16]) -> io::Result<bool> {
    for port in ports {
        Client::try_connect(*port).await?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_endpoint_of_a_receiver_is_waited_for() {
        let receivers = json!({
            "otlp": {"protocols": {
                "grpc": {"endpoint": "127.0.0.1:1"},
                "http": {"endpoint": "localhost:2", "cors": {"allowed_origins": ["*"]}},
            }},
            "zipkin": {"endpoint": "[::1]:3"},
            "other": {"endpoint": "unix"},
        });
        assert_eq!(endpoint_ports(&receivers), [1, 2, 3]);
        assert!(endpoint_ports(&json!({"otlp": {"protocols": {"http": null}}})).is_empty());
    }

    #[test]
    fn metrics_that_a_test_asks_for_stay() {
        let level = |config| with_quiet_metrics(config)["service"]["telemetry"]["metrics"].take();
        assert_eq!(level(json!({})), json!({"level": "none"}));
        let asked = json!({"service": {"telemetry": {"metrics": {"level": "basic"}}}});
        assert_eq!(level(asked), json!({"level": "basic"}));
    }
}
