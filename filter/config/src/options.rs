//! The table of options: names, kinds, ranges, defaults and meanings.
//!
//! Names follow OpenTelemetry's declarative configuration where it has one.

pub mod attributes;
pub mod exporter;
pub mod keep;
pub mod matching;
pub mod propagation;
pub mod samplers;
pub mod trust;

pub use attributes::{ATTRIBUTES, LIMITS, REDACT};
pub use exporter::EXPORTER;
pub use matching::MatchKey;
pub use samplers::SAMPLER;

/// What a value may be.
#[derive(Debug)]
pub enum Kind {
    /// Text with at least one character.
    Text,
    /// Text that starts with a slash.
    Path,
    /// One of the given words.
    Choice(&'static [&'static str]),
    /// A whole number within bounds, both included.
    Integer(u64, u64),
    /// A number from 0 to 1.
    Ratio,
    /// Milliseconds, or text with a unit (`ms`, `s`, `m`, `h`), within bounds in milliseconds.
    Duration(u64, u64),
    /// Text, a number or a truth value, each under a key of the user's.
    Attributes,
    /// Texts, each under the name of an HTTP header field.
    Headers,
    /// Text, a number or a truth value.
    Scalar,
    /// A list of values of this kind, which may be empty.
    List(&'static Kind),
    /// A value of this kind, or a list of at least one.
    OneOrMore(&'static Kind),
    /// Values of this kind, each under the key of an attribute that spanmesh does not write itself.
    SpanAttributes(&'static Kind),
    /// A path template such as `/orders/{id}`.
    Template,
    /// Text of this kind, or an object with one of these keys.
    TextOr(&'static Kind, &'static [MatchKey]),
    /// True or false.
    Truth,
    /// A number within bounds, both included.
    Number(f64, f64),
    /// The name of an HTTP header field, in lower case.
    HeaderName,
    /// Such a name for a field that is added to answers, or a list of such.
    AnswerHeaders,
    /// A list of propagators, or an object with these options.
    Propagators(&'static [Opt]),
    /// A list of propagators.
    PropagatorNames,
    /// An address range, or a list of such.
    Ranges,
    /// True for all of the given words, false for none, or a list of some.
    Some(&'static [&'static str]),
    /// A list of rules, objects with these options.
    Rules(&'static [Opt]),
    /// An object with at least one of these options.
    NotEmpty(&'static [Opt]),
    /// What a text must be: exactly a text, an object with one of these keys, or a list of such.
    Matcher(&'static [MatchKey]),
    /// Matchers, each under the name of an HTTP header field.
    HeaderMatchers,
    /// A port, or a list of ports.
    Ports,
    /// A status code or a range of them (`"420-429"`), or a list of such.
    Statuses,
    /// An object with these options.
    Object(&'static [Opt]),
    /// An object with exactly one of these options.
    OneOf(&'static [Opt]),
    /// An object with exactly one of these options, or the bare name of one that needs nothing.
    Named(&'static Kind, &'static [Opt]),
    /// A sampler: [`SAMPLER`], named so that the table can be recursive.
    Sampler,
}

/// One option.
#[derive(Debug)]
pub struct Opt {
    /// Its key.
    pub name: &'static str,
    /// What its value may be.
    pub kind: Kind,
    /// Its default as JSON; `None` when it must be given.
    pub default: Option<&'static str>,
    /// What it is for, as the README's table has it; in the module only where an error says it.
    pub meaning: &'static str,
}

const fn opt(name: &'static str, kind: Kind, default: &'static str, meaning: &'static str) -> Opt {
    // Only the README and the schema show it: the module need not carry it.
    let meaning = if cfg!(target_os = "wasi") { "" } else { meaning };
    Opt { name, kind, default: Some(default), meaning }
}

const fn required(name: &'static str, kind: Kind, meaning: &'static str) -> Opt {
    Opt { name, kind, default: None, meaning }
}

const HOUR: u64 = 3_600_000;
const GIB: u64 = 1 << 30;

/// The whole configuration.
pub static ROOT: [Opt; 18] = [
    required("exporter", Kind::OneOf(&EXPORTER), "where spans go"),
    opt("batch", Kind::Object(&BATCH), "{}", "bounds of batches and of the queue of a worker"),
    opt("retry", Kind::Object(&RETRY), "{}", "what happens when an export fails"),
    opt("resource", Kind::Object(&RESOURCE), "{}", "what spans are attributed to"),
    opt(
        "propagators",
        Kind::Propagators(&propagation::PROPAGATORS),
        r#"["tracecontext", "baggage"]"#,
        "formats of trace context that are read and written, by the names of OTEL_PROPAGATORS; as there, of several contexts the one named last counts",
    ),
    opt("sampler", Kind::Sampler, r#"{"parent_based": {"root": "always_on"}}"#, "the head sampler"),
    opt("force", Kind::Object(&FORCE), "{}", "wishes of callers that force a trace"),
    opt(
        "keep",
        Kind::Object(&keep::KEEP),
        "null",
        "which requests to keep that the head sampler left out; null: none",
    ),
    opt("trust", Kind::Object(&trust::TRUST), "{}", "who belongs to the mesh"),
    opt(
        "direction",
        Kind::Choice(&["auto", "inbound", "outbound"]),
        r#""auto""#,
        "inbound makes SERVER spans, outbound CLIENT spans; auto asks the listener's traffic_direction (unspecified, as at gateways: inbound)",
    ),
    opt(
        "response_header",
        Kind::AnswerHeaders,
        "null",
        "what tells trusted callers of their trace: traceresponse, server-timing (both as in drafts of W3C Trace Context), another name for the trace id alone, or a list of these",
    ),
    opt(
        "filter_state",
        Kind::Truth,
        "false",
        "whether trace id, span id and sampled flag are put into filter state, for access logs",
    ),
    opt(
        "span_metrics",
        Kind::Object(&SPAN_METRICS),
        "null",
        "calls and durations of all requests by span name, whatever is sampled; null: none",
    ),
    opt(
        "attributes",
        Kind::Object(&ATTRIBUTES),
        "{}",
        "attributes beside those of the conventions",
    ),
    opt(
        "routes",
        Kind::List(&Kind::Template),
        "[]",
        "templates of paths such as /orders/{id}, for http.route, url.template and span names; the first that matches wins",
    ),
    opt(
        "mask_ids",
        Kind::Truth,
        "false",
        "make a template of other paths, with {id} for each segment that looks like an id",
    ),
    opt("redact", Kind::Object(&REDACT), "{}", "what must not leave the proxy"),
    opt("limits", Kind::Object(&LIMITS), "{}", "limits of a span"),
];

/// Options of `batch`.
pub static BATCH: [Opt; 6] = [
    opt(
        "schedule_delay",
        Kind::Duration(1, HOUR),
        r#""1s""#,
        "longest time that a span waits for its batch to fill; between half and all of it is waited, lest proxies export in step",
    ),
    opt("max_export_batch_size", Kind::Integer(1, 100_000), "512", "spans that fill a batch"),
    opt(
        "max_export_batch_bytes",
        Kind::Integer(1_024, 64 << 20),
        "524288",
        "bytes that fill a batch, before compression",
    ),
    opt(
        "max_queue_size",
        Kind::Integer(1, 1_000_000),
        "2048",
        "most spans that wait or are on their way, for each worker",
    ),
    opt(
        "max_queue_bytes",
        Kind::Integer(1_024, GIB),
        "4194304",
        "most bytes of them, for each worker",
    ),
    opt(
        "drop_when_full",
        Kind::Choice(&["newest", "oldest"]),
        r#""newest""#,
        "which spans go when the queue is full: those that come then, or the oldest batch that waits",
    ),
];

/// Options of `retry`.
pub static RETRY: [Opt; 3] = [
    opt(
        "initial_interval",
        Kind::Duration(1, HOUR),
        r#""1s""#,
        "wait after the first failure; it doubles with each further one, and between half and all of it is waited",
    ),
    opt("max_interval", Kind::Duration(1, HOUR), r#""30s""#, "longest wait"),
    opt(
        "max_elapsed_time",
        Kind::Duration(0, 24 * HOUR),
        r#""120s""#,
        "time after the first try at which a batch is dropped",
    ),
];

/// Options of `resource`.
pub static RESOURCE: [Opt; 1] = [opt(
    "attributes",
    Kind::Attributes,
    "{}",
    "attributes of the resource; they win over detected ones",
)];

/// Options of `span_metrics`.
pub static SPAN_METRICS: [Opt; 1] = [opt(
    "aggregation_cardinality_limit",
    Kind::Integer(1, 100_000),
    "1000",
    "most series (span name, kind, status) for each worker; further ones are counted together, with the label otel_metric_overflow",
)];

/// Options of `force`.
pub static FORCE: [Opt; 2] = [
    opt(
        "header",
        Kind::HeaderName,
        "null",
        "name of a header field whose value 1 or true forces the trace, e.g. x-trace-force",
    ),
    opt(
        "request_id",
        Kind::Truth,
        "false",
        "whether the trace mark that Envoy puts into x-request-id forces the trace",
    ),
];
