//! Answers of backends: partial success and `RetryInfo` as foreign decoders understand them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use prost_types::{Any, Duration};
use spanmesh_export::encoding::{partial_success, retry_delay};

/// `google.rpc.Status`, by google/rpc/status.proto.
#[derive(Clone, PartialEq, Message)]
struct Status {
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

/// `google.rpc.RetryInfo`, by google/rpc/error_details.proto.
#[derive(Clone, PartialEq, Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<Duration>,
}

fuzz_target!(|bytes: &[u8]| {
    let (rejected, message) = partial_success(None, bytes);
    assert!(message.chars().count() <= 256);
    // A message that stands in several parts is merged by decoders; ours takes one of them.
    if let Ok(answer) = ExportTraceServiceResponse::decode(bytes)
        && answer.encode_to_vec() == bytes
    {
        let theirs = answer.partial_success.unwrap_or_default();
        assert_eq!(rejected, u64::try_from(theirs.rejected_spans).unwrap_or_default());
        assert_eq!(message, theirs.error_message.chars().take(256).collect::<String>());
    }
    // serde takes lists for messages too.
    let is_object = serde_json::from_slice::<serde_json::Value>(bytes)
        .is_ok_and(|answer| answer.get("partialSuccess").is_some_and(|it| it.is_object()));
    if is_object
        && let Ok(answer) = serde_json::from_slice::<ExportTraceServiceResponse>(bytes)
        && let Some(theirs) = answer.partial_success
    {
        let (rejected, message) = partial_success(Some(b"Application/JSON; charset=utf-8"), bytes);
        assert_eq!(rejected, u64::try_from(theirs.rejected_spans).unwrap_or_default());
        assert_eq!(message, theirs.error_message.chars().take(256).collect::<String>());
    }
    assert_eq!(partial_success(Some(b"text/html"), bytes), (0, String::new()));
    if let Ok(status) = Status::decode(bytes)
        && status.encode_to_vec() == bytes
    {
        assert_eq!(retry_delay(base64(bytes).as_bytes()), expected(&status));
        assert_eq!(retry_delay(base64(bytes).trim_end_matches('=').as_bytes()), expected(&status));
    }
    retry_delay(bytes);
});

/// Nanoseconds of the first `RetryInfo`; `None` where it is not in its canonical form.
fn expected(status: &Status) -> Option<u64> {
    let is_it = |any: &&Any| any.type_url.ends_with("google.rpc.RetryInfo");
    let any = status.details.iter().find(is_it)?;
    let info = RetryInfo::decode(any.value.as_slice()).ok();
    let Some(info) = info.filter(|info| info.encode_to_vec() == any.value) else {
        // What a decoder would refuse is no reason not to wait.
        return retry_delay(base64(&status.encode_to_vec()).as_bytes());
    };
    let delay = info.retry_delay.unwrap_or_default();
    let seconds = u64::try_from(delay.seconds).unwrap_or_default();
    let nanos = u64::try_from(delay.nanos).unwrap_or_default().min(1_000_000_000);
    Some(seconds.saturating_mul(1_000_000_000).saturating_add(nanos))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_u32, |group, &byte| group << 8 | u32::from(byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = DIGITS[(group >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    text
}
