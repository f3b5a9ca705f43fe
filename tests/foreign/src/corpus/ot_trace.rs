//! OpenTracing's `ot-tracer-*`.

use super::ReadingCase;
use crate::Decision::{Drop, Sample};
use crate::Format::OtTrace;
use crate::Library::OpenTelemetryPython;

#[rustfmt::skip]
pub(super) const CASES: &[ReadingCase] = &[
    ReadingCase {
        format: OtTrace,
        fields: &[("ot-tracer-traceid", "8448eb211c80319c"), ("ot-tracer-spanid", "b7ad6b7169203331"), ("ot-tracer-sampled", "true")],
        means: Some(("00000000000000008448eb211c80319c", "b7ad6b7169203331", Sample)),
        except: &[],
        why: "as it is written: 64 bits",
    },
    ReadingCase {
        format: OtTrace,
        fields: &[("ot-tracer-traceid", "0af7651916cd43dd8448eb211c80319c"), ("ot-tracer-spanid", "b7ad6b7169203331"), ("ot-tracer-sampled", "false")],
        means: Some(("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", Drop)),
        except: &[],
        why: "128 bits are read",
    },
    ReadingCase {
        format: OtTrace,
        fields: &[("ot-tracer-traceid", "8448eb211c80319c"), ("ot-tracer-spanid", "b7ad6b7169203331"), ("ot-tracer-sampled", "1")],
        means: Some(("00000000000000008448eb211c80319c", "b7ad6b7169203331", Sample)),
        except: &[(OpenTelemetryPython, Some(("00000000000000008448eb211c80319c", "b7ad6b7169203331", Drop)))],
        why: "some senders write 1",
    },
    ReadingCase {
        format: OtTrace,
        fields: &[("ot-tracer-traceid", "4d2"), ("ot-tracer-spanid", "c"), ("ot-tracer-sampled", "true")],
        means: Some(("000000000000000000000000000004d2", "000000000000000c", Sample)),
        except: &[],
        why: "ids without their leading zeros, as Python writes them",
    },
    ReadingCase {
        format: OtTrace,
        fields: &[("ot-tracer-traceid", "0000000000000000"), ("ot-tracer-spanid", "b7ad6b7169203331"), ("ot-tracer-sampled", "true")],
        means: None,
        except: &[],
        why: "a trace id of zero",
    },
    ReadingCase {
        format: OtTrace,
        fields: &[("ot-tracer-traceid", "8448eb211c80319c"), ("ot-tracer-sampled", "true")],
        means: None,
        except: &[],
        why: "no span id",
    },
];
