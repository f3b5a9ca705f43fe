//! Ids of a span, in whatever format they are written.

use spanmesh_harness::RecordedRequest;

/// One span's ids.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ids {
    /// In lower-case hex.
    pub trace_id: String,
    /// In lower-case hex.
    pub span_id: String,
}

impl Ids {
    /// What the next hop was told, in `traceparent`.
    #[track_caller]
    pub fn told(request: &RecordedRequest) -> Ids {
        let traceparent = request.header("traceparent").expect("the next hop is told");
        let mut parts = traceparent.split('-').skip(1).map(str::to_owned);
        let mut part = || parts.next().expect("a whole traceparent");
        Ids { trace_id: part(), span_id: part() }
    }

    /// The texts of which each format contains one: the lower half of the trace id and the span id,
    /// in hex and in decimal digits.
    pub fn spellings(&self) -> Vec<String> {
        let decimal = |hex: &str| u64::from_str_radix(hex, 16).expect("hex").to_string();
        let (_, low) = self.trace_id.split_at(16);
        let texts = [low, &self.span_id].map(str::to_owned);
        texts.into_iter().chain([decimal(low), decimal(&self.span_id)]).collect()
    }

    /// The fields among these whose values tell an id.
    pub fn found_in(&self, fields: &[(String, Vec<u8>)]) -> Vec<String> {
        let spellings = self.spellings();
        let tells = |value: &[u8]| {
            let text = String::from_utf8_lossy(value).to_ascii_lowercase();
            spellings.iter().any(|spelling| text.contains(spelling.as_str()))
        };
        let found = fields.iter().filter(|(name, value)| tells(name.as_bytes()) || tells(value));
        found.map(|(name, value)| format!("{name}: {}", value.escape_ascii())).collect()
    }
}

#[test]
fn every_spelling_is_found() {
    let ids = Ids {
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
        span_id: "00f067aa0ba902b7".into(),
    };
    let rows = [
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000001-01", true, "a trace id"),
        ("A3CE929D0E0E4736", true, "its half, in capitals"),
        ("Root=1-4bf92f35-77b34da6a3ce929d0e0e4736", true, "X-Ray's form"),
        ("11803532876627986230", true, "a half in digits"),
        ("67667974448284343", true, "a span id in digits"),
        ("trace;desc=\"00f067aa0ba902b7\"", true, "a span id"),
        ("4bf92f3577b34da6", false, "the upper half alone is no id"),
        ("200 OK", false, "anything else"),
    ];
    for (value, is_found, why) in rows {
        let fields = [("a".to_owned(), value.as_bytes().to_vec())];
        assert_eq!(!ids.found_in(&fields).is_empty(), is_found, "{why}");
    }
}
