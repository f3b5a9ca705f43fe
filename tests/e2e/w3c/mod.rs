//! The official W3C trace-context tests, end to end.
//!
//! ```text
//! this test ──► Envoy, inbound ──► application ──► Envoy, outbound ──► this test
//!     a case's fields      SERVER span      copies       CLIENT span      callbacks
//! ```
//!
//! One POST a request, as the official harness sends it: its body asks the application for
//! callbacks, whose fields are compared with the table. [`cases`] is the table, [`check`] the
//! comparison, and [`model`] shows that it tells right from wrong.
//!
//! The filter runs as in the file, which adds no tracestate member of its own, and with a keep
//! rule: so it has a span id of its own in every trace. Without one it lets a context that nobody
//! samples pass untouched, which the specification allows (section 4.3) and the harness does not.

mod cases;
mod check;
mod formats;
mod model;
mod report;
mod wire;

use serde_json::{Value, json};
use spanmesh_harness::header_copying_app::{Copied, TRACE_CONTEXT};
use spanmesh_harness::{
    Client, Collector, Envoy, EnvoyConfig, HeaderCopyingApp, Request as Message, Upstream,
};

use self::cases::{Case, Request};
use self::wire::Fields;

/// All cases over one Envoy; whatever fails is told together at the end.
#[tokio::test]
async fn every_official_case_passes() {
    let failures = failures(json!({"keep": {"errors": true}}), |_, _| false).await;
    assert!(failures.is_empty(), "{} requests failed:\n\n{}", failures.len(), failures.join("\n"));
}

/// The same without a keep rule: what is not as the harness wants it is unsampled and untouched.
#[tokio::test]
async fn what_nobody_samples_may_pass_untouched() {
    let is_untouched = |request: &Request, callbacks: &[Fields]| {
        let sent = copied(request);
        let parents = sent.iter().filter(|(name, _)| name == "traceparent");
        let unsampled = |value: &[u8]| value.starts_with(b"00-") && value.ends_with(b"-00");
        let unsampled = |value: &[u8]| unsampled(value) || value.ends_with(b"-02");
        let parents: Vec<_> = parents.map(|(_, value)| unsampled(value)).collect();
        let trace_fields = |fields| report::trace_fields(fields).cloned().collect::<Fields>();
        parents == [true] && callbacks.iter().all(|fields| trace_fields(fields) == sent)
    };
    let failures = failures(json!({}), is_untouched).await;
    assert!(failures.is_empty(), "{} requests failed:\n\n{}", failures.len(), failures.join("\n"));
}

/// What is wrong with the callbacks of all requests, but for those that `excuse` accepts.
async fn failures(plugin: Value, excuse: impl Fn(&Request, &[Fields]) -> bool) -> Vec<String> {
    failures_copying(TRACE_CONTEXT, plugin, excuse).await
}

/// The same with an application that copies these fields.
async fn failures_copying(
    copied: Copied,
    plugin: Value,
    excuse: impl Fn(&Request, &[Fields]) -> bool,
) -> Vec<String> {
    let config = EnvoyConfig::from_file("envoy-config/sidecar.yaml");
    let config = config.plugin_configuration(&crate::support::plugin(plugin).to_string());
    let mesh = Mesh::start(config, copied).await;
    let mut failures = Vec::new();
    for case in cases::all() {
        for (number, request) in case.requests.iter().enumerate() {
            let answer = mesh.callbacks(case, number).await;
            let problems = match &answer {
                Ok(callbacks) => check::violations(request, callbacks),
                Err(problem) => vec![problem.clone()],
            };
            let callbacks = answer.unwrap_or_default();
            if !problems.is_empty() && !excuse(request, &callbacks) {
                failures.push(report::paragraph(case, number, &callbacks, &problems));
            }
        }
    }
    failures
}

/// The control of the test above: without the filter, whatever a case sends arrives, but for
/// the whitespace around a value, which is not part of it. So what a callback lacks or has too
/// much there is the filter's doing.
#[tokio::test]
async fn the_way_itself_changes_nothing() {
    let config = EnvoyConfig::from_file("envoy-config/sidecar.yaml").without_wasm();
    let mesh = Mesh::start(config, TRACE_CONTEXT).await;
    for case in cases::all() {
        for (number, request) in case.requests.iter().enumerate() {
            let callbacks = mesh.callbacks(case, number).await.expect("an answer");
            let received = callbacks.iter().map(|fields| report::trace_fields(fields).cloned());
            let received: Vec<Fields> = received.map(Iterator::collect).collect();
            let sent = vec![copied(request); request.callbacks];
            assert_eq!(received, sent, "{}, request {}", case.name, number + 1);
        }
    }
}

/// Everything between the two ends of this test.
struct Mesh {
    envoy: Envoy,
    /// Where the callbacks arrive.
    callbacks: Upstream,
    _application: HeaderCopyingApp,
    _collector: Collector,
}

impl Mesh {
    /// Starts all of it around an Envoy with this configuration; the application copies these
    /// fields.
    async fn start(mut config: EnvoyConfig, copied: Copied) -> Mesh {
        let callbacks = Upstream::start().await;
        let collector = Collector::start().await;
        let application = HeaderCopyingApp::start_copying(config.port(15001), copied).await;
        let config = config
            .map_port(8080, application.port())
            .map_port(9090, callbacks.port())
            .map_port(4318, collector.port());
        let envoy = Envoy::builder(config).start().await;
        Mesh { envoy, callbacks, _application: application, _collector: collector }
    }

    /// Sends one request of a case and gives the fields of its callbacks, or why there was no
    /// good answer.
    async fn callbacks(&self, case: &Case, number: usize) -> Result<Vec<Fields>, String> {
        let scope = format!("/{}/{number}/", case.name);
        let request = &case.requests[number];
        let port = self.callbacks.port();
        let url = |index| format!("http://127.0.0.1:{port}{scope}{index}");
        let body: Vec<_> = (0..request.callbacks)
            .map(|index| json!({"url": url(index), "arguments": []}))
            .collect();
        let fields = request.send.iter();
        let message = Message::post("/test", json!(body).to_string())
            .header("content-type", "application/json")
            .headers(fields.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())));

        let client = Client::try_connect(self.envoy.port(15006)).await;
        let mut client = client.map_err(|error| format!("no connection: {error}"))?;
        let response = client.try_send(&message).await;
        let response = response.map_err(|error| format!("no answer: {error}"))?;
        if response.status != 200 {
            return Err(format!("answer {}: {}", response.status, response.text()));
        }
        let arrived = self.callbacks.requests().into_iter();
        Ok(arrived.filter(|it| it.path.starts_with(&scope)).map(|it| it.headers).collect())
    }
}

/// The fields of a request that the application copies, as a server reads them.
fn copied(request: &Request) -> Fields {
    let read = |(name, value): &(&str, &str)| {
        (name.to_lowercase(), value.trim_matches([' ', '\t']).as_bytes().to_vec())
    };
    let fields = request.send.iter().map(read);
    fields.filter(|(name, _)| matches!(&**name, "traceparent" | "tracestate")).collect()
}
