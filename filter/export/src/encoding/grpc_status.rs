//! When a gRPC server wants to be asked again: `google.rpc.RetryInfo` in the trailer
//! `grpc-status-details-bin`.
//!
//! ```text
//! base64(google.rpc.Status { details 3: repeated Any { type_url 1, value 2 } })
//! value = google.rpc.RetryInfo { retry_delay 1: Duration { seconds 1, nanos 2 } }
//! ```
//!
//! Sources: OTLP 1.11 "OTLP/gRPC Throttling"; `google/rpc/{status,error_details}.proto`; "gRPC over
//! HTTP2" for binary metadata, whose padding is optional.

use super::base64;
use super::reader::{Field, Fields};

const RETRY_INFO: &[u8] = b"google.rpc.RetryInfo";
const NANOS: u64 = 1_000_000_000;

/// Nanoseconds that the server asks to wait, from the value of `grpc-status-details-bin`. `None`
/// without `RetryInfo`: with `RESOURCE_EXHAUSTED` that means never. A negative delay is none, more
/// than fits is the most.
#[inline(never)]
pub fn retry_delay(details_bin: &[u8]) -> Option<u64> {
    let status = base64::decode(details_bin)?;
    let is_retry_info = |any: &Field<'_>| Field::of(any.bytes, 1).bytes.ends_with(RETRY_INFO);
    let any = Fields::only(&status, 3).find(is_retry_info)?;
    let delay = Field::of(Field::of(any.bytes, 2).bytes, 1).bytes;
    // Both are signed; less than nothing is nothing.
    let [seconds, nanos] =
        [1, 2].map(|number| (Field::of(delay, number).integer as i64).try_into().unwrap_or(0));
    Some(NANOS.saturating_mul(seconds).saturating_add(NANOS.min(nanos)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use spanmesh_core::otlp::wire::{put_bytes, put_integer, put_message};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const TYPE: &str = "type.googleapis.com/google.rpc.RetryInfo";

    fn details(any: &[(&str, Option<(i64, i64)>)]) -> String {
        let mut status = Vec::new();
        put_integer(&mut status, 1, 14);
        put_bytes(&mut status, 2, b"overloaded");
        for (type_url, delay) in any {
            put_message(&mut status, 3, |out| {
                put_bytes(out, 1, type_url.as_bytes());
                put_message(out, 2, |out| {
                    if let Some((seconds, nanos)) = *delay {
                        put_message(out, 1, |out| {
                            put_integer(out, 1, seconds as u64);
                            put_integer(out, 2, nanos as u64);
                        });
                    }
                });
            });
        }
        let mut text = Vec::new();
        base64::encode(&mut text, &status);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn the_delay_that_the_server_asks_for() {
        let delay = |seconds, nanos| details(&[(TYPE, Some((seconds, nanos)))]);
        let other = ("type.googleapis.com/google.rpc.DebugInfo", Some((1, 0)));
        let cases = [
            (delay(5, 0), Some(5 * NANOS), "whole seconds"),
            (delay(1, 500_000_000), Some(1_500_000_000), "and a part of one"),
            (delay(0, 0), Some(0), "at once"),
            (delay(-3, -1), Some(0), "a negative delay"),
            (delay(2, -1), Some(2 * NANOS), "a negative part"),
            (delay(1, i64::MAX), Some(2 * NANOS), "a part of more than a second"),
            (delay(i64::MAX, 1), Some(u64::MAX), "more than fits"),
            (details(&[(TYPE, None)]), Some(0), "RetryInfo without a delay"),
            (details(&[other, (TYPE, Some((5, 0)))]), Some(5 * NANOS), "behind another detail"),
            (details(&[("google.rpc.RetryInfo", Some((5, 0)))]), Some(5 * NANOS), "no authority"),
            (details(&[other]), None, "another detail alone"),
            (details(&[]), None, "no details"),
            ("".into(), None, "empty"),
            ("not base64!".into(), None, "another alphabet"),
            ("AAAA".into(), None, "no message"),
        ];
        for (text, expected, why) in cases {
            assert_eq!(retry_delay(text.as_bytes()), expected, "{why}");
            let unpadded = text.trim_end_matches('=');
            assert_eq!(retry_delay(unpadded.as_bytes()), expected, "{why}, not padded");
        }
    }

    #[test]
    fn what_grpc_servers_send() {
        // Code 8, "quota", RetryInfo of 30 s, as grpc-go encodes it.
        let text =
            "CAgSBXF1b3RhGjAKKHR5cGUuZ29vZ2xlYXBpcy5jb20vZ29vZ2xlLnJwYy5SZXRyeUluZm8SBAoCCB4";
        assert_eq!(retry_delay(text.as_bytes()), Some(30 * NANOS));
    }
}
