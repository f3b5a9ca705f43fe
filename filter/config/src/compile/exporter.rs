//! Compiles the exporter.

use spanmesh_export::destination::{Cluster, Destination, Encoding, GzipSettings, Protocol};
use spanmesh_json::Value;

use super::{Section, text};
use crate::options::exporter::{OTLP_GRPC, OTLP_HTTP, ZIPKIN};

/// The destination of the one exporter that is configured.
pub(super) fn compile(exporter: &Value) -> Destination {
    let section = |name, options| exporter.get(name).map(|value| Section::new(value, options));
    if let Some(options) = section("otlp_grpc", &OTLP_GRPC) {
        let paths = ["exporter.otlp_grpc.cluster", "exporter.otlp_grpc.failover_cluster"];
        return destination(&options, paths, Protocol::Grpc);
    }
    if let Some(options) = section("zipkin", &ZIPKIN) {
        let paths = ["exporter.zipkin.cluster", "exporter.zipkin.failover_cluster"];
        return destination(&options, paths, http(&options, Encoding::ZipkinJson));
    }
    let otlp_http = exporter.get("otlp_http").unwrap_or(&Value::Null);
    let options = Section::new(otlp_http, &OTLP_HTTP);
    let encoding = match options.text("encoding").as_str() {
        "json" => Encoding::OtlpJson,
        _ => Encoding::OtlpProtobuf,
    };
    let paths = ["exporter.otlp_http.cluster", "exporter.otlp_http.failover_cluster"];
    destination(&options, paths, http(&options, encoding))
}

/// `paths` are those of the options that name clusters.
fn destination(options: &Section<'_>, paths: [&'static str; 2], protocol: Protocol) -> Destination {
    let names = [Some(options.text("cluster")), options.optional_text("failover_cluster")];
    let cluster = |(name, option): (Option<String>, &'static str)| {
        let name = name?;
        Some(Cluster { authority: authority(options, &name), name, option })
    };
    let headers = match options.value("headers") {
        Value::Object(entries) => {
            entries.into_iter().map(|(name, value)| (name, text(&value))).collect()
        }
        _ => Vec::new(),
    };
    Destination {
        clusters: names.into_iter().zip(paths).filter_map(cluster).collect(),
        headers,
        timeout: options.nanoseconds("timeout"),
        protocol,
    }
}

fn http(options: &Section<'_>, encoding: Encoding) -> Protocol {
    let gzip = (options.text("compression") == "gzip").then(|| GzipSettings {
        level: options.size("compression_level") as u8,
        threshold: options.size("compression_threshold"),
    });
    Protocol::Http { path: options.text("path"), encoding, gzip }
}

/// The authority as configured, else the host of an Istio cluster name
/// (`direction|port|subset|host`), else the name itself.
pub(super) fn authority(options: &Section<'_>, cluster: &str) -> String {
    let host = || cluster.rsplit('|').next().filter(|host| !host.is_empty()).unwrap_or(cluster);
    options.optional_text("authority").unwrap_or_else(|| host().to_owned())
}
