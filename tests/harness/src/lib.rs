//! The end-to-end harness: the real Envoy, a collector, upstreams and clients, all on real
//! sockets of 127.0.0.1, started and stopped by a test.
//!
//! ```no_run
//! # async fn example() {
//! use spanmesh_harness::{Client, Collector, Envoy, EnvoyConfig, Request, Upstream, SECONDS};
//!
//! let collector = Collector::start().await;
//! let application = Upstream::start().await;
//! let config = EnvoyConfig::from_file("envoy-config/sidecar.yaml")
//!     .map_port(8080, application.port())
//!     .map_port(4318, collector.port());
//! let envoy = Envoy::builder(config).start().await;
//!
//! let mut client = Client::connect(envoy.port(15006)).await;
//! assert_eq!(client.send(&Request::get("/cart").host("shop.example")).await.status, 200);
//! let spans = collector.wait_for_spans(1, 5 * SECONDS).await;
//! assert_eq!(spans[0].str_attr("url.path").as_deref(), Some("/cart"));
//! # }
//! ```
//!
//! This is test code: whatever cannot work panics with a message that says what to do.
//! Nothing is skipped. It shares no code with the filter: spans are decoded with the
//! `opentelemetry-proto` crate, so that the filter's own encoder is never its own judge.

pub mod access_log;
pub mod client;
pub mod collector;
pub mod conformance;
pub mod dynamic;
pub mod envoy;
pub mod envoy_config;
pub mod h2_client;
pub mod header_copying_app;
pub mod jaeger;
pub mod load;
pub mod memory;
pub mod nursery;
pub mod otelcol;
pub mod paths;
pub mod port;
pub mod process;
pub mod prometheus;
pub mod random;
pub mod temp_dir;
pub mod tls;
pub mod upstream;
pub mod wait;
pub mod zipkin;

mod record;
mod resettable;
mod server;

pub use access_log::AccessLog;
pub use client::{Client, Request, Response, TlsClient};
pub use collector::{
    Answer, Collector, Export, ExportRequest, Fault, FaultSchedule, GrpcStatus, Ledger, Outcome,
    Phase, Protocol, ReceivedSpan, Refusal, SpanKey, ZipkinSpan,
};
pub use conformance::{Allowance, Documented, Rule};
pub use dynamic::{DynamicEnvoy, ExtensionFile};
pub use envoy::{Envoy, EnvoyBuilder};
pub use envoy_config::{ClientCertificate, Cluster, EnvoyConfig};
pub use h2_client::{GrpcReply, H2Client, grpc_call};
pub use header_copying_app::HeaderCopyingApp;
pub use jaeger::Jaeger;
pub use load::{Load, LoadReport};
pub use otelcol::{OtelCollector, OtelcolConfig};
pub use port::free_port;
pub use process::Process;
pub use prometheus::MetricsPage;
pub use temp_dir::TempDir;
pub use tls::{Authority, Identity};
pub use upstream::{RecordedRequest, Upstream};
pub use wait::SECONDS;
pub use zipkin::Zipkin;
