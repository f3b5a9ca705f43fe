use super::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const OPTION: &str = "exporter.otlp_http.cluster";

fn destination(headers: &[(&str, &str)]) -> Destination {
    let (name, authority) = ("outbound|4318||otel.svc".into(), "otel.svc".into());
    Destination {
        clusters: vec![Cluster { name, authority, option: OPTION }],
        headers: headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
        timeout: 2_500_000_000,
        protocol: Protocol::Grpc,
    }
}

#[test]
fn an_http_request_says_what_its_body_is() {
    let destination = destination(&[("authorization", "Bearer x")]);
    let cluster = &destination.clusters[0];
    let headers = |encoding, is_gzip| destination.http_headers(cluster, "/in", encoding, is_gzip);
    let protobuf = headers(Encoding::OtlpProtobuf, false);
    let expected = [
        (":method", "POST"),
        (":path", "/in"),
        (":authority", "otel.svc"),
        ("content-type", "application/x-protobuf"),
        ("authorization", "Bearer x"),
        USER_AGENT,
    ];
    assert_eq!(protobuf, expected);
    let json = headers(Encoding::ZipkinJson, true);
    assert!(json.contains(&("content-type", "application/json")));
    assert!(json.contains(&("content-encoding", "gzip")));
}

#[test]
fn a_configured_user_agent_takes_the_place_of_ours() {
    let destination = destination(&[("user-agent", "mine")]);
    let headers =
        destination.http_headers(&destination.clusters[0], "/", Encoding::OtlpJson, false);
    let agents: Vec<_> = headers.iter().filter(|(name, _)| *name == "user-agent").collect();
    assert_eq!(agents, [&("user-agent", "mine")]);
}

#[test]
fn a_grpc_call_is_described_as_envoy_declares_it() {
    let destination = destination(&[("x-quota", "50%")]);
    // envoy.config.core.v3.GrpcService { envoy_grpc = 1 { cluster_name = 1, authority = 2 } }
    let expected = b"\x0a\x23\x0a\x17outbound|4318||otel.svc\x12\x08otel.svc";
    assert_eq!(destination.clusters[0].grpc_service(), expected);
    let expected = [("grpc-timeout", "2500m"), ("x-quota", "50%"), USER_AGENT];
    assert_eq!(destination.grpc_metadata(&destination.grpc_timeout()), expected);
}

#[test]
fn the_log_names_option_and_cluster() {
    let label = destination(&[]).clusters[0].label();
    assert_eq!(label, "exporter.otlp_http.cluster \"outbound|4318||otel.svc\"");
}

#[test]
fn what_a_backend_repeats_of_a_secret_is_not_shown() {
    let destination = destination(&[("authorization", "Bearer s3cret"), ("x-empty", "")]);
    let cases = [
        ("no such token: s3cret", "no such token: REDACTED", "the token alone"),
        ("got \"Bearer s3cret\"", "got \"REDACTED\"", "the whole value"),
        ("the Bearer is unknown", "the Bearer is unknown", "what is no secret"),
    ];
    for (text, expected, why) in cases {
        assert_eq!(destination.conceal(text.to_owned()), expected, "{why}");
    }
}
