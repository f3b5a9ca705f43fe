//! Putting the plugin into the mesh, as `istio/README.md` tells operators to.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::shop::Shop;
use super::terminal::Terminal;
use crate::check;
use crate::scenario::{Scenario, Story};
use crate::trace::Trace;
use crate::traffic;

/// How long the plugin may take to come to all proxies.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long the spans of one request may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(1);

/// A request until there is a whole trace of it.
const PROBE: Scenario =
    Scenario { story: Story::Checkout, target: "/checkout?order=1&item=tent&bank=open" };

/// Applies the manifests.
///
/// # Errors
///
/// What kubectl complains of.
pub async fn apply(shop: &Shop, terminal: &Terminal) -> Result<(), String> {
    let [url, digest] = &shop.image;
    println!("  url     {url}\n  sha256  {}", digest.trim_start_matches("sha256:"));
    terminal.run(&["apply", "-f", "istio/telemetry.yaml"]).await?;
    terminal.run(&["apply", "-k", "istio/wasmplugin/namespace"]).await
}

/// Makes the same request again and again until it leaves its trace: proxies get the plugin one
/// by one.
///
/// # Errors
///
/// What is wrong with the last trace when the patience is at its end.
pub async fn wait_until_traced(shop: &Shop) -> Result<(), String> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        shop.collector.clear();
        let wrong = match traffic::request(shop.edge, PROBE.story, PROBE.target).await {
            Ok(()) => match wrong(shop).await {
                None => return Ok(()),
                Some(wrong) => wrong,
            },
            // Routes and endpoints come one by one too.
            Err(refused) => refused,
        };
        if Instant::now() >= deadline {
            let seconds = PATIENCE.as_secs();
            return Err(format!("{seconds} s after kubectl apply: {wrong}"));
        }
        sleep(Duration::from_millis(100)).await;
    }
}

/// What is wrong with the trace of the probe, if anything.
async fn wrong(shop: &Shop) -> Option<String> {
    let deadline = Instant::now() + ARRIVAL;
    loop {
        let traces = Trace::all(shop.backend.spans().await);
        let problems = match PROBE.of(&traces) {
            Some(trace) => check::problems(trace, PROBE.story),
            None => vec![format!("{PROBE}: no trace came")],
        };
        if problems.is_empty() {
            return None;
        }
        if Instant::now() >= deadline {
            return Some(problems.join("\n  "));
        }
        sleep(Duration::from_millis(50)).await;
    }
}
