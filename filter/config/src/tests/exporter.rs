//! Configurations of exporters.

use super::*;
use spanmesh_export::destination::GzipSettings;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn exporter(value: Value) -> Destination {
    parse(&json!({ "exporter": value })).unwrap().exporter
}

#[test]
fn every_option_of_otlp_http_compiles() {
    let destination = exporter(json!({"otlp_http": {
        "cluster": "outbound|4318||otel.observability.svc.cluster.local",
        "failover_cluster": "backup",
        "path": "/otlp/v1/traces",
        "headers": {"authorization": "Bearer ${env:TOKEN}"},
        "timeout": "2s",
        "encoding": "json",
        "compression": "gzip",
        "compression_level": 6,
        "compression_threshold": 0,
    }}));
    let cluster = |name: &str, authority: &str, option| Cluster {
        name: name.into(),
        authority: authority.into(),
        option,
    };
    let istio = "outbound|4318||otel.observability.svc.cluster.local";
    let expected = Destination {
        clusters: vec![
            cluster(istio, "otel.observability.svc.cluster.local", "exporter.otlp_http.cluster"),
            cluster("backup", "backup", "exporter.otlp_http.failover_cluster"),
        ],
        headers: vec![("authorization".into(), "Bearer s3cret".into())],
        timeout: 2 * SECOND,
        protocol: Protocol::Http {
            path: "/otlp/v1/traces".into(),
            encoding: Encoding::OtlpJson,
            gzip: Some(GzipSettings { level: 6, threshold: 0 }),
        },
    };
    assert_eq!(destination, expected);
}

#[test]
fn zipkin_and_grpc_have_defaults_of_their_own() {
    let zipkin = exporter(json!({"zipkin": {"cluster": "z", "compression": "gzip"}}));
    let gzip = Some(GzipSettings { level: 4, threshold: 1024 });
    let path = "/api/v2/spans".into();
    assert_eq!(zipkin.protocol, Protocol::Http { path, encoding: Encoding::ZipkinJson, gzip });
    let grpc = exporter(json!({"otlp_grpc": {"cluster": "g", "authority": "otel"}}));
    assert_eq!(grpc.protocol, Protocol::Grpc);
    assert_eq!((grpc.timeout, grpc.clusters[0].authority.as_str()), (10 * SECOND, "otel"));
    assert_eq!(grpc.clusters[0].option, "exporter.otlp_grpc.cluster");
}

#[test]
fn bad_exporters_are_refused() {
    let http = |options: Value| with("exporter.otlp_http", options);
    let grpc = |options: Value| json!({"exporter": {"otlp_grpc": options}});
    let cases = [
        (
            with("exporter", json!({})),
            "exporter: must have exactly one of otlp_http, otlp_grpc, zipkin, found none",
        ),
        (
            with("exporter.zipkin", json!({"cluster": "z"})),
            "exporter: must have exactly one of otlp_http, otlp_grpc, zipkin, found several",
        ),
        (with("exporter.otlp_thrift", json!({})), "exporter.otlp_thrift: is no known option"),
        (http(json!(null)), "exporter.otlp_http: must be an object, found null"),
        (
            with("exporter.otlp_http.cluster", json!("")),
            r#"exporter.otlp_http.cluster: must be text that is not empty, found """#,
        ),
        (
            with("exporter.otlp_http.cluster", json!(null)),
            "exporter.otlp_http.cluster: is required: name of the Envoy cluster of the backend",
        ),
        (
            with("exporter.otlp_http.failover_cluster", json!("collector")),
            "exporter.otlp_http.failover_cluster: must not be the cluster that it stands in for",
        ),
        (
            with("exporter.otlp_http.path", json!("v1")),
            r#"exporter.otlp_http.path: must be a path that starts with /, found "v1""#,
        ),
        (
            with("exporter.otlp_http.headers", json!({"X-A": "b"})),
            "exporter.otlp_http.headers.X-A: is no lower-case HTTP field name",
        ),
        (
            with("exporter.otlp_http.headers", json!({"a": "s3cret\n"})),
            "exporter.otlp_http.headers.a: must be printable ASCII text",
        ),
        (
            with("exporter.otlp_http.headers", json!("authorization: Bearer s3cret")),
            "exporter.otlp_http.headers: must be an object",
        ),
        (
            with("exporter.otlp_http.headers", json!({"authorization": ["Bearer s3cret"]})),
            "exporter.otlp_http.headers.authorization: must be printable ASCII text",
        ),
        (
            with("exporter.otlp_http.timeout", json!(0)),
            "exporter.otlp_http.timeout: must be a duration from 1ms to 1h: milliseconds, or text with a unit (ms, s, m, h), found 0",
        ),
        (
            with("exporter.otlp_http.encoding", json!("thrift")),
            r#"exporter.otlp_http.encoding: must be one of protobuf, json, found "thrift""#,
        ),
        (
            with("exporter.otlp_http.compression", json!("zstd")),
            r#"exporter.otlp_http.compression: must be one of none, gzip, found "zstd""#,
        ),
        (
            with("exporter.otlp_http.compression_level", json!(0)),
            "exporter.otlp_http.compression_level: must be a whole number from 1 to 9, found 0",
        ),
        (
            grpc(json!({"cluster": "g", "compression": "gzip"})),
            r#"exporter.otlp_grpc.compression: must be one of none, found "gzip""#,
        ),
        (
            grpc(json!({"cluster": "g", "path": "/x"})),
            "exporter.otlp_grpc.path: is no known option",
        ),
        (
            with("batch.max_export_batch_bytes", json!(67_108_865)),
            "batch.max_export_batch_bytes: must be a whole number from 1024 to 67108864, found 67108865",
        ),
        (
            with("batch.max_queue_size", json!(0)),
            "batch.max_queue_size: must be a whole number from 1 to 1000000, found 0",
        ),
        (
            with("batch.drop_when_full", json!("random")),
            r#"batch.drop_when_full: must be one of newest, oldest, found "random""#,
        ),
    ];
    for (json, expected) in cases {
        assert_eq!(parse(&json).unwrap_err(), [expected], "{json}");
    }
}

#[test]
fn a_secret_that_makes_a_bad_header_is_not_shown() {
    let variable = |_: &str| Some("s3cret\r\nx-injected: 1".to_owned());
    let json = with("exporter.otlp_http.headers", json!({"authorization": "Bearer ${env:TOKEN}"}));
    let problems = Config::parse(json.to_string().as_bytes(), &variable).unwrap_err();
    let texts: Vec<String> = problems.iter().map(Problem::to_string).collect();
    assert_eq!(texts, ["exporter.otlp_http.headers.authorization: must be printable ASCII text"]);
}
