//! What strangers may send: contexts in every format, wishes, and baggage.

use spanmesh_harness::Request;

use super::FORCE;
use crate::support::{PARENT_ID, TRACE_ID, sampled_parent};

/// Lower half of [`TRACE_ID`] as Datadog writes it.
const TRACE_DECIMAL: &str = "11803532876627986230";
/// [`PARENT_ID`] as Datadog writes it.
const PARENT_DECIMAL: &str = "67667974448284343";
/// A part of everything that a stranger invents beside ids.
pub const INVENTED: &str = "invented";

/// A stranger's request.
pub struct Stranger {
    /// Names it, and becomes its path.
    pub name: &'static str,
    /// What it says about its trace.
    pub fields: Vec<(&'static str, String)>,
    /// Whether that names a span.
    pub has_span: bool,
    /// What it says in `tracestate`.
    pub trace_state: &'static str,
}

/// At least one in every format; all want to be sampled.
pub fn strangers() -> Vec<Stranger> {
    const LIST: &str = "invented=1,ot=th:0;rv:ffffffffffffff";
    let (root, unique) = TRACE_ID.split_at(8);
    let with = |name, fields: &[(&'static str, &str)], has_span| Stranger {
        name,
        fields: fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
        has_span,
        trace_state: "",
    };
    let b3 = |mark| format!("{TRACE_ID}-{PARENT_ID}-{mark}");
    let uber = |flags| format!("{TRACE_ID}:{PARENT_ID}:0:{flags}");
    let xray = format!("Root=1-{root}-{unique};Parent={PARENT_ID};Sampled=1;Self=invented");
    let b3_ids = [("x-b3-traceid", TRACE_ID), ("x-b3-spanid", PARENT_ID)];
    let datadog = [
        ("x-datadog-trace-id", TRACE_DECIMAL),
        ("x-datadog-parent-id", PARENT_DECIMAL),
        ("x-datadog-sampling-priority", "2"),
        ("x-datadog-origin", "invented"),
        ("x-datadog-tags", "_dd.p.tid=4bf92f3577b34da6,_dd.p.usr=invented"),
    ];
    let ot_trace = [
        ("ot-tracer-traceid", TRACE_ID),
        ("ot-tracer-spanid", PARENT_ID),
        ("ot-tracer-sampled", "true"),
    ];
    vec![
        with("traceparent", &[("traceparent", &sampled_parent())], true),
        Stranger {
            trace_state: LIST,
            ..with("list", &[("traceparent", &sampled_parent()), ("tracestate", LIST)], true)
        },
        with("b3", &[("b3", &b3("1"))], true),
        with("b3-debug", &[("b3", &b3("d"))], true),
        with("b3-alone", &[("b3", "d")], false),
        with("b3-many", &[&b3_ids[..], &[("x-b3-sampled", "1")]].concat(), true),
        with("b3-many-debug", &[&b3_ids[..], &[("x-b3-flags", "1")]].concat(), true),
        with("b3-flags-alone", &[("x-b3-flags", "1")], false),
        with("jaeger", &[("uber-trace-id", &uber("1"))], true),
        with("jaeger-debug", &[("uber-trace-id", &uber("3"))], true),
        with("jaeger-debug-id", &[("jaeger-debug-id", "invented")], false),
        with("xray", &[("x-amzn-trace-id", &xray)], true),
        with("datadog", &datadog, true),
        with("ottrace", &ot_trace, true),
    ]
}

impl Stranger {
    /// Its request, which also wants to be traced and brings baggage of all kinds.
    pub fn request(&self) -> Request {
        let extras = [
            (FORCE, "1"),
            // Envoy's mark of a trace that the client forces.
            ("x-request-id", "8f3c1f0e-5d3a-be2b-9d5c-0a1b2c3d4e5f"),
            ("baggage", "user=invented"),
            ("baggage", "more=invented"),
            ("uberctx-user", "invented"),
            ("ot-baggage-user", "invented"),
        ];
        let extras = extras.map(|(name, value)| (name, value.to_owned()));
        let fields = self.fields.iter().cloned().chain(extras);
        let fields = fields.map(|(name, value)| (name.to_owned(), value.into_bytes()));
        Request::get(&format!("/{}", self.name)).host("a.example").headers(fields)
    }
}
