//! What the Envoys send their spans to, and where else than in the terminal traces are shown.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use spanmesh_harness::{Collector, EnvoyConfig, Zipkin};

use crate::received;
use crate::span::Span;
use crate::zipkin_span;

/// How far back Zipkin is asked for traces, longer than any is waited for.
const LOOKBACK: Duration = Duration::from_secs(120);

/// How many traces Zipkin is asked for.
const LIMIT: usize = 500;

/// The cluster of the Envoy files to which spans go.
const CLUSTER: &str = "otel-collector";

/// What shows traces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ui {
    /// The terminal alone.
    #[default]
    Terminal,
    /// The web UI of Zipkin too.
    Zipkin,
}

/// What has the spans. Dropping it stops it.
pub enum Backend {
    /// A stand-in for an OpenTelemetry collector.
    StandIn(Arc<Collector>),
    /// The real Zipkin.
    Zipkin(Zipkin),
}

// === impl Ui ===

impl FromStr for Ui {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "" | "terminal" => Ok(Self::Terminal),
            "zipkin" => Ok(Self::Zipkin),
            _ => Err(format!("no UI is called {name:?}: terminal or zipkin")),
        }
    }
}

// === impl Backend ===

impl Backend {
    /// Starts what `ui` needs, on `port`.
    pub async fn start(ui: Ui, port: u16) -> Self {
        match ui {
            Ui::Terminal => Self::StandIn(Arc::new(Collector::start_on(port).await)),
            Ui::Zipkin => Self::Zipkin(Zipkin::start_on(port).await),
        }
    }

    /// All spans that came lately, in any order.
    pub async fn spans(&self) -> Vec<Span> {
        match self {
            Self::StandIn(collector) => received::spans(collector),
            Self::Zipkin(zipkin) => zipkin_span::spans(&zipkin.traces(LIMIT, LOOKBACK).await),
        }
    }

    /// Makes the Envoy of `config` send its spans here. The files name an OpenTelemetry collector.
    pub fn configure(&self, config: EnvoyConfig) -> EnvoyConfig {
        match self {
            Self::StandIn(_) => config,
            Self::Zipkin(_) => config
                .set_in_cluster(CLUSTER, "/name", "zipkin")
                .set_in_plugin("/exporter", json!({"zipkin": {"cluster": "zipkin"}})),
        }
    }

    /// Its name, its address and what it is.
    pub fn place(&self) -> [String; 3] {
        let (name, port, path, what) = match self {
            Self::StandIn(collector) => {
                ("collector", collector.port(), "", "a stand-in for an OpenTelemetry collector")
            }
            Self::Zipkin(zipkin) => ("zipkin", zipkin.port(), "/zipkin/", "web UI of the traces"),
        };
        [name.to_owned(), format!("http://127.0.0.1:{port}{path}"), what.to_owned()]
    }

    /// Where a browser shows the trace, in a line; nothing if nowhere.
    pub fn link(&self, trace_id: &str) -> String {
        match self {
            Self::StandIn(_) => String::new(),
            Self::Zipkin(zipkin) => {
                format!("\n  http://127.0.0.1:{}/zipkin/traces/{trace_id}\n", zipkin.port())
            }
        }
    }
}
