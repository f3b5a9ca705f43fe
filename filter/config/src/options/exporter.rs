//! Options of the exporters.

use super::{GIB, HOUR, Kind, Opt, opt, required};

/// Exporters.
pub static EXPORTER: [Opt; 3] = [
    opt("otlp_http", Kind::Object(&OTLP_HTTP), "null", "OTLP over HTTP"),
    opt("otlp_grpc", Kind::Object(&OTLP_GRPC), "null", "OTLP over gRPC"),
    opt("zipkin", Kind::Object(&ZIPKIN), "null", "Zipkin v2, JSON"),
];

/// Options of `otlp_http`.
pub static OTLP_HTTP: [Opt; 10] = [
    CLUSTER,
    FAILOVER_CLUSTER,
    AUTHORITY,
    opt("path", Kind::Path, r#""/v1/traces""#, "value of :path"),
    HEADERS,
    TIMEOUT,
    opt("encoding", Kind::Choice(&["protobuf", "json"]), r#""protobuf""#, "form of the body"),
    COMPRESSION,
    COMPRESSION_LEVEL,
    COMPRESSION_THRESHOLD,
];

/// Options of `otlp_grpc`.
pub static OTLP_GRPC: [Opt; 6] = [
    CLUSTER,
    FAILOVER_CLUSTER,
    AUTHORITY,
    HEADERS,
    TIMEOUT,
    opt(
        "compression",
        Kind::Choice(&["none"]),
        r#""none""#,
        "only none: Envoy's gRPC callouts do not compress",
    ),
];

/// Options of `zipkin`.
pub static ZIPKIN: [Opt; 9] = [
    CLUSTER,
    FAILOVER_CLUSTER,
    AUTHORITY,
    opt("path", Kind::Path, r#""/api/v2/spans""#, "value of :path"),
    HEADERS,
    TIMEOUT,
    COMPRESSION,
    COMPRESSION_LEVEL,
    COMPRESSION_THRESHOLD,
];

const CLUSTER: Opt = required("cluster", Kind::Text, "name of the Envoy cluster of the backend");

const FAILOVER_CLUSTER: Opt = opt(
    "failover_cluster",
    Kind::Text,
    "null",
    "name of the cluster that is used while the first one fails",
);

const AUTHORITY: Opt = opt(
    "authority",
    Kind::Text,
    "null",
    "value of :authority; derived from the cluster name by default (the host of an Istio name such as outbound|4318||collector.ns.svc, else the name)",
);

const HEADERS: Opt =
    opt("headers", Kind::Headers, "{}", "additional header fields, e.g. for authentication");

const TIMEOUT: Opt =
    opt("timeout", Kind::Duration(1, HOUR), r#""10s""#, "time after which an export has failed");

const COMPRESSION: Opt =
    opt("compression", Kind::Choice(&["none", "gzip"]), r#""none""#, "of the body");

const COMPRESSION_LEVEL: Opt = opt(
    "compression_level",
    Kind::Integer(1, 9),
    "4",
    "effort of gzip, from 1 to 9, the smallest; 2 to 4 are the fastest",
);

const COMPRESSION_THRESHOLD: Opt = opt(
    "compression_threshold",
    Kind::Integer(0, GIB),
    "1024",
    "bytes of a body below which it is not compressed",
);
