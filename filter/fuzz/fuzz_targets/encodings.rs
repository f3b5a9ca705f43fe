//! Encodings of batches and the reading of answers: whatever the bytes are, JSON is JSON, and
//! nothing panics.

#![no_main]

use libfuzzer_sys::fuzz_target;
use spanmesh_export::encoding::{otlp_json, partial_success, retry_delay, zipkin_json};

fuzz_target!(|bytes: &[u8]| {
    for encode in [otlp_json, zipkin_json] {
        let mut out = Vec::new();
        encode(bytes, &mut out);
        // Text that is no UTF-8 stays so; a batch has none.
        if let Ok(json) = str::from_utf8(&out) {
            let read = serde_json::from_str::<serde_json::Value>(json);
            assert!(read.is_ok(), "{read:?}: {json}");
        }
    }
    for content_type in [None, Some(&b"application/json"[..])] {
        let (_, message) = partial_success(content_type, bytes);
        assert!(message.chars().count() <= 256);
    }
    retry_delay(bytes);
});
