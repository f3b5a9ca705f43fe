use super::*;
use crate::header_map::serialise;
use crate::ids::TraceId;
use crate::request_head::RequestHead;
use crate::rules::{KnownListener, Request};
use crate::shared_data::tests::Store;
use crate::span::SpanKind;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn sampler() -> RemoteSampler {
    let settings = RemoteSettings {
        cluster: "jaeger".into(),
        authority: "jaeger".into(),
        path: "/sampling".into(),
        interval: 1,
    };
    let routes = Routes::new(vec!["/orders/{id}".into()], false);
    RemoteSampler::new(settings, Sampler::AlwaysOn, Rc::new(routes))
}

/// Decides for a trace in the middle of the range, a thousand times in one moment.
fn kept(sampler: &RemoteSampler, method: &str, path: &str) -> usize {
    let store = Store::default();
    let pairs = [(":method", method), (":path", path)];
    let head = RequestHead::new(serialise(pairs.map(|(n, v)| (n.as_bytes(), v.as_bytes()))));
    let decide = || {
        let id = TraceId::from_bytes([0x80; 16]).unwrap();
        let mut request = SamplingRequest {
            randomness: id.randomness(),
            parent: None,
            request: Some(Request {
                head: &head,
                listener: &KnownListener { kind: SpanKind::Server, port: None },
            }),
            now: &|| 1,
            shared: &store,
            conflicts: 0,
        };
        sampler.decide(&mut request).sampled
    };
    (0..1_000).filter(|_| decide()).count()
}

#[test]
fn each_kind_of_strategy_is_followed() {
    let operations = r#"{"strategyType":"PROBABILISTIC","operationSampling":{
        "defaultSamplingProbability":0.1,"defaultLowerBoundTracesPerSecond":2,
        "perOperationStrategies":[
            {"operation":"GET /cart","probabilisticSampling":{"samplingRate":1}},
            {"operation":"POST","probabilisticSampling":{"samplingRate":0.9}},
            {"operation":"GET /orders/{id}","probabilisticSampling":{"samplingRate":0.8}},
            {"operation":"/off","probabilisticSampling":{}}]}}"#;
    let cases = [
        (r#"{"probabilisticSampling":{"samplingRate":0.6}}"#, "/", 1_000, "above the middle"),
        (r#"{"probabilisticSampling":{"samplingRate":0.4}}"#, "/", 0, "below the middle"),
        (r#"{"probabilisticSampling":{}}"#, "/", 0, "a missing number is 0"),
        (r#"{"strategyType":1,"rateLimitingSampling":{"maxTracesPerSecond":42}}"#, "/", 42, "rate"),
        (r#"{"rateLimitingSampling":{"maxTracesPerSecond":0}}"#, "/", 0, "a rate of nothing"),
        (operations, "/cart", 1_000, "by method and path"),
        (operations, "/orders/7", 1_000, "by method and route"),
        (operations, "/else", 2, "the lower bound of all others"),
        (operations, "/off", 2, "an operation has a lower bound too"),
    ];
    for (body, path, expected, why) in cases {
        let sampler = sampler();
        assert_eq!(sampler.update(body.as_bytes()), Ok(()), "{why}");
        assert_eq!(kept(&sampler, "GET", path), expected, "{why}");
    }
    let sampler = sampler();
    sampler.update(operations.as_bytes()).unwrap();
    assert_eq!(kept(&sampler, "POST", "/else"), 1_000, "by the span's name");
}

#[test]
fn a_bad_answer_changes_nothing() {
    let sampler = sampler();
    assert_eq!(kept(&sampler, "GET", "/"), 1_000, "the initial sampler");
    sampler.update(br#"{"probabilisticSampling":{"samplingRate":0}}"#).unwrap();
    let cases: [(&[u8], &str); 8] = [
        (b"", "no JSON"),
        (b"\xff{}", "no text"),
        (b"{}", "no strategy"),
        (b"[]", "no object"),
        (br#"{"probabilisticSampling":{"samplingRate":1.5}}"#, "no share"),
        (br#"{"probabilisticSampling":{"samplingRate":"1"}}"#, "no number"),
        (br#"{"rateLimitingSampling":{"maxTracesPerSecond":-1}}"#, "no rate"),
        (br#"{"operationSampling":{"perOperationStrategies":[{}]}}"#, "no operation"),
    ];
    for (body, why) in cases {
        assert!(sampler.update(body).is_err(), "{why}");
        assert_eq!(kept(&sampler, "GET", "/"), 0, "{why}: the last good answer stays");
    }
}

#[test]
fn the_service_is_escaped_in_the_query() {
    assert_eq!(sampler().request_path("a b&c/é"), "/sampling?service=a%20b%26c%2F%C3%A9");
}
