//! One sidecar with everything around it, and the account of its spans.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::{env, fs};

use serde_json::{Value, json};
use spanmesh_harness::{
    Allowance, Client, Collector, Envoy, EnvoyConfig, ReceivedSpan, Request, Response, SECONDS,
    Upstream, paths,
};

/// The documented port of the inbound listener.
pub const INBOUND: u16 = 15006;
/// The documented port of the outbound listener.
pub const OUTBOUND: u16 = 15001;
/// Patience for anything that should come soon.
pub const SOON: std::time::Duration = std::time::Duration::from_secs(10);

/// Ids of the caller in these tests.
pub const TRACE_ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
pub const PARENT_ID: &str = "00f067aa0ba902b7";

/// A sampled caller's header.
pub fn sampled_parent() -> String {
    format!("00-{TRACE_ID}-{PARENT_ID}-01")
}

/// A plugin configuration that exports soon, with more options merged in at the top.
pub fn plugin(more: Value) -> Value {
    let mut plugin = json!({
        "exporter": {"otlp_http": {"cluster": "otel-collector"}},
        "batch": {"schedule_delay": "50ms"},
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        plugin[key] = value.clone();
    }
    plugin
}

/// Another build of the module, such as a new version's: the same with a custom section more, which
/// has this name (of less than 100 bytes). The file is the caller's to remove.
pub fn another_module(file: &str, section: &str) -> PathBuf {
    let mut module = fs::read(paths::module()).unwrap();
    let length = section.len() as u8;
    module.extend_from_slice(&[0, length + 1, length]);
    module.extend_from_slice(section.as_bytes());
    let path = env::temp_dir().join(format!("spanmesh-{file}-{}.wasm", std::process::id()));
    fs::write(&path, module).unwrap();
    path
}

/// Puts a filter that answers every request with 503 before the others of a listener.
pub fn answered_early(mut config: EnvoyConfig, listener: &str) -> EnvoyConfig {
    const FILTERS: &str = "/filter_chains/0/filters/0/typed_config/http_filters";
    let filters = config.listener(listener).pointer_mut(FILTERS).unwrap();
    let fault = json!({
        "name": "envoy.filters.http.fault",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault",
            "abort": {"http_status": 503, "percentage": {"numerator": 100}},
        },
    });
    filters.as_array_mut().unwrap().insert(0, fault);
    config
}

/// An Envoy of `envoy-config/sidecar.yaml` between an application and an upstream.
pub struct Sidecar {
    pub envoy: Envoy,
    pub collector: Collector,
    pub application: Upstream,
    pub upstream: Upstream,
}

impl Sidecar {
    /// Starts with [`plugin`] and these options.
    pub async fn start(more: Value) -> Sidecar {
        Sidecar::start_with(more, |config| config).await
    }

    /// As [`Sidecar::start`], with the Envoy configuration adjusted.
    pub async fn start_with(
        more: Value,
        adjust: impl FnOnce(EnvoyConfig) -> EnvoyConfig,
    ) -> Sidecar {
        let (config, parts) = Parts::start().await;
        let plugin = plugin(more);
        parts.collector.allow(Allowance::configured(&plugin));
        let config = adjust(config.plugin_configuration(&plugin.to_string()));
        parts.around(Envoy::builder(config).start().await)
    }

    /// Sends one request to the listener of this documented port.
    pub async fn send(&self, listener: u16, request: Request) -> Response {
        let mut client = Client::connect(self.envoy.port(listener)).await;
        client.send(&request).await
    }

    /// Sends one request and waits for its span.
    pub async fn span_of(&self, listener: u16, request: Request) -> (Response, ReceivedSpan) {
        self.collector.clear();
        let response = self.send(listener, request).await;
        let mut spans = self.collector.wait_for_spans(1, SOON).await;
        assert_eq!(spans.len(), 1, "one span for each request");
        (response, spans.remove(0))
    }

    /// The counters when so many spans were created and none is queued any more.
    pub async fn settled(&self, created: u64) -> Account {
        settled(&self.envoy, created).await
    }
}

/// What stands around an Envoy.
pub struct Parts {
    pub collector: Collector,
    pub application: Upstream,
    pub upstream: Upstream,
}

impl Parts {
    /// Starts them, and maps the sidecar's ports to theirs.
    pub async fn start() -> (EnvoyConfig, Parts) {
        Parts::start_for("envoy-config/sidecar.yaml").await
    }

    /// The same for another file with the sidecar's ports.
    pub async fn start_for(file: &str) -> (EnvoyConfig, Parts) {
        let collector = Collector::start().await;
        let application = Upstream::start().await;
        let upstream = Upstream::start().await;
        let config = EnvoyConfig::from_file(file)
            .map_port(8080, application.port())
            .map_port(9090, upstream.port())
            .map_port(4318, collector.port());
        (config, Parts { collector, application, upstream })
    }

    pub fn around(self, envoy: Envoy) -> Sidecar {
        let Parts { collector, application, upstream } = self;
        Sidecar { envoy, collector, application, upstream }
    }
}

/// The filter's own counters, by their names without `spanmesh_`.
#[derive(Debug)]
pub struct Account(BTreeMap<String, u64>);

impl Account {
    /// One counter; it must exist.
    pub fn of(&self, name: &str) -> u64 {
        *self.0.get(name).unwrap_or_else(|| panic!("no spanmesh_{name} in {:?}", self.0))
    }

    /// Spans dropped, for any reason.
    pub fn dropped(&self) -> u64 {
        let dropped = self.0.iter().filter(|(name, _)| name.starts_with("spans_dropped_"));
        dropped.map(|(_, count)| count).sum()
    }

    /// created = delivered + dropped + queued.
    pub fn balances(&self) -> bool {
        self.of("spans_created")
            == self.of("spans_delivered") + self.dropped() + self.of("spans_queued")
    }

    /// Asserts the balance and that nothing failed on the way.
    #[track_caller]
    pub fn check(&self) {
        assert!(self.balances(), "{:?}", self.0);
        assert_eq!(self.of("host_errors"), 0, "{:?}", self.0);
    }
}

/// Reads the counters when every request has ended: the last counts come within a second.
pub async fn final_account(envoy: &Envoy) -> Account {
    tokio::time::sleep(3 * SECONDS / 2).await;
    account(envoy).await
}

/// Reads the counters.
pub async fn account(envoy: &Envoy) -> Account {
    let stats = envoy.stats("spanmesh_").await.into_iter();
    Account(stats.map(|(name, count)| (name["spanmesh_".len()..].to_owned(), count)).collect())
}

/// The same when so many spans were created and none is queued any more.
pub async fn settled(envoy: &Envoy, created: u64) -> Account {
    let patience = 30 * SECONDS;
    envoy.wait_for_stat("spanmesh_spans_created", |n| n >= created, patience).await;
    envoy.wait_for_stat("spanmesh_spans_queued", |n| n == 0, patience).await;
    let account = account(envoy).await;
    assert_eq!(account.of("spans_created"), created);
    account
}
