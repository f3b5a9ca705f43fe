//! OTLP as foreign code decodes it: the Python package `opentelemetry-proto`, which is Google's
//! protobuf, and the crate of the same name, which is prost and serde.
//!
//! `otlp.py` serves the Python side; `SPANMESH_OTLP` names its interpreter.

use std::sync::{LazyLock, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use serde_json::{Map, Value, json};
use spanmesh_harness::paths;

use crate::server::Server;

static SERVER: LazyLock<Mutex<Server>> =
    LazyLock::new(|| Mutex::new(Server::start("otlp.py", &paths::otlp_python())));

/// How an export is encoded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Encoding {
    /// Protobuf.
    Protobuf,
    /// OTLP/JSON.
    Json,
}

/// An export as a decoder understood it.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// Every field that is set, by its name in OTLP/JSON, in the JSON of the decoder's own library.
    pub fields: Value,
    /// The same, encoded by the decoder as protobuf: what it did not know would be missing.
    pub encoded: Vec<u8>,
}

/// What Python makes of a message. Panics when it refuses the message.
pub fn decoded_by_python(encoding: Encoding, message: &[u8]) -> Decoded {
    let encoding = match encoding {
        Encoding::Protobuf => "protobuf",
        Encoding::Json => "json",
    };
    let question = json!({"encoding": encoding, "message": STANDARD.encode(message)});
    let answer = Server::ask(&SERVER, &question);
    let encoded = answer["encoded"].as_str().expect("bytes as base64");
    let encoded = STANDARD.decode(encoded).expect("base64");
    Decoded { fields: without_defaults(&answer["fields"]), encoded }
}

/// What Rust makes of a message. Panics when it refuses the message.
pub fn decoded_by_rust(encoding: Encoding, message: &[u8]) -> Decoded {
    let export: ExportTraceServiceRequest = match encoding {
        Encoding::Protobuf => Message::decode(message).expect("protobuf"),
        Encoding::Json => serde_json::from_slice(message).expect("OTLP/JSON"),
    };
    let fields = serde_json::to_value(&export).expect("it has a form in JSON");
    Decoded { fields: without_defaults(&fields), encoded: export.encode_to_vec() }
}

/// Leaves out what protobuf does not tell from absent, since some libraries write it and some do
/// not. In an `AnyValue` a default is a value. Numbers of 64 bits stay text, doubles become doubles.
fn without_defaults(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(key, value)| !is_default(key, value));
            let kept = kept.map(|(key, value)| {
                let value = match value.as_f64().filter(|_| key == "doubleValue") {
                    Some(double) => json!(double),
                    None => without_defaults(value),
                };
                (key.clone(), value)
            });
            Value::Object(kept.collect::<Map<_, _>>())
        }
        Value::Array(values) => values.iter().map(without_defaults).collect(),
        value => value.clone(),
    }
}

fn is_default(key: &str, value: &Value) -> bool {
    let is_any_value = key.ends_with("Value");
    match value {
        Value::Null => true,
        Value::String(text) => !is_any_value && (text.is_empty() || text == "0"),
        Value::Number(number) => !is_any_value && number.as_f64() == Some(0.0),
        Value::Array(values) => values.is_empty(),
        Value::Bool(_) | Value::Object(_) => false,
    }
}
