//! B3, by openzipkin/b3-propagation.

use super::ReadingCase;
use crate::Decision::{Debug, Defer, Drop, Sample};
use crate::Format::{B3, B3Multi};
use crate::Library::{DdTrace, OpenTelemetryPython, OpenTelemetryRust};

const TRACE: &str = "80f198ee56343ba864fe8b2a57d3eff7";
const SHORT: &str = "000000000000000064fe8b2a57d3eff7";
const SPAN: &str = "e457b5a2e4d86bd1";
const NONE: &str = "0000000000000000";

#[rustfmt::skip]
pub(super) const SINGLE: &[ReadingCase] = &[
    ReadingCase {
        format: B3,
        fields: &[("b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-05e3ac9a4f6e3b90")],
        means: Some((TRACE, SPAN, Sample)),
        except: &[],
        why: "the example of the specification, with a parent",
    },
    ReadingCase {
        format: B3,
        fields: &[("b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-0")],
        means: Some((TRACE, SPAN, Drop)),
        except: &[],
        why: "not sampled",
    },
    ReadingCase {
        format: B3,
        fields: &[("b3", "64fe8b2a57d3eff7-e457b5a2e4d86bd1-1")],
        means: Some((SHORT, SPAN, Sample)),
        except: &[],
        why: "a trace id of 64 bits",
    },
    ReadingCase {
        format: B3,
        fields: &[("b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-d")],
        means: Some((TRACE, SPAN, Debug)),
        except: &[(OpenTelemetryPython, Some((TRACE, SPAN, Sample))), (DdTrace, Some((TRACE, SPAN, Sample)))],
        why: "debug",
    },
    ReadingCase {
        format: B3,
        fields: &[("b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1")],
        means: Some((TRACE, SPAN, Defer)),
        except: &[(OpenTelemetryPython, Some((TRACE, SPAN, Sample)))],
        why: "no state: the receiver decides",
    },
    ReadingCase { format: B3, fields: &[("b3", "0")], means: None, except: &[], why: "a decision without ids" },
    ReadingCase { format: B3, fields: &[("b3", "1")], means: None, except: &[], why: "a decision without ids" },
    ReadingCase { format: B3, fields: &[("b3", "d")], means: None, except: &[], why: "a decision without ids" },
    ReadingCase { format: B3, fields: &[("b3", "")], means: None, except: &[], why: "empty" },
    ReadingCase {
        format: B3,
        fields: &[("b3", "80f198ee56343ba864fe8b2a57d3eff-e457b5a2e4d86bd1-1")],
        means: None,
        except: &[(DdTrace, Some(("080f198ee56343ba864fe8b2a57d3eff", SPAN, Sample)))],
        why: "a trace id of 31 digits",
    },
    ReadingCase {
        format: B3,
        fields: &[("b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd-1")],
        means: None,
        except: &[(DdTrace, Some((TRACE, "0e457b5a2e4d86bd", Sample)))],
        why: "a span id of 15 digits",
    },
    ReadingCase {
        format: B3,
        fields: &[("b3", "80f198ee56343ba864fe8b2a57d3effg-e457b5a2e4d86bd1-1")],
        means: None,
        except: &[],
        why: "not hex",
    },
    ReadingCase {
        format: B3,
        fields: &[("b3", "00000000000000000000000000000000-e457b5a2e4d86bd1-1")],
        means: None,
        except: &[],
        why: "a trace id of zero",
    },
    ReadingCase {
        format: B3,
        fields: &[("b3", "80f198ee56343ba864fe8b2a57d3eff7-0000000000000000-1")],
        means: None,
        except: &[(OpenTelemetryPython, Some((TRACE, NONE, Sample))), (DdTrace, Some((TRACE, NONE, Sample)))],
        why: "a span id of zero",
    },
];

#[rustfmt::skip]
pub(super) const MULTI: &[ReadingCase] = &[
    ReadingCase {
        format: B3Multi,
        fields: &[
            ("x-b3-traceid", TRACE), ("x-b3-parentspanid", "05e3ac9a4f6e3b90"),
            ("x-b3-spanid", SPAN), ("x-b3-sampled", "1"),
        ],
        means: Some((TRACE, SPAN, Sample)),
        except: &[],
        why: "the example of the specification",
    },
    ReadingCase {
        format: B3Multi,
        fields: &[("x-b3-traceid", "64fe8b2a57d3eff7"), ("x-b3-spanid", SPAN), ("x-b3-sampled", "0")],
        means: Some((SHORT, SPAN, Drop)),
        except: &[],
        why: "64 bits, not sampled",
    },
    ReadingCase {
        format: B3Multi,
        fields: &[("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN), ("x-b3-sampled", "true")],
        means: Some((TRACE, SPAN, Sample)),
        except: &[(DdTrace, Some((TRACE, SPAN, Defer)))],
        why: "old senders say true",
    },
    ReadingCase {
        format: B3Multi,
        fields: &[("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN), ("x-b3-sampled", "false")],
        means: Some((TRACE, SPAN, Drop)),
        except: &[(DdTrace, Some((TRACE, SPAN, Defer)))],
        why: "old senders say false",
    },
    ReadingCase {
        format: B3Multi,
        fields: &[("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN)],
        means: Some((TRACE, SPAN, Defer)),
        except: &[(OpenTelemetryPython, Some((TRACE, SPAN, Drop)))],
        why: "no state: the receiver decides",
    },
    ReadingCase {
        format: B3Multi,
        fields: &[("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN), ("x-b3-flags", "1")],
        means: Some((TRACE, SPAN, Debug)),
        except: &[(OpenTelemetryPython, Some((TRACE, SPAN, Sample))), (DdTrace, Some((TRACE, SPAN, Sample)))],
        why: "debug",
    },
    ReadingCase {
        format: B3Multi,
        fields: &[("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN), ("x-b3-sampled", "0"), ("x-b3-flags", "1")],
        means: Some((TRACE, SPAN, Debug)),
        except: &[(OpenTelemetryPython, Some((TRACE, SPAN, Sample))), (DdTrace, Some((TRACE, SPAN, Sample)))],
        why: "debug implies an accept decision",
    },
    ReadingCase {
        format: B3Multi,
        fields: &[("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN), ("x-b3-sampled", "1"), ("x-b3-flags", "0")],
        means: Some((TRACE, SPAN, Sample)),
        except: &[(OpenTelemetryRust, Some((TRACE, SPAN, Drop)))],
        why: "flags other than 1 say nothing",
    },
    ReadingCase {
        format: B3Multi,
        fields: &[("x-b3-sampled", "0")],
        means: None,
        except: &[],
        why: "a decision without ids",
    },
    ReadingCase {
        format: B3Multi,
        fields: &[("x-b3-traceid", TRACE), ("x-b3-sampled", "1")],
        means: None,
        except: &[(DdTrace, Some((TRACE, NONE, Sample)))],
        why: "no span id",
    },
    ReadingCase {
        format: B3Multi,
        fields: &[("x-b3-spanid", SPAN), ("x-b3-sampled", "1")],
        means: None,
        except: &[],
        why: "no trace id",
    },
    ReadingCase {
        format: B3Multi,
        fields: &[("x-b3-traceid", "80f198ee56343ba864fe8b2a"), ("x-b3-spanid", SPAN), ("x-b3-sampled", "1")],
        means: None,
        except: &[(DdTrace, Some(("0000000080f198ee56343ba864fe8b2a", SPAN, Sample)))],
        why: "a trace id of 24 digits",
    },
];
