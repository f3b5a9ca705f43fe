//! The process that runs the Python packages: one line of JSON for a question, one for its answer.
//!
//! Where they differ from the formats that they implement (`corpus` has a case for each):
//!
//! - OpenTelemetry's know only "sampled" and "not sampled". Without a state, `b3` is sampled,
//!   `x-b3-*` and X-Ray are not; `Sampled=?` makes X-Ray's field invalid, as does a missing
//!   `Parent`;
//! - B3: a `b3` field that is malformed hides valid `x-b3-*` fields; a span id of zero is taken;
//! - Jaeger: sampled contexts are written as debug ones (flags 3), the parent with 16 digits;
//!   `%3A` is not understood, a number longer than an id is taken;
//! - OpenTracing: ids are written without leading zeros, and of a trace id the low half; of
//!   `ot-tracer-sampled` only `true` is understood, not `1`;
//! - Datadog's tracer reads debug as "kept by the user", and writes that as debug; of B3 it takes ids
//!   of any length and no span id, but not `true` and `false`.

use std::sync::{LazyLock, Mutex};

use serde_json::{Value, json};
use spanmesh_harness::paths;

use crate::server::Server;
use crate::{Context, Decision, Format, Headers, Library};

/// Started by the first question; it ends when its input does, which is when this process ends.
static SERVER: LazyLock<Mutex<Server>> =
    LazyLock::new(|| Mutex::new(Server::start("propagators.py", &paths::propagators_python())));

/// The answer to a question. Panics with the traceback when Python raised an exception.
pub(crate) fn ask(question: &Value) -> Value {
    Server::ask(&SERVER, question)
}

pub(crate) fn inject(library: Library, formats: &[Format], context: &Context) -> Headers {
    let question = json!({
        "library": name(library),
        "formats": names(formats),
        "inject": {
            "trace_id": context.trace_id_hex(),
            "span_id": context.span_id_hex(),
            "decision": context.decision.name(),
        },
    });
    pairs(&ask(&question)["headers"])
}

pub(crate) fn extract(
    library: Library,
    formats: &[Format],
    headers: &[(String, String)],
) -> Option<Context> {
    let question = json!({"library": name(library), "formats": names(formats), "extract": headers});
    let context = &ask(&question)["context"];
    let text = |name: &str| context[name].as_str();
    let decision = Decision::ALL.into_iter().find(|known| text("decision") == Some(known.name()));
    Some(Context::new(text("trace_id")?, text("span_id")?, decision.expect("a known decision")))
}

/// Reads `[["name", "value"], …]`.
pub(crate) fn pairs(value: &Value) -> Headers {
    serde_json::from_value(value.clone()).expect("a list of pairs")
}

fn names(formats: &[Format]) -> Vec<&'static str> {
    formats.iter().map(|format| format.name()).collect()
}

fn name(library: Library) -> &'static str {
    match library {
        Library::OpenTelemetryPython => "opentelemetry",
        Library::DdTrace => "ddtrace",
        Library::OpenTelemetryRust => panic!("Python does not run Rust"),
    }
}
