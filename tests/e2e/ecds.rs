//! `envoy-config/ecds`: the plugin's configuration in a file of its own, changed under traffic.

use std::fs;

use serde_json::{Value, json};
use spanmesh_harness::{Answer, Client, Envoy, EnvoyConfig, ExtensionFile, Load, Request, SECONDS};

use crate::support::{
    INBOUND, OUTBOUND, Parts, SOON, Sidecar, account, another_module, final_account, plugin,
};

/// Updates that Envoy has taken, of both listeners' one filter.
pub const TAKEN: &str = "extension_config_discovery.http_filter.spanmesh.update_success";
const REFUSED: &str = "extension_config_discovery.http_filter.spanmesh.update_rejected";

/// The documented file with this plugin configuration.
pub fn extension(more: Value) -> EnvoyConfig {
    let file = EnvoyConfig::from_file("envoy-config/ecds/extension.yaml");
    file.plugin_configuration(&plugin(more).to_string())
}

/// A sidecar of the documented file, and the file with its extension, which is empty.
pub async fn start() -> (Sidecar, ExtensionFile) {
    let (config, parts) = Parts::start_for("envoy-config/ecds/bootstrap.yaml").await;
    let file = ExtensionFile::empty();
    let config = file.adjust(config, &["inbound", "outbound"]);
    let envoy = Envoy::builder(config).concurrency(WORKERS).start().await;
    (parts.around(envoy), file)
}

/// With an empty file, and with a bad one, requests go on untouched; the first good file takes effect,
/// and a bad one behind it changes nothing.
#[tokio::test]
async fn an_empty_or_bad_file_stops_no_request() {
    let (sidecar, file) = start().await;
    let request = || Request::get("/").host("a.example");
    let untouched = |count: usize| {
        let requests = sidecar.application.requests();
        assert_eq!(requests.len(), count);
        assert_eq!(requests[count - 1].header_values("traceparent"), [""; 0]);
    };
    assert_eq!(sidecar.send(INBOUND, request()).await.status, 200);
    untouched(1);

    let bad = || extension(json!({"sampler": "always_maybe"}));
    file.publish(&bad());
    sidecar.envoy.wait_for_log("spanmesh: configuration refused: sampler", SOON).await;
    assert_eq!(sidecar.send(INBOUND, request()).await.status, 200);
    untouched(2);

    file.publish(&extension(json!({})));
    sidecar.envoy.wait_for_stat(TAKEN, |n| n >= 1, SOON).await;
    for port in [INBOUND, OUTBOUND] {
        let (response, _) = sidecar.span_of(port, request()).await;
        assert_eq!(response.status, 200);
    }

    let refused = sidecar.envoy.stat(REFUSED).await;
    file.publish(&bad());
    sidecar.envoy.wait_for_stat(REFUSED, |n| n > refused, SOON).await;
    let (response, _) = sidecar.span_of(INBOUND, request()).await;
    assert_eq!(response.status, 200);
    sidecar.settled(3).await.check();
}

/// A sidecar whose listeners have no configuration of the filter before the file's first one.
async fn start_without_default(
    file: &ExtensionFile,
    adjust: impl FnOnce(EnvoyConfig) -> EnvoyConfig,
) -> Sidecar {
    let (mut config, parts) = Parts::start_for("envoy-config/ecds/bootstrap.yaml").await;
    let filter = "/filter_chains/0/filters/0/typed_config/http_filters/0/config_discovery";
    for listener in ["inbound", "outbound"] {
        let discovery = config.listener(listener).pointer_mut(filter).unwrap();
        let fields = discovery.as_object_mut().unwrap();
        assert!(fields.remove("default_config").is_some());
        fields.remove("apply_default_config_without_warming");
    }
    let config = file.adjust(adjust(config), &["inbound", "outbound"]);
    parts.around(Envoy::builder(config).concurrency(WORKERS).start().await)
}

/// What the default of the documented file is for.
#[tokio::test]
async fn without_a_default_a_bad_file_answers_every_request_with_500() {
    let file = ExtensionFile::empty();
    file.publish(&extension(json!({"sampler": "always_maybe"})));
    let sidecar = start_without_default(&file, |config| config).await;
    let request = || Request::get("/").host("a.example");
    assert_eq!(sidecar.send(INBOUND, request()).await.status, 500);

    file.publish(&extension(json!({})));
    sidecar.envoy.wait_for_stat(TAKEN, |n| n >= 1, SOON).await;
    let (response, _) = sidecar.span_of(INBOUND, request()).await;
    assert_eq!(response.status, 200);
}

/// The gauge of VMs whose configuration was refused although Envoy took it.
const IN_DOUBT: &str = "spanmesh_configuration_refused";

