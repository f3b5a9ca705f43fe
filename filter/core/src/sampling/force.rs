//! Traces that a caller asks for: by a header, or by the mark in Envoy's `x-request-id`.

/// Which wishes are heard; by default none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Force {
    /// A header whose value `1` or `true` forces the trace.
    pub header: Option<String>,
    /// Whether the trace mark of `x-request-id` does.
    pub request_id: bool,
}

/// Where Envoy puts the mark: the first digit of the third group of the UUID.
const MARK_AT: usize = 14;
const UUID_LENGTH: usize = 36;

impl Force {
    /// Whether any wish is heard.
    pub fn is_configured(&self) -> bool {
        self.header.is_some() || self.request_id
    }

    /// Whether the request asks for a trace; `header` looks up a header field.
    pub fn is_wanted(&self, header: impl Fn(&str) -> Option<Vec<u8>>) -> bool {
        let by_header = || header(self.header.as_deref()?).filter(|value| is_yes(value));
        let by_request_id = || header("x-request-id").filter(|_| self.request_id);
        by_header().is_some() || by_request_id().is_some_and(|id| is_marked(&id))
    }
}

fn is_yes(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    value == b"1" || value.eq_ignore_ascii_case(b"true")
}

/// `9`: sampled at random; `a`: forced by a service; `b`: forced by the client
/// (Envoy, `source/extensions/request_id/uuid`).
fn is_marked(id: &[u8]) -> bool {
    id.len() == UUID_LENGTH && matches!(id.get(MARK_AT), Some(b'9' | b'a' | b'b'))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn only_configured_wishes_are_heard() {
        let both = Force { header: Some("x-trace-force".into()), request_id: true };
        let header_only = Force { request_id: false, ..both.clone() };
        let nothing = Force::default();
        let id = |mark| format!("8f3c1f0e-5d3a-{mark}e2b-9d5c-0a1b2c3d4e5f");
        let cases = [
            (&both, "x-trace-force", "1".to_owned(), true, "asked"),
            (&both, "x-trace-force", " TRUE ".to_owned(), true, "in words"),
            (&both, "x-trace-force", "0".to_owned(), false, "declined"),
            (&both, "x-trace-force", String::new(), false, "says nothing"),
            (&both, "x-request-id", id('9'), true, "sampled by Envoy"),
            (&both, "x-request-id", id('a'), true, "forced by a service"),
            (&both, "x-request-id", id('b'), true, "forced by the client"),
            (&both, "x-request-id", id('4'), false, "not traced"),
            (&both, "x-request-id", "a".repeat(35), false, "no UUID"),
            (&header_only, "x-request-id", id('a'), false, "the mark is not heard"),
            (&nothing, "x-trace-force", "1".to_owned(), false, "nothing is heard"),
        ];
        for (force, name, value, expected, why) in cases {
            let header = |asked: &str| (asked == name).then(|| value.clone().into_bytes());
            assert_eq!(force.is_wanted(header), expected, "{why}: {value}");
        }
        assert!(both.is_configured() && !nothing.is_configured());
    }
}
