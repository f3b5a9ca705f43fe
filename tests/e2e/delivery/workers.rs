//! Several workers, each with a queue of its own.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::json;
use spanmesh_harness::{Envoy, ExportRequest, SECONDS};
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until};

use super::line::numbered;
use super::traffic::Traffic;
use super::transport::{Transport, each_of};
use crate::support::{INBOUND, Parts, SOON, Sidecar, plugin};

/// By how much a busy machine may be late.
const SLACK: Duration = Duration::from_millis(700);

async fn start(transport: Transport, workers: u32, delay: &str) -> Sidecar {
    let (config, parts) = Parts::start().await;
    let options = json!({"batch": {"schedule_delay": delay}});
    let options = plugin(transport.options(json!({}), options)).to_string();
    let config = transport.adjust(config).plugin_configuration(&options);
    parts.around(Envoy::builder(config).concurrency(workers).start().await)
}

/// The connections (see [`Traffic`]) whose spans are in a request. A worker keeps its connections.
fn connections(request: &ExportRequest) -> BTreeSet<String> {
    let connection = |key: spanmesh_harness::SpanKey| key.trace_id[..24].to_owned();
    request.span_keys().into_iter().map(connection).collect()
}

/// The connections of each worker: those whose spans left together.
fn workers(requests: &[ExportRequest]) -> Vec<BTreeSet<String>> {
    let mut workers: Vec<BTreeSet<String>> = Vec::new();
    for mut of_one in requests.iter().map(connections) {
        workers.retain(|known| {
            let is_other = known.is_disjoint(&of_one);
            if !is_other {
                of_one.extend(known.iter().cloned());
            }
            is_other
        });
        workers.push(of_one);
    }
    workers
}

/// Forty requests a second are ten for each of four workers: what fills batches is the delay, and
/// each holds all that its worker saw in that time.
#[tokio::test]
async fn batches_are_large_at_low_traffic() {
    const DELAY: Duration = Duration::from_secs(1);
    each_of([Transport::OtlpProtobuf, Transport::OtlpGrpc], |transport| async move {
        let sidecar = start(transport, 4, "1s").await;
        let begin = Instant::now();
        let traffic = Traffic::start(sidecar.envoy.port(INBOUND), 16, Duration::from_millis(400));
        sleep(5 * SECONDS).await;
        let sent = traffic.stop().await;
        sidecar.settled(sent.count()).await.check();
        let lasted = begin.elapsed();
        let requests = sidecar.collector.requests();
        let ledger = sidecar.collector.ledger();
        assert_eq!((ledger.delivered(), ledger.duplicates()), (sent.count(), 0), "{ledger}");

        // The delay is between a half and the whole of it, 0.75 s on average, and begins with the
        // first span of a batch.
        let most = 4 * (lasted.as_millis() / (DELAY.as_millis() / 2) + 1);
        assert!(requests.len() as u128 <= most, "{} exports in {lasted:?}", requests.len());
        let workers = workers(&requests);
        assert!((2..=4).contains(&workers.len()), "{workers:?}");
        for worker in &workers {
            let of_worker =
                requests.iter().filter(|request| !connections(request).is_disjoint(worker));
            let arrivals: Vec<Instant> = of_worker.map(|request| request.arrived).collect();
            for pair in arrivals.windows(2) {
                let apart = pair[1].duration_since(pair[0]);
                assert!(apart + SLACK / 2 >= DELAY / 2, "{apart:?} between two of a worker");
            }
        }
        let longest = sent.answered.iter().map(|(trace_id, at)| {
            let holds = |request: &&ExportRequest| {
                request.span_keys().iter().any(|key| key.trace_id == *trace_id)
            };
            let request = requests.iter().find(holds).expect("it arrived");
            request.arrived.saturating_duration_since(*at)
        });
        let longest = longest.max().expect("there were requests");
        assert!(longest < DELAY + SLACK, "a span waited for {longest:?}");
    })
    .await;
}

/// Twenty workers that see a request at the same moment do not export at the same moment.
#[tokio::test]
async fn workers_that_start_together_do_not_export_in_step() {
    let sidecar = start(Transport::OtlpProtobuf, 20, "4s").await;
    let port = sidecar.envoy.port(INBOUND);
    // By then all connections are there.
    let begin = tokio::time::Instant::now() + 2 * SECONDS;
    let mut burst = JoinSet::new();
    for number in 0..200 {
        let mut client = spanmesh_harness::Client::connect(port).await;
        burst.spawn(async move {
            sleep_until(begin).await;
            client.send(&numbered(number, "/")).await.status
        });
    }
    let statuses = burst.join_all().await;
    assert_eq!(statuses, [200; 200]);
    sidecar.collector.wait_for_spans(200, SOON).await;
    let requests = sidecar.collector.requests();
    let mut arrivals: Vec<Instant> = requests.iter().map(|request| request.arrived).collect();
    arrivals.sort();
    // The kernel spreads the connections over the workers as it likes.
    assert!((10..=20).contains(&arrivals.len()), "{} exports", arrivals.len());
    let within = |length: Duration| {
        let in_window = |from: &Instant| {
            arrivals.iter().filter(|&&at| (*from..*from + length).contains(&at)).count()
        };
        arrivals.iter().map(in_window).max().unwrap_or_default()
    };
    // Ten to twenty points spread evenly over two seconds: that half of them meet in 50 ms has a
    // chance of less than one in a million.
    let together = within(Duration::from_millis(50));
    assert!(together <= arrivals.len() / 2, "{together} of {} in 50 ms", arrivals.len());
    let over = arrivals[arrivals.len() - 1].duration_since(arrivals[0]);
    assert!(over > Duration::from_millis(500), "all within {over:?}");
}
