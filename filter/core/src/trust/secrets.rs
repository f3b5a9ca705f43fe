//! What an answer must not tell a stranger: ids of the trace, and notices from hop to hop.

use crate::header_map::Pairs;
use crate::propagation::{Field, HeaderEdit, PropagatorSet, SERVER_TIMING};
use crate::trace_state::trim_ows;

/// What the names of spanmesh's own fields begin with.
const OWN_PREFIX: &[u8] = b"x-spanmesh-";

/// Finds the fields that stay inside.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    noticed: PropagatorSet,
    names: Vec<String>,
}

impl Secrets {
    /// Fields of these propagators and of these names, beside W3C's and spanmesh's own.
    pub fn new(noticed: PropagatorSet, names: Vec<String>) -> Self {
        Self { noticed, names }
    }

    /// Takes them out of a serialised list of headers or trailers.
    pub fn strip(&self, pairs: &[u8], edit: &mut dyn FnMut(HeaderEdit<'_>)) {
        for (name, _) in Pairs::new(pairs).filter(|(name, _)| self.contains(name)) {
            if let Ok(name) = str::from_utf8(name) {
                edit(HeaderEdit::Remove(name));
            }
        }
        let timings = || {
            Pairs::new(pairs)
                .filter(|(name, _)| *name == SERVER_TIMING.as_bytes())
                .flat_map(|(_, value)| value.split(|&b| b == b','))
        };
        if timings().any(is_trace) {
            let kept: Vec<&[u8]> = timings().filter(|metric| !is_trace(metric)).collect();
            let kept = kept.join(&b',');
            edit(match kept.is_empty() {
                true => HeaderEdit::Remove(SERVER_TIMING),
                false => HeaderEdit::Replace(SERVER_TIMING, &kept),
            });
        }
    }

    fn contains(&self, name: &[u8]) -> bool {
        matches!(name, b"traceparent" | b"tracestate" | b"traceresponse")
            || name.starts_with(OWN_PREFIX)
            || Field::of(name, self.noticed).is_some()
            || self.names.iter().any(|secret| secret.as_bytes() == name)
    }
}

/// Whether a metric of `server-timing` is named `trace`, or as agents for browsers expect it:
/// `traceparent` (Splunk's and Grafana Faro's).
fn is_trace(metric: &[u8]) -> bool {
    let name = metric.split(|&b| b == b';').next().map(trim_ows);
    matches!(name, Some(b"trace" | b"traceparent"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header_map::serialise;
    use crate::propagation::Propagator;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn edits(pairs: &[(&str, &str)]) -> Vec<String> {
        let secrets = Secrets::new(
            [Propagator::B3, Propagator::Jaeger, Propagator::Baggage].into_iter().collect(),
            vec!["x-trace-id".into()],
        );
        let mut edits = vec![];
        let pairs = pairs.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes()));
        secrets.strip(&serialise(pairs), &mut |edit| {
            edits.push(match edit {
                HeaderEdit::Remove(name) => format!("-{name}"),
                HeaderEdit::Replace(name, value) => format!("{name}={}", value.escape_ascii()),
                HeaderEdit::Add(..) => panic!("nothing is added"),
            });
        });
        edits
    }

    #[test]
    fn only_internal_fields_are_taken_out() {
        let cases: [(&str, &str, &[&str], &str); 14] = [
            ("content-type", "text/html", &[], "an ordinary field"),
            ("traceparent", "00-", &["-traceparent"], "an echo"),
            ("traceresponse", "00-", &["-traceresponse"], "of a hop behind"),
            ("x-trace-id", "1", &["-x-trace-id"], "configured"),
            ("x-spanmesh-kept", "1", &["-x-spanmesh-kept"], "from hop to hop"),
            ("b3", "1", &["-b3"], "a noticed format"),
            ("uberctx-user", "1", &["-uberctx-user"], "one of a family"),
            ("baggage", "a=1", &["-baggage"], "baggage"),
            ("x-amzn-trace-id", "Root=1", &[], "a format that is not configured"),
            ("server-timing", "db;dur=5", &[], "other timings"),
            ("server-timing", "trace;desc=00-", &["-server-timing"], "ours alone"),
            ("server-timing", "traceparent;desc=\"00-\"", &["-server-timing"], "of agents"),
            (
                "server-timing",
                "a;dur=1, trace;desc=\"00-\",b",
                &["server-timing=a;dur=1,b"],
                "mixed",
            ),
            ("server-timing", "traces;dur=1", &[], "another name"),
        ];
        for (name, value, expected, why) in cases {
            assert_eq!(edits(&[(":status", "200"), (name, value)]), expected, "{why}: {name}");
        }
        let split =
            [("server-timing", "a"), ("server-timing", "trace;desc=x"), ("server-timing", "b")];
        assert_eq!(edits(&split), ["server-timing=a,b"], "fields are joined");
    }
}
