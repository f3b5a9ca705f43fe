//! The transports of exports.

use std::future::Future;

use serde_json::{Value, json};
use spanmesh_harness::{Cluster, EnvoyConfig};
use tokio::task::JoinSet;

/// A way to a collector. JSON is compressed, the others are not.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Transport {
    OtlpProtobuf,
    OtlpJson,
    OtlpGrpc,
    Zipkin,
}

/// Over every transport, at the same time: these tests wait most of their time.
pub async fn each<F>(check: impl Fn(Transport) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    each_of(Transport::ALL, check).await;
}

/// The same for other rows of a table. A panic tells its row.
pub async fn each_of<R, F>(rows: impl IntoIterator<Item = R>, check: impl Fn(R) -> F)
where
    R: Copy + std::fmt::Debug + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let mut checks = JoinSet::new();
    for row in rows {
        let check = tokio::spawn(check(row));
        checks.spawn(async move { (row, check.await) });
    }
    while let Some(Ok((row, result))) = checks.join_next().await {
        if let Err(error) = result {
            let panic = error.into_panic();
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            panic!("{row:?}: {}", text.unwrap_or_default());
        }
    }
}

impl Transport {
    pub const ALL: [Transport; 4] =
        [Transport::OtlpProtobuf, Transport::OtlpJson, Transport::OtlpGrpc, Transport::Zipkin];

    pub fn is_grpc(self) -> bool {
        self == Transport::OtlpGrpc
    }

    /// The option of this name.
    pub fn option(self, name: &str) -> String {
        format!("exporter.{}.{name}", self.exporter())
    }

    /// What the log calls a cluster.
    pub fn label(self, option: &str, cluster: &str) -> String {
        format!("spanmesh: {} \"{cluster}\": ", self.option(option))
    }

    /// `more` with the exporter, which has these options beside its cluster.
    pub fn options(self, exporter: Value, mut more: Value) -> Value {
        let mut options = json!({"cluster": "otel-collector"});
        if self == Transport::OtlpJson {
            options = json!({"cluster": "otel-collector", "encoding": "json",
                             "compression": "gzip", "compression_threshold": 0});
        }
        for (key, value) in exporter.as_object().into_iter().flatten() {
            options[key] = value.clone();
        }
        more["exporter"] = json!({self.exporter(): options});
        more
    }

    /// Makes Envoy speak to the collector as the transport needs it.
    pub fn adjust(self, config: EnvoyConfig) -> EnvoyConfig {
        if self.is_grpc() { config.http2_cluster("otel-collector") } else { config }
    }

    /// One more cluster of collectors.
    pub fn cluster(self, name: &str, port: u16) -> Cluster {
        let cluster = Cluster::new(name, port);
        if self.is_grpc() { cluster.http2() } else { cluster }
    }

    fn exporter(self) -> &'static str {
        match self {
            Transport::OtlpProtobuf | Transport::OtlpJson => "otlp_http",
            Transport::OtlpGrpc => "otlp_grpc",
            Transport::Zipkin => "zipkin",
        }
    }
}