/// What the metadata of Istio's proxies has, and no default: istiod sends none.
fn of_istio(config: EnvoyConfig) -> EnvoyConfig {
    config.set("/node/metadata", json!({"ISTIO_VERSION": "1.31.0", "NAMESPACE": "shop"}))
}

/// A proxy of Istio, which has no default, starts while the configuration is bad: requests go on untraced,
/// until a good one comes, which a bad one does not replace, be it one that Envoy has taken before.
#[tokio::test]
async fn a_proxy_of_istio_starts_with_a_bad_file_and_serves() {
    let bad = |sampler: &str| extension(json!({"sampler": sampler}));
    let file = ExtensionFile::empty();
    file.publish(&bad("always_maybe"));
    let sidecar = start_without_default(&file, of_istio).await;
    let envoy = &sidecar.envoy;
    let roots = if spanmesh_harness::envoy::listeners_share_roots() { 1 } else { LISTENERS };
    let contexts = u64::from(roots * (WORKERS + 1));
    let request = || Request::get("/").host("a.example");
    let untraced = async |count: usize| {
        for port in [INBOUND, OUTBOUND] {
            assert_eq!(sidecar.send(port, request()).await.status, 200);
        }
        let requests = sidecar.application.requests();
        assert_eq!(requests.len(), count);
        assert_eq!(requests[count - 1].header_values("traceparent"), [""; 0]);
        envoy.wait_for_stat(IN_DOUBT, |n| n == contexts, SOON).await;
    };
    let log = "spanmesh: configuration refused: sampler";
    envoy.wait_for_log(log, SOON).await;
    envoy.wait_for_log("refused: requests go on untraced until a good one comes", SOON).await;
    untraced(1).await;

    // The next one is bad as well.
    let taken = envoy.stat(TAKEN).await;
    file.publish(&bad("sometimes"));
    envoy.wait_for_stat(TAKEN, |n| n > taken, SOON).await;
    untraced(2).await;

    let traced = async || {
        for port in [INBOUND, OUTBOUND] {
            let (response, _) = sidecar.span_of(port, request()).await;
            assert_eq!(response.status, 200);
        }
    };
    let taken = envoy.stat(TAKEN).await;
    file.publish(&extension(json!({})));
    envoy.wait_for_stat(TAKEN, |n| n > taken, SOON).await;
    traced().await;
    envoy.wait_for_stat(IN_DOUBT, |n| n == 0, SOON).await;

    let refused = envoy.stat(REFUSED).await;
    file.publish(&bad("never"));
    envoy.wait_for_stat(REFUSED, |n| n > refused, SOON).await;
    traced().await;
    assert_eq!(envoy.stat(IN_DOUBT).await, 0);

    // Envoy does not ask again about what it has taken before.
    let taken = envoy.stat(TAKEN).await;
    file.publish(&bad("always_maybe"));
    envoy.wait_for_stat(TAKEN, |n| n > taken, SOON).await;
    envoy.wait_for_log("refused: the last good one stays in force", SOON).await;
    traced().await;
    envoy.wait_for_stat(IN_DOUBT, |n| n == contexts, SOON).await;

    let taken = envoy.stat(TAKEN).await;
    file.publish(&extension(json!({"sampler": "always_on"})));
    envoy.wait_for_stat(TAKEN, |n| n > taken, SOON).await;
    traced().await;
    envoy.wait_for_stat(IN_DOUBT, |n| n == 0, SOON).await;
    sidecar.settled(8).await.check();
}

/// Sampling turned on and off ten times while four connections send: no connection is closed, no
/// request fails, each is judged by one of the two configurations, and no span is lost.
#[tokio::test]
async fn changes_under_load_lose_nothing() {
    let (sidecar, file) = start().await;
    file.publish(&extension(json!({"sampler": "always_on"})));
    sidecar.envoy.wait_for_stat(TAKEN, |n| n >= 1, SOON).await;
    sidecar.span_of(INBOUND, Request::get("/").host("a.example")).await;

    let load = Load::on(sidecar.envoy.port(INBOUND)).connections(4).duration(6 * SECONDS);
    let load = tokio::spawn(load.run());
    for round in 0..10 {
        let before = sidecar.envoy.stat(TAKEN).await;
        let sampler = if round % 2 == 0 { "always_off" } else { "always_on" };
        file.publish(&extension(json!({"sampler": sampler})));
        sidecar.envoy.wait_for_stat(TAKEN, |n| n > before, SOON).await;
        tokio::time::sleep(SECONDS / 4).await;
    }
    let report = load.await.unwrap();
    assert_eq!(report.with_status(200), report.answered(), "{report:?}");
    assert_eq!(report.errors, 0, "no connection was closed: {report:?}");

    let judged = report.answered() + 1;
    let envoy = &sidecar.envoy;
    envoy.wait_for_stat("spanmesh_spans_queued", |n| n == 0, 20 * SECONDS).await;
    tokio::time::sleep(3 * SECONDS / 2).await;
    let account = account(envoy).await;
    account.check();
    let (created, left_out) = (account.of("spans_created"), account.of("spans_sampled_out"));
    assert_eq!(created + left_out, judged, "each request was judged once");
    assert!(created > 100 && left_out > 100, "both configurations judged: {account:?}");
    assert_eq!((account.of("spans_delivered"), account.dropped()), (created, 0));
}

