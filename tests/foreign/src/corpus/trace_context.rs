//! W3C `traceparent`.
//!
//! Only what other formats are mixed with: the official suite's table has the rest.

use super::ReadingCase;
use crate::Decision::{Drop, Sample};
use crate::Format::TraceContext;

#[rustfmt::skip]
pub(super) const CASES: &[ReadingCase] = &[
    ReadingCase {
        format: TraceContext,
        fields: &[("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")],
        means: Some(("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", Sample)),
        except: &[],
        why: "sampled",
    },
    ReadingCase {
        format: TraceContext,
        fields: &[("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-02")],
        means: Some(("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", Drop)),
        except: &[],
        why: "not sampled, a random trace id",
    },
    ReadingCase {
        format: TraceContext,
        fields: &[("traceparent", "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01")],
        means: None,
        except: &[],
        why: "a span id of zero",
    },
];
