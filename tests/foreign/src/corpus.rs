//! What injecting and extracting must agree on, as data: contexts to write, fields to read, and
//! fields of several formats that contradict each other.

mod b3;
mod conflicts;
mod contexts;
mod datadog;
mod jaeger;
mod ot_trace;
mod trace_context;
mod x_ray;

pub use conflicts::{Conflict, conflicts};
pub use contexts::{ContextCase, contexts};

use crate::{Context, Decision, Format, Library};

/// Ids in hex and a decision; `None` where the fields carry no context.
pub type Reading = Option<(&'static str, &'static str, Decision)>;

/// Fields of one format and what they say.
#[derive(Clone, Copy, Debug)]
pub struct ReadingCase {
    /// The format.
    pub format: Format,
    /// The fields, names in lower case.
    pub fields: &'static [(&'static str, &'static str)],
    /// What the format's own specification makes of them.
    pub means: Reading,
    /// Foreign code that reads something else.
    pub except: &'static [(Library, Reading)],
    /// What the case is for.
    pub why: &'static str,
}

impl ReadingCase {
    /// The context that the fields carry.
    pub fn context(&self) -> Option<Context> {
        context(self.means)
    }

    /// The context that a library makes of them.
    pub fn context_of(&self, library: Library) -> Option<Context> {
        let deviating = self.except.iter().find(|(other, _)| *other == library);
        context(deviating.map_or(self.means, |(_, reading)| *reading))
    }
}

/// Fields of every format, valid and not.
pub fn readings() -> impl Iterator<Item = &'static ReadingCase> {
    let tables =
        [trace_context::CASES, b3::SINGLE, b3::MULTI, jaeger::CASES, x_ray::CASES, datadog::CASES];
    tables.into_iter().chain([ot_trace::CASES]).flatten()
}

fn context(reading: Reading) -> Option<Context> {
    reading.map(|(trace_id, span_id, decision)| Context::new(trace_id, span_id, decision))
}
