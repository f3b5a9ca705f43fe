//! Where Jaeger listens: a free port for each of its many listeners.

use std::collections::BTreeMap;

use crate::port::free_port;

/// Health, and metrics.
pub(super) const ADMIN: &str = "admin.http.host-port";
/// Remote sampling: `GET /sampling?service=…`.
pub(super) const SAMPLING: &str = "http-server.host-port";
/// The query API.
pub(super) const QUERY: &str = "query.http-server.host-port";
/// OTLP/HTTP.
pub(super) const OTLP_HTTP: &str = "collector.otlp.http.host-port";
/// OTLP/gRPC.
pub(super) const OTLP_GRPC: &str = "collector.otlp.grpc.host-port";

/// What sampling requests are passed on to, inside the process.
const COLLECTOR_GRPC: &str = "collector.grpc-server.host-port";

/// Every flag that names an address to listen on; what is not set is a fixed port of every
/// interface. (Zipkin's has no such default.)
const FLAGS: [&str; 11] = [
    ADMIN,
    SAMPLING,
    QUERY,
    OTLP_HTTP,
    OTLP_GRPC,
    COLLECTOR_GRPC,
    "collector.http-server.host-port",
    "query.grpc-server.host-port",
    "processor.jaeger-binary.server-host-port",
    "processor.jaeger-compact.server-host-port",
    "processor.zipkin-compact.server-host-port",
];

/// The port of each flag.
#[derive(Debug)]
pub(super) struct Listeners(BTreeMap<&'static str, u16>);

impl Listeners {
    pub(super) fn choose() -> Listeners {
        Listeners(FLAGS.into_iter().map(|flag| (flag, free_port())).collect())
    }

    pub(super) fn port(&self, flag: &str) -> u16 {
        self.0[flag]
    }

    pub(super) fn arguments(&self) -> Vec<String> {
        let address = |flag| format!("127.0.0.1:{}", self.port(flag));
        let mut arguments: Vec<String> =
            FLAGS.iter().map(|flag| format!("--{flag}={}", address(flag))).collect();
        arguments.push(format!("--reporter.grpc.host-port={}", address(COLLECTOR_GRPC)));
        arguments
    }
}
