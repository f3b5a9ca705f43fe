//! What a backend says of a request that it accepted: how many spans it rejected (OTLP 1.11,
//! "Partial Success").
//!
//! ```text
//! protobuf: ExportTraceServiceResponse { partial_success 1 { rejected_spans 1, error_message 2 } }
//! JSON:     {"partialSuccess": {"rejectedSpans": "3", "errorMessage": "too old"}}
//! ```

use spanmesh_core::otlp::wire::limited;
use spanmesh_json::Value;

use super::reader::Field;

/// Most characters of a message.
const MAX_MESSAGE: usize = 256;

/// Spans that were rejected, and the backend's words. JSON and text are known by `content_type`,
/// anything else is protobuf. What cannot be read is not an error: the status says that the spans
/// arrived.
#[inline(never)]
pub fn partial_success(content_type: Option<&[u8]>, body: &[u8]) -> (u64, String) {
    let content_type = content_type.unwrap_or_default();
    let is = |wanted: &[u8]| {
        content_type.get(..wanted.len()).is_some_and(|start| start.eq_ignore_ascii_case(wanted))
    };
    if is(b"application/json") {
        return of_json(body).unwrap_or_default();
    }
    if is(b"text/") {
        return Default::default();
    }
    let partial = Field::of(body, 1).bytes;
    let rejected = Field::of(partial, 1).integer as i64;
    (rejected.try_into().unwrap_or(0), limited(Field::of(partial, 2).bytes, MAX_MESSAGE).into())
}

fn of_json(body: &[u8]) -> Option<(u64, String)> {
    let answer = spanmesh_json::parse(body).ok()?;
    let partial = answer.get("partialSuccess")?;
    // 64-bit integers are strings, but receivers must take numbers too.
    let rejected = partial.get("rejectedSpans");
    let rejected = rejected.and_then(|value| match value.as_str() {
        Some(digits) => digits.parse().ok(),
        None => value.as_u64(),
    });
    let message = partial.get("errorMessage").and_then(Value::as_str).unwrap_or_default();
    Some((rejected.unwrap_or(0), limited(message.as_bytes(), MAX_MESSAGE).into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message as _;
    use spanmesh_core::otlp::messages::{ExportTracePartialSuccess, ExportTraceServiceResponse};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const JSON: Option<&[u8]> = Some(b"application/json");

    #[test]
    fn protobuf_tells_what_was_rejected() {
        let partial = |rejected_spans, error_message: &str| {
            let error_message = error_message.to_owned();
            let partial_success = Some(ExportTracePartialSuccess { rejected_spans, error_message });
            ExportTraceServiceResponse { partial_success }.encode_to_vec()
        };
        let (long, cut) = ("ä".repeat(300), "ä".repeat(256));
        let cases: [(Vec<u8>, u64, &str, &str); 8] = [
            (vec![], 0, "", "an empty body is a full success"),
            (vec![0x0a, 0x00], 0, "", "set but empty partial success"),
            (partial(3, "too old"), 3, "too old", "some were rejected"),
            (partial(i64::MAX, ""), i64::MAX as u64, "", "the most"),
            (partial(0, "deprecated"), 0, "deprecated", "only a warning"),
            (partial(-5, ""), 0, "", "a negative count is none"),
            (partial(1, &long), 1, &cut, "a long message is cut"),
            (vec![0xff; 20], 0, "", "garbage: the status counts"),
        ];
        for (body, rejected, message, why) in cases {
            for content_type in [None, Some(&b"application/x-protobuf"[..]), Some(b"")] {
                let expected = (rejected, message.to_owned());
                assert_eq!(partial_success(content_type, &body), expected, "{why}");
            }
            assert_eq!(partial_success(JSON, &body), (0, String::new()), "{why}, not as JSON");
        }
    }

    #[test]
    fn json_tells_what_was_rejected() {
        let cases = [
            (r#"{}"#, 0, "", "a full success"),
            (r#"{"partialSuccess":null}"#, 0, "", "the same"),
            (r#"{"partialSuccess":{}}"#, 0, "", "set but empty partial success"),
            (r#"{"partialSuccess":{"rejectedSpans":"3"}}"#, 3, "", "a string"),
            (
                r#"{"x":[],"partialSuccess":{"rejectedSpans":3,"errorMessage":"a \"b\"","y":0}}"#,
                3,
                "a \"b\"",
                "a number, and keys that are not known",
            ),
            (r#"{"partialSuccess":{"rejectedSpans":"-3"}}"#, 0, "", "a negative count is none"),
            (r#"{"partialSuccess":{"rejectedSpans":-3}}"#, 0, "", "a negative count is none"),
            (r#"{"partialSuccess":{"rejectedSpans":[3]}}"#, 0, "", "no number"),
            (r#"{"partialSuccess":{"errorMessage":"slow"}}"#, 0, "slow", "only a warning"),
            (r#"{"partialSuccess":"3"}"#, 0, "", "no object"),
            (r#"{"partialSuccess":{"rejectedSpans":"3"}"#, 0, "", "cut off"),
            ("", 0, "", "an empty body"),
            ("[3]", 0, "", "garbage"),
        ];
        for (body, rejected, message, why) in cases {
            for content_type in ["application/json", "Application/JSON; charset=utf-8"] {
                let answer = partial_success(Some(content_type.as_bytes()), body.as_bytes());
                assert_eq!(answer, (rejected, message.to_owned()), "{why}");
            }
        }
    }

    #[test]
    fn text_says_nothing() {
        // Read as protobuf, this would be one rejected span.
        let body = b"\x0a\x02\x08\x01";
        assert_eq!(partial_success(None, body), (1, String::new()));
        assert_eq!(partial_success(Some(b"text/plain"), body), (0, String::new()));
    }
}
