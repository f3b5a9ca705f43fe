//! Answers of a Jaeger strategies endpoint: any bytes are followed or refused with a reason. What
//! is followed keeps traces by their randomness, and what is refused changes nothing.

#![no_main]

use std::rc::Rc;

use libfuzzer_sys::fuzz_target;
use spanmesh_core::header_map::serialise;
use spanmesh_core::request_head::RequestHead;
use spanmesh_core::rules::{KnownListener, Request};
use spanmesh_core::sampling::{
    RemoteSampler, RemoteSettings, Sampler, SamplingRequest, Strategies,
};
use spanmesh_core::span::SpanKind;
use spanmesh_core_fuzz::NoSharedData;

const HALF: &[u8] = br#"{"probabilisticSampling":{"samplingRate":0.5}}"#;
/// From the traces that are dropped first to those that are dropped last.
const RANDOMNESS: [u64; 5] = [0, (1 << 55) - 1, 1 << 55, (1 << 56) - (1 << 46), (1 << 56) - 1];

fuzz_target!(|body: &[u8]| {
    let settings = RemoteSettings {
        cluster: "jaeger".to_owned(),
        authority: "jaeger".to_owned(),
        path: "/sampling".to_owned(),
        interval: 1,
    };
    let remote = Rc::new(RemoteSampler::new(settings, Sampler::AlwaysOff, Rc::default()));
    let sampler = Sampler::JaegerRemote(Rc::clone(&remote));
    assert_eq!(decisions(&sampler), [false; 5], "the initial sampler");
    remote.update(HALF).expect("good strategies");
    let half = decisions(&sampler);
    assert_eq!(half, [false, false, true, true, true]);

    let parsed = Strategies::parse(body);
    let updated = remote.update(body);
    assert_eq!(updated.as_ref().err(), parsed.as_ref().err());
    let decided = decisions(&sampler);
    match updated {
        Ok(()) => assert!(decided.is_sorted(), "more randomness, no less sampled: {decided:?}"),
        Err(reason) => {
            assert!(!reason.is_empty());
            assert_eq!(decided, half, "the last good answer stays in force");
        }
    }
    if let Ok(strategies) = parsed {
        assert!(Strategies::parse(body).is_ok_and(|again| again.same_as(&strategies)));
    }
});

/// Whether traces of each [`RANDOMNESS`] are kept.
fn decisions(sampler: &Sampler) -> [bool; 5] {
    let pairs = [(":method", "GET"), (":path", "/cart?a=b")];
    let head = RequestHead::new(serialise(pairs.map(|(n, v)| (n.as_bytes(), v.as_bytes()))));
    RANDOMNESS.map(|randomness| {
        let mut request = SamplingRequest {
            randomness,
            parent: None,
            request: Some(Request {
                head: &head,
                listener: &KnownListener { kind: SpanKind::Server, port: None },
            }),
            now: &|| 1,
            shared: &NoSharedData,
            conflicts: 0,
        };
        sampler.decide(&mut request).sampled
    })
}
