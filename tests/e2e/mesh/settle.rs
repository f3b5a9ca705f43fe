//! Waiting until no more spans will come.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use spanmesh_harness::{ReceivedSpan, SECONDS};
use tokio::time::sleep;

use super::Mesh;

/// Nothing may change for so long: counts are reported every second.
const QUIET: Duration = Duration::from_millis(1_500);
/// How long it may take until nothing changes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Everything that moves while spans are on their way.
#[derive(Debug, PartialEq)]
struct Picture {
    /// The filter's statistics, by service.
    stats: BTreeMap<String, BTreeMap<String, u64>>,
    received: usize,
}

impl Mesh {
    /// Waits until no Envoy has a span queued and nothing has moved for a while, and gives all
    /// spans that came since the collector was last cleared.
    pub async fn settle(&self) -> Vec<ReceivedSpan> {
        let begin = Instant::now();
        let mut picture = self.picture().await;
        let mut since = Instant::now();
        while !picture.is_at_rest() || since.elapsed() < QUIET {
            assert!(begin.elapsed() < PATIENCE, "still moving, at last {picture:#?}");
            sleep(SECONDS / 20).await;
            let next = self.picture().await;
            if next != picture {
                (picture, since) = (next, Instant::now());
            }
        }
        self.collector.spans()
    }

    async fn picture(&self) -> Picture {
        let mut stats = BTreeMap::new();
        for service in &self.services {
            stats.insert(service.name.clone(), service.envoy.stats("spanmesh_").await);
        }
        Picture { stats, received: self.collector.span_count() }
    }
}

impl Picture {
    /// Whether no span is queued anywhere.
    fn is_at_rest(&self) -> bool {
        self.stats.values().all(|stats| stats.get("spanmesh_spans_queued") == Some(&0))
    }
}
