//! How many bytes batches have, as the filter writes them.

use spanmesh_core::header_map::serialise;
use spanmesh_core::ids::{SpanId, TraceId};
use spanmesh_core::otlp::messages::{KeyValue, Resource};
use spanmesh_core::request_head::RequestHead;
use spanmesh_core_benches::{SCENARIOS, Scenario, Worker};
use spanmesh_export::destination::{Encoding, GzipSettings, Protocol};
use spanmesh_export::encoder::Encoder;
use spanmesh_export::envelope::Envelope;
use spanmesh_export::queue::BatchQueue;

use crate::random::Random;
use crate::scenario::defaults;

/// Spans of the largest batch.
const MOST: usize = 512;

/// Bytes of a batch by its number of spans.
#[derive(Clone, Debug)]
pub struct BatchBytes {
    plain: Vec<u64>,
    gzip: Vec<u64>,
}

impl BatchBytes {
    /// Encodes batches of 1, 2, 4 … 512 spans of different requests, plain and as gzip.
    pub fn measure() -> Self {
        let counts = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, MOST];
        let (mut plain, mut gzip) = (vec![0; MOST + 1], vec![0; MOST + 1]);
        let threshold = 1_024;
        let level = 4;
        let gzip_settings = Some(GzipSettings { level, threshold });
        let path = "/v1/traces".to_owned();
        let encoding = Encoding::OtlpProtobuf;
        let mut encoder = Encoder::new(&Protocol::Http { path, encoding, gzip: gzip_settings });
        for pair in counts.windows(2) {
            let (before, count) = (pair[0], pair[1]);
            let body = batch(count);
            plain[count] = body.len() as u64;
            gzip[count] = encoder.encode(&body).0.len() as u64;
            // What lies between is on the line between.
            for bytes in [&mut plain, &mut gzip] {
                let (from, to) = (bytes[before], bytes[count]);
                let known = count - before;
                for (place, bytes) in bytes[before..count].iter_mut().enumerate().skip(1) {
                    *bytes = from + (to - from) * place as u64 / known as u64;
                }
            }
        }
        Self { plain, gzip }
    }

    /// Bytes of the body of an export of so many spans.
    pub fn plain(&self, spans: u64) -> u64 {
        self.plain[(spans as usize).min(MOST)]
    }

    /// The same as gzip, level 4, from 1,024 bytes on.
    pub fn gzip(&self, spans: u64) -> u64 {
        self.gzip[(spans as usize).min(MOST)]
    }

    /// Bytes of a span alone.
    pub fn span(&self) -> f64 {
        (self.plain(512) - self.plain(256)) as f64 / 256.0
    }
}

/// A batch of spans of the benchmarks' three kinds of requests in turn; ids, one number in the path,
/// times and peers differ.
fn batch(count: usize) -> Vec<u8> {
    let mut worker = Worker::default();
    let mut limits = defaults().batch;
    limits.max_export_batch_size = count + 1;
    let mut queue = BatchQueue::new(limits, Envelope::new(&resource()));
    let mut random = Random::new(1, count as u64);
    for number in 0..count {
        push(&mut queue, &mut worker, &SCENARIOS[number % SCENARIOS.len()], &mut random);
    }
    queue.close_open();
    queue.take_ready().expect("a batch").body().to_vec()
}

fn push(queue: &mut BatchQueue, worker: &mut Worker, scenario: &Scenario, random: &mut Random) {
    let number = random.below(1_000_000).to_string();
    let headers: Vec<(String, String)> = scenario
        .headers
        .iter()
        .map(|(name, value)| {
            let value = value.replace("4711", &number).replace("A-1000", &number);
            ((*name).to_owned(), value)
        })
        .collect();
    let pairs = headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    let head = RequestHead::new(serialise(pairs));
    let mut hop = worker.start(scenario, &head);
    let mut id = [0; 16];
    id[..8].copy_from_slice(&random.next().to_le_bytes());
    id[8..].copy_from_slice(&random.next().to_le_bytes());
    hop.context.trace_id = TraceId::from_bytes(id).expect("a random id");
    hop.context.span_id = SpanId::from_bytes(random.next().to_le_bytes()).expect("a random id");
    let peer = format!("10.{}.{}.{}:8080", random.below(256), random.below(256), random.below(256));
    let mut span = scenario.span(&head, &hop);
    span.exchange.start += random.below(1_000_000_000);
    span.exchange.end = span.exchange.start + 1_000_000 + random.below(50_000_000);
    span.exchange.peer = Some(peer.as_bytes());
    queue.push(span.exchange.end, |out| {
        span.write(out, &worker.settings);
    });
}

/// What Istio's nodes tell of a pod.
fn resource() -> Resource {
    let node = |path: &[&str]| {
        let value = match path {
            ["id"] => "sidecar~10.244.1.9~cart-7d4b9c6f5-x2x9z.shop~shop.svc.cluster.local",
            ["metadata", "NAMESPACE"] => "shop",
            ["metadata", "NAME"] => "cart-7d4b9c6f5-x2x9z",
            ["metadata", "CLUSTER_ID"] => "Kubernetes",
            ["metadata", "OWNER"] => "kubernetes://apis/apps/v1/namespaces/shop/deployments/cart",
            ["metadata", "NODE_NAME"] => "node-17.example",
            ["metadata", "LABELS", "service.istio.io/canonical-name"] => "cart",
            ["metadata", "LABELS", "service.istio.io/canonical-revision"] => "v3",
            _ => return None,
        };
        Some(value.to_owned())
    };
    let configured = [KeyValue::string("deployment.environment.name", "production")];
    spanmesh_core::resource::detect(&configured, &node)
}
