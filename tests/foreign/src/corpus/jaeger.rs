//! Jaeger's `uber-trace-id`, by the propagation format of its client libraries.

use super::ReadingCase;
use crate::Decision::{Debug, Drop, Sample};
use crate::Format::Jaeger;
use crate::Library::{OpenTelemetryPython, OpenTelemetryRust};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN: &str = "b7ad6b7169203331";

#[rustfmt::skip]
pub(super) const CASES: &[ReadingCase] = &[
    ReadingCase {
        format: Jaeger,
        fields: &[("uber-trace-id", "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:1")],
        means: Some((TRACE, SPAN, Sample)),
        except: &[],
        why: "sampled",
    },
    ReadingCase {
        format: Jaeger,
        fields: &[("uber-trace-id", "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:0")],
        means: Some((TRACE, SPAN, Drop)),
        except: &[],
        why: "not sampled",
    },
    ReadingCase {
        format: Jaeger,
        fields: &[("uber-trace-id", "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:3")],
        means: Some((TRACE, SPAN, Debug)),
        except: &[(OpenTelemetryPython, Some((TRACE, SPAN, Sample)))],
        why: "debug",
    },
    ReadingCase {
        format: Jaeger,
        fields: &[("uber-trace-id", "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:2")],
        means: Some((TRACE, SPAN, Drop)),
        except: &[],
        why: "debug counts only with sampled",
    },
    ReadingCase {
        format: Jaeger,
        fields: &[("uber-trace-id", "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:9")],
        means: Some((TRACE, SPAN, Sample)),
        except: &[],
        why: "the firehose flag beside sampled",
    },
    ReadingCase {
        format: Jaeger,
        fields: &[("uber-trace-id", "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:0b")],
        means: Some((TRACE, SPAN, Debug)),
        except: &[(OpenTelemetryRust, None), (OpenTelemetryPython, Some((TRACE, SPAN, Sample)))],
        why: "flags are hex, of one or two digits",
    },
    ReadingCase {
        format: Jaeger,
        fields: &[("uber-trace-id", "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:11")],
        means: Some((TRACE, SPAN, Sample)),
        except: &[(OpenTelemetryRust, Some((TRACE, SPAN, Debug)))],
        why: "flags are hex: not eleven, which is debug",
    },
    ReadingCase {
        format: Jaeger,
        fields: &[("uber-trace-id", "8448eb211c80319c:b7ad6b7169203331:00f067aa0ba902b7:01")],
        means: Some(("00000000000000008448eb211c80319c", SPAN, Sample)),
        except: &[],
        why: "a trace id of 64 bits, a parent",
    },
    ReadingCase {
        format: Jaeger,
        fields: &[("uber-trace-id", "4d2:c:0:1")],
        means: Some(("000000000000000000000000000004d2", "000000000000000c", Sample)),
        except: &[],
        why: "short ids are padded",
    },
    ReadingCase {
        format: Jaeger,
        fields: &[("uber-trace-id", "0af7651916cd43dd8448eb211c80319c%3Ab7ad6b7169203331%3A0%3A1")],
        means: Some((TRACE, SPAN, Sample)),
        except: &[(OpenTelemetryPython, None)],
        why: "some clients escape the colons",
    },
    ReadingCase {
        format: Jaeger,
        fields: &[("uber-trace-id", "0:b7ad6b7169203331:0:1")],
        means: None,
        except: &[],
        why: "a trace id of zero",
    },
    ReadingCase {
        format: Jaeger,
        fields: &[("uber-trace-id", "0af7651916cd43dd8448eb211c80319c:0:0:1")],
        means: None,
        except: &[(OpenTelemetryRust, Some((TRACE, "0000000000000000", Sample)))],
        why: "a span id of zero",
    },
    ReadingCase {
        format: Jaeger,
        fields: &[("uber-trace-id", "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:1")],
        means: None,
        except: &[],
        why: "three parts",
    },
    ReadingCase {
        format: Jaeger,
        fields: &[("uber-trace-id", "0af7651916cd43dd8448eb211c80319g:b7ad6b7169203331:0:1")],
        means: None,
        except: &[],
        why: "not hex",
    },
    ReadingCase {
        format: Jaeger,
        fields: &[("uber-trace-id", "00af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:1")],
        means: None,
        except: &[(OpenTelemetryPython, Some((TRACE, SPAN, Sample)))],
        why: "a trace id of 33 digits",
    },
];
