//! The cases of the official W3C trace-context harness, as a table.
//!
//! The facts are those of `test/test.py` in github.com/w3c/trace-context at commit `acab820`,
//! in our own words and order; every case bears the official test's name. All of its levels
//! are in: the suite runs as with `SPEC_LEVEL=2 STRICT_LEVEL=2`.
//!
//! Where the official test leaves room, the table asks for what the filter promises:
//! - a trace that starts again shares no part of its ids with what was sent, and drops tracestate;
//! - a trace that goes on keeps its known flags, even if its tracestate is bad;
//! - tracestate is compared member by member, in order, not only for some keys;
//! - an empty tracestate does not go out as an empty field when nothing else was sent;
//! - callbacks of one request belong to one trace, however it began.

mod multiple_requests;
mod traceparent;
mod traceparent_parts;
mod tracestate;
mod tracestate_limits;

/// One test of the official harness.
#[derive(Debug)]
pub struct Case {
    /// Its name there, as its command line takes it.
    pub name: &'static str,
    /// The rule behind it.
    pub why: &'static str,
    /// The requests it sends, one after the other.
    pub requests: &'static [Request],
}

/// One request to the service under test, and what its callbacks must carry.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// The header fields of the test, in order.
    pub send: &'static [Field],
    /// How many callbacks the service is asked for.
    pub callbacks: usize,
    /// The trace of every callback.
    pub trace_id: TraceId,
    /// The flags of every callback.
    pub flags: Flags,
    /// The tracestate of every callback.
    pub tracestate: Tracestate,
}

/// Name and value of a header field, exactly as sent.
pub type Field = (&'static str, &'static str);

/// Which trace a callback must belong to.
#[derive(Clone, Copy, Debug)]
pub enum TraceId {
    /// One that has nothing to do with what was sent.
    New,
    /// This one.
    Kept(&'static str),
}

/// What the sampled and the random bit of a callback must be.
#[derive(Clone, Copy, Debug)]
pub enum Flags {
    /// The service's own choice.
    Any,
    /// These.
    Kept(u8),
}

/// What tracestate a callback must carry.
#[derive(Clone, Copy, Debug)]
pub enum Tracestate {
    /// No such field.
    Absent,
    /// The members of one of these lists, in order.
    OneOf(&'static [&'static [&'static str]]),
}

/// Every case.
pub fn all() -> impl Iterator<Item = &'static Case> {
    [
        traceparent::CASES,
        traceparent_parts::CASES,
        tracestate::CASES,
        tracestate_limits::CASES,
        multiple_requests::CASES,
    ]
    .into_iter()
    .flatten()
}

/// The trace id of every valid traceparent in the table.
const TRACE_ID: &str = "12345678901234567890123456789012";

/// A valid traceparent, sampled.
const SAMPLED: Field = ("traceparent", "00-12345678901234567890123456789012-1234567890123456-01");

/// A valid traceparent, not sampled.
const UNSAMPLED: Field = ("traceparent", "00-12345678901234567890123456789012-1234567890123456-00");

// === impl Request ===

impl Request {
    /// A request that starts a trace.
    const fn restarts(send: &'static [Field]) -> Request {
        Request {
            send,
            callbacks: 1,
            trace_id: TraceId::New,
            flags: Flags::Any,
            tracestate: Tracestate::Absent,
        }
    }

    /// A request that goes on in [`TRACE_ID`] with these flags and no tracestate.
    const fn joins(send: &'static [Field], flags: u8) -> Request {
        Request {
            trace_id: TraceId::Kept(TRACE_ID),
            flags: Flags::Kept(flags),
            ..Request::restarts(send)
        }
    }

    /// A request that goes on unsampled, with one of these lists of members.
    const fn inherits(
        send: &'static [Field],
        lists: &'static [&'static [&'static str]],
    ) -> Request {
        Request { tracestate: Tracestate::OneOf(lists), ..Request::joins(send, 0x00) }
    }

    /// A request that goes on unsampled, without the tracestate that was sent.
    const fn drops_tracestate(send: &'static [Field]) -> Request {
        Request::joins(send, 0x00)
    }

    /// The same with this number of callbacks.
    const fn times(self, callbacks: usize) -> Request {
        Request { callbacks, ..self }
    }
}

#[test]
fn the_table_is_complete() {
    use spanmesh_harness::Documented;
    let names: std::collections::BTreeSet<_> = all().map(|case| case.name).collect();
    assert_eq!(names.len(), 41, "official tests, each once");
    assert_eq!(all().count(), 41, "official tests, each once");
    Documented::assert("W3C Trace Context", "level 2, strict; harness acab820", names.len());
    assert_eq!(all().map(|case| case.requests.len()).sum::<usize>(), 83, "requests");
    let of = |suite| names.iter().filter(|name| name.starts_with(suite)).count();
    let suites = ["TraceContextTest.test_", "AdvancedTest.test_", "TraceContext2Test.test_"];
    assert_eq!(suites.map(of), [37, 3, 1]);
    assert!(all().all(|case| !case.why.is_empty() && !case.requests.is_empty()));
}