const WORKERS: u32 = 2;
const LISTENERS: u32 = 2;

/// A new module takes the place of the old one under load, while spans wait and are on their way to a
/// collector that is slow. Envoy takes the old VMs away as soon as their last request is over, whatever
/// they answer; what they leave then is delivered by the new ones.
#[tokio::test]
async fn a_new_module_under_load_fails_no_request_and_loses_no_span() {
    let (sidecar, file) = start().await;
    let envoy = &sidecar.envoy;
    let next = another_module("loaded", "next");
    let batch = |delay: &str| json!({"batch": {"schedule_delay": delay, "max_queue_size": 50_000}});
    file.publish(&extension(batch("1s")));
    envoy.wait_for_stat(TAKEN, |n| n >= 1, SOON).await;
    sidecar.collector.set_default(Answer::delayed(SLOW, Answer::Accept));
    // Slowed down, so that the collector keeps pace with it.
    let load = Load::on(envoy.port(INBOUND)).connections(4).duration(4 * SECONDS);
    let load = tokio::spawn(load.requests(|_| Request::get("/slow/1")).run());
    tokio::time::sleep(2 * SECONDS).await;
    // A request that the old VM of a worker serves for long after the other's has gone.
    let mut client = Client::connect(envoy.port(INBOUND)).await;
    let long = tokio::spawn(async move { client.send(&Request::get("/slow/4000")).await });
    tokio::time::sleep(SECONDS / 10).await;
    let (before, arrived) = (envoy.stat(TAKEN).await, sidecar.collector.requests().len());
    file.publish(&extension(batch("50ms")).module(&next));
    envoy.wait_for_stat(TAKEN, |n| n > before, SOON).await;
    let report = load.await.unwrap();
    assert_eq!((report.with_status(200), report.errors), (report.answered(), 0), "{report:?}");
    assert_eq!(long.await.unwrap().status, 200);
    fs::remove_file(next).unwrap();

    let created = report.answered() + 1;
    sidecar.settled(created).await;
    let account = final_account(envoy).await;
    account.check();
    assert_eq!((account.of("spans_delivered"), account.dropped()), (created, 0), "{account:?}");
    assert_eq!(account.of("export_failures"), 0, "{account:?}");
    let ledger = sidecar.collector.ledger();
    assert_eq!(ledger.accepted.len() as u64, created, "{ledger}");
    assert!(sidecar.collector.requests().len() > arrived + 4, "the new module delivers");
}

/// How long the collector takes for an answer: about as long as two workers for a batch.
const SLOW: std::time::Duration = std::time::Duration::from_millis(150);

/// The collector is away when the configuration changes and, while the old one still waits for it, the
/// module does: the spans of both configurations are delivered when it is back.
#[tokio::test]
async fn a_new_module_delivers_what_waits_since_an_earlier_change() {
    let (sidecar, file) = start().await;
    let envoy = &sidecar.envoy;
    let next = another_module("twice", "next");
    let options = |limit: u32| {
        extension(json!({
            "limits": {"attribute_value_length_limit": limit},
            "retry": {"initial_interval": "50ms", "max_interval": "300ms", "max_elapsed_time": "120s"},
        }))
    };
    sidecar.collector.stop().await;
    for extension in [options(100), options(101), options(102).module(&next)] {
        let taken = envoy.stat(TAKEN).await;
        file.publish(&extension);
        envoy.wait_for_stat(TAKEN, |n| n > taken, SOON).await;
        for port in [INBOUND, OUTBOUND] {
            let load = Load::on(envoy.port(port)).connections(4).count(20);
            assert_eq!(load.run().await.with_status(200), 20);
        }
    }
    fs::remove_file(next).unwrap();
    let waiting = final_account(envoy).await;
    waiting.check();
    assert_eq!((waiting.of("spans_created"), waiting.of("spans_queued")), (120, 120));
    sidecar.collector.restart().await;
    let account = sidecar.settled(120).await;
    assert_eq!((account.of("spans_delivered"), account.dropped()), (120, 0), "{account:?}");
    let ledger = sidecar.collector.ledger();
    assert_eq!((ledger.delivered(), ledger.duplicates()), (120, 0), "{ledger}");
}
