//! Configurations for Collectors that stand between spanmesh and a test.

use serde_json::{Value, json};

use crate::client::{Client, Request};
use crate::port::free_port;

/// The configuration of a Collector that takes spans over OTLP/HTTP, OTLP/gRPC and Zipkin's API,
/// compressed or not, and forwards them to a [`Collector`](crate::Collector).
///
/// ```no_run
/// # async fn example() {
/// use spanmesh_harness::{Collector, OtelCollector, OtelcolConfig, SECONDS};
///
/// let sink = Collector::start().await;
/// let config = OtelcolConfig::forwarding_to(&sink).bearer_token("secret").span_metrics();
/// let collector = OtelCollector::start(&config.json()).await;
/// // … spans go to config.otlp_http_port() with `authorization: Bearer secret` …
/// sink.wait_for_spans(1, 5 * SECONDS).await;
/// assert!(config.metrics_page().await.contains("traces_span_metrics_calls_total"));
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct OtelcolConfig {
    otlp_http: u16,
    otlp_grpc: u16,
    zipkin: u16,
    metrics: u16,
    sink: u16,
    /// The name and the settings of an extension that judges requests.
    authenticator: Option<(&'static str, Value)>,
    tail_sampling: Option<Value>,
    span_metrics: Option<Value>,
}

impl OtelcolConfig {
    /// Receivers on free ports, open to all, and every span forwarded to `sink`.
    pub fn forwarding_to(sink: &crate::Collector) -> OtelcolConfig {
        OtelcolConfig {
            otlp_http: free_port(),
            otlp_grpc: free_port(),
            zipkin: free_port(),
            metrics: free_port(),
            sink: sink.port(),
            authenticator: None,
            tail_sampling: None,
            span_metrics: None,
        }
    }

    /// All receivers want `authorization: Bearer {token}`.
    pub fn bearer_token(mut self, token: &str) -> OtelcolConfig {
        self.authenticator = Some(("bearertokenauth", json!({"token": token})));
        self
    }

    /// All receivers want HTTP's basic authentication.
    pub fn basic_auth(mut self, user: &str, password: &str) -> OtelcolConfig {
        let users = format!("{user}:{password}");
        self.authenticator = Some(("basicauth", json!({"htpasswd": {"inline": users}})));
        self
    }

    /// Forwards only what these policies of the `tail_sampling` processor choose, a second after
    /// a trace began.
    pub fn tail_sampling(mut self, policies: Value) -> OtelcolConfig {
        self.tail_sampling = Some(json!({"decision_wait": "1s", "policies": policies}));
        self
    }

    /// Makes metrics of all spans, sampled by `tail_sampling` or not: [`Self::metrics_page`].
    pub fn span_metrics(mut self) -> OtelcolConfig {
        self.span_metrics = Some(json!({"metrics_flush_interval": "200ms"}));
        self
    }

    /// The port that takes OTLP over HTTP.
    pub fn otlp_http_port(&self) -> u16 {
        self.otlp_http
    }

    /// The port that takes OTLP over gRPC.
    pub fn otlp_grpc_port(&self) -> u16 {
        self.otlp_grpc
    }

    /// The port that takes Zipkin's `POST /api/v2/spans`.
    pub fn zipkin_port(&self) -> u16 {
        self.zipkin
    }

    /// The metrics of spans so far, in Prometheus' text format. Empty before the first.
    pub async fn metrics_page(&self) -> String {
        Client::connect(self.metrics).await.send(&Request::get("/metrics")).await.text()
    }

    /// What [`OtelCollector::start`](crate::OtelCollector::start) takes.
    pub fn json(&self) -> Value {
        let sink = format!("http://127.0.0.1:{}", self.sink);
        let mut config = json!({
            "receivers": {
                "otlp": {"protocols": {
                    "http": self.receiver(self.otlp_http),
                    "grpc": self.receiver(self.otlp_grpc),
                }},
                "zipkin": self.receiver(self.zipkin),
            },
            "exporters": {"otlp_http": {"endpoint": sink, "compression": "none"}},
        });
        let mut pipelines = json!({"traces": {
            "receivers": ["otlp", "zipkin"], "processors": [], "exporters": ["otlp_http"],
        }});
        if let Some((name, settings)) = &self.authenticator {
            config["extensions"] = json!({*name: settings});
            config["service"]["extensions"] = json!([name]);
        }
        if let Some(settings) = &self.tail_sampling {
            config["processors"]["tail_sampling"] = settings.clone();
            pipelines["traces"]["processors"] = json!(["tail_sampling"]);
        }
        if let Some(settings) = &self.span_metrics {
            config["connectors"]["span_metrics"] = settings.clone();
            config["exporters"]["prometheus"] =
                json!({"endpoint": format!("127.0.0.1:{}", self.metrics)});
            pipelines["traces/all"] =
                json!({"receivers": ["otlp", "zipkin"], "exporters": ["span_metrics"]});
            pipelines["metrics"] =
                json!({"receivers": ["span_metrics"], "exporters": ["prometheus"]});
        }
        config["service"]["pipelines"] = pipelines;
        config
    }

    fn receiver(&self, port: u16) -> Value {
        let mut receiver = json!({"endpoint": format!("127.0.0.1:{port}")});
        if let Some((name, _)) = &self.authenticator {
            receiver["auth"] = json!({"authenticator": name});
        }
        receiver
    }
}
