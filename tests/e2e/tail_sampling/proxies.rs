//! Two Envoys that get the same requests: one keeps, one records everything.

use serde_json::{Value, json};
use spanmesh_harness::{Envoy, ReceivedSpan, Request, SECONDS};
use tokio::time::sleep;

use crate::support::{Parts, Sidecar, account, plugin};

/// How long an application may take to answer.
const TIMEOUT: &str = "1.5s";

pub struct Proxies {
    pub keeping: Sidecar,
    pub recording: Sidecar,
}

impl Proxies {
    /// The one that keeps gets these options.
    pub async fn start(keep: Value) -> Proxies {
        let always = json!({"sampler": "always_on"});
        let (keeping, recording) = tokio::join!(sidecar(keep), sidecar(always));
        Proxies { keeping, recording }
    }

    /// Sends one request to both.
    pub async fn send(&self, listener: u16, request: &Request) {
        let kept = self.keeping.send(listener, request.clone());
        let recorded = self.recording.send(listener, request.clone());
        let (kept, recorded) = tokio::join!(kept, recorded);
        assert_eq!(kept.status, recorded.status, "{request}");
    }

    /// What was kept and what was recorded of so many requests, once all of it has come.
    pub async fn settled(&self, requests: u64) -> (Vec<ReceivedSpan>, Vec<ReceivedSpan>) {
        let recorded = all_spans(&self.recording, requests).await;
        // Every count arrives within a second of the last answer.
        sleep(3 * SECONDS / 2).await;
        let kept = account(&self.keeping.envoy).await.of("spans_created");
        (all_spans(&self.keeping, kept).await, recorded)
    }
}

/// Two workers, which have the rate limit of `keep` in common.
async fn sidecar(options: Value) -> Sidecar {
    let (config, parts) = Parts::start().await;
    let config = config.plugin_configuration(&plugin(options).to_string()).set_in_listener(
        "inbound",
        "/filter_chains/0/filters/0/typed_config/route_config/virtual_hosts/0/routes/0/route/timeout",
        TIMEOUT,
    );
    parts.around(Envoy::builder(config).concurrency(2).start().await)
}

async fn all_spans(sidecar: &Sidecar, created: u64) -> Vec<ReceivedSpan> {
    sidecar.settled(created).await.check();
    let spans = sidecar.collector.spans();
    assert_eq!(spans.len() as u64, created);
    spans
}
