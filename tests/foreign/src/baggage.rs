//! Baggage through foreign code.
//!
//! Where it differs from W3C Baggage (the tests have a case for each):
//!
//! - OpenTelemetry for Rust escapes no `%`, so a value with one may come back as another; it reads
//!   a value up to its first `=` and drops a field of more than 8192 bytes as a whole; members come
//!   out in any order;
//! - OpenTelemetry for Python writes a space as `+` and reads `+` as a space.

use opentelemetry::baggage::BaggageExt;
use opentelemetry::{Context as Surroundings, KeyValue};
use opentelemetry_sdk::propagation::BaggagePropagator;
use serde_json::json;

use crate::{Headers, opentelemetry_rust, python};

/// A foreign implementation of a format of baggage.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Baggage {
    /// W3C `baggage`, OpenTelemetry for Rust.
    W3cRust,
    /// W3C `baggage`, OpenTelemetry for Python.
    W3cPython,
    /// `uberctx-*`, OpenTelemetry for Python. It is read only beside `uber-trace-id`, and values are
    /// escaped as in URLs.
    Jaeger,
    /// `ot-baggage-*`, OpenTelemetry for Python. It is read only beside a valid context, and values
    /// are not escaped.
    OtTrace,
}

impl Baggage {
    /// All of them.
    pub const ALL: [Baggage; 4] =
        [Baggage::W3cRust, Baggage::W3cPython, Baggage::Jaeger, Baggage::OtTrace];

    /// The fields that carry these members; those of Jaeger and OpenTracing go with a trace context.
    pub fn inject(self, members: &[(&str, &str)]) -> Headers {
        let Some(format) = self.python() else {
            let pair =
                |(key, value): &(&str, &str)| KeyValue::new(key.to_string(), value.to_string());
            let surroundings = Surroundings::new().with_baggage(members.iter().map(pair));
            return opentelemetry_rust::inject_from(&BaggagePropagator::new(), &surroundings);
        };
        let question =
            json!({"library": "opentelemetry", "formats": [format], "inject_baggage": members});
        python::pairs(&python::ask(&question)["headers"])
    }

    /// The members in these fields, sorted by key.
    pub fn extract(self, headers: &[(String, String)]) -> Headers {
        let mut members = match self.python() {
            None => {
                let found = opentelemetry_rust::extract_into(&BaggagePropagator::new(), headers);
                let pair = |(key, (value, _)): (&opentelemetry::Key, &(_, _))| {
                    (key.to_string(), opentelemetry::StringValue::to_string(value))
                };
                found.baggage().iter().map(pair).collect()
            }
            Some(format) => {
                let question = json!({
                    "library": "opentelemetry", "formats": [format], "extract_baggage": headers,
                });
                python::pairs(&python::ask(&question)["baggage"])
            }
        };
        members.sort();
        members
    }

    fn python(self) -> Option<&'static str> {
        match self {
            Baggage::W3cRust => None,
            Baggage::W3cPython => Some("baggage"),
            Baggage::Jaeger => Some("jaeger"),
            Baggage::OtTrace => Some("ottrace"),
        }
    }
}
