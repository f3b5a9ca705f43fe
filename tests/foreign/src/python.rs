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

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{LazyLock, Mutex};

use serde_json::{Value, json};
use spanmesh_harness::paths;

use crate::{Context, Decision, Format, Headers, Library};

/// Started by the first question; it ends when its input does, which is when this process ends.
static SERVER: LazyLock<Mutex<Server>> = LazyLock::new(|| Mutex::new(Server::start()));

struct Server {
    _process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Server {
    fn start() -> Server {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/propagators.py");
        let mut command = Command::new(paths::propagators_python());
        // Without -I, the environment could bring in other packages.
        command.args(["-I", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("the interpreter of SPANMESH_PROPAGATORS runs");
        let questions = process.stdin.take().expect("it is piped");
        let answers = BufReader::new(process.stdout.take().expect("it is piped"));
        Server { _process: process, questions, answers }
    }

    fn ask(&mut self, question: &Value) -> Value {
        writeln!(self.questions, "{question}").expect("propagators.py reads questions");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("propagators.py answers in UTF-8");
        let answer = serde_json::from_str(&line);
        answer.unwrap_or_else(|error| panic!("{question} is answered by {line:?}: {error}"))
    }
}

/// The answer to a question. Panics with the traceback when Python raised an exception.
pub(crate) fn ask(question: &Value) -> Value {
    // A poisoned lock is no reason to fail the other tests: the answer had been read.
    let mut server = SERVER.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let answer = server.ask(question);
    drop(server);
    if let Some(traceback) = answer.get("raised") {
        panic!("{question} raised {}", traceback.as_str().unwrap_or_default());
    }
    answer
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
