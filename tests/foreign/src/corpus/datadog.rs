//! Datadog's own headers, by its tracers.

use super::ReadingCase;
use crate::Decision::{Defer, Drop, Sample};
use crate::Format::Datadog;

const NONE: &str = "0000000000000000";

#[rustfmt::skip]
pub(super) const CASES: &[ReadingCase] = &[
    ReadingCase {
        format: Datadog,
        fields: &[("x-datadog-trace-id", "9532127138774266268"), ("x-datadog-parent-id", "13235353014750950193"), ("x-datadog-sampling-priority", "1")],
        means: Some(("00000000000000008448eb211c80319c", "b7ad6b7169203331", Sample)),
        except: &[],
        why: "64 bits, kept by the sampler",
    },
    ReadingCase {
        format: Datadog,
        fields: &[
            ("x-datadog-trace-id", "9532127138774266268"), ("x-datadog-parent-id", "13235353014750950193"),
            ("x-datadog-sampling-priority", "2"), ("x-datadog-origin", "rum"), ("x-datadog-tags", "_dd.p.dm=-4,_dd.p.tid=0af7651916cd43dd"),
        ],
        means: Some(("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", Sample)),
        except: &[],
        why: "128 bits, kept by the user, every field",
    },
    ReadingCase {
        format: Datadog,
        fields: &[("x-datadog-trace-id", "1234"), ("x-datadog-parent-id", "12"), ("x-datadog-sampling-priority", "0")],
        means: Some(("000000000000000000000000000004d2", "000000000000000c", Drop)),
        except: &[],
        why: "dropped by the sampler",
    },
    ReadingCase {
        format: Datadog,
        fields: &[("x-datadog-trace-id", "1234"), ("x-datadog-parent-id", "12"), ("x-datadog-sampling-priority", "-1")],
        means: Some(("000000000000000000000000000004d2", "000000000000000c", Drop)),
        except: &[],
        why: "dropped by the user",
    },
    ReadingCase {
        format: Datadog,
        fields: &[("x-datadog-trace-id", "1234"), ("x-datadog-parent-id", "12")],
        means: Some(("000000000000000000000000000004d2", "000000000000000c", Defer)),
        except: &[],
        why: "no priority: the receiver decides",
    },
    ReadingCase {
        format: Datadog,
        fields: &[("x-datadog-trace-id", "1234"), ("x-datadog-sampling-priority", "1")],
        means: Some(("000000000000000000000000000004d2", NONE, Sample)),
        except: &[],
        why: "no parent, as from a browser or a test runner",
    },
    ReadingCase {
        format: Datadog,
        fields: &[("x-datadog-trace-id", "18446744073709551615"), ("x-datadog-parent-id", "18446744073709551615"), ("x-datadog-sampling-priority", "1")],
        means: Some(("0000000000000000ffffffffffffffff", "ffffffffffffffff", Sample)),
        except: &[],
        why: "the largest ids",
    },
    ReadingCase {
        format: Datadog,
        fields: &[("x-datadog-trace-id", "1234"), ("x-datadog-parent-id", "12"), ("x-datadog-sampling-priority", "1"), ("x-datadog-tags", "_dd.p.tid=0AF7651916CD43DD")],
        means: Some(("000000000000000000000000000004d2", "000000000000000c", Sample)),
        except: &[],
        why: "a malformed high half: the trace has 64 bits",
    },
    ReadingCase {
        format: Datadog,
        fields: &[("x-datadog-trace-id", "1234"), ("x-datadog-parent-id", "12"), ("x-datadog-sampling-priority", "1"), ("x-datadog-tags", "_dd.p.tid=af7651916cd43dd")],
        means: Some(("000000000000000000000000000004d2", "000000000000000c", Sample)),
        except: &[],
        why: "a high half of 15 digits: the trace has 64 bits",
    },
    ReadingCase {
        format: Datadog,
        fields: &[("x-datadog-trace-id", "18446744073709551616"), ("x-datadog-parent-id", "12"), ("x-datadog-sampling-priority", "1")],
        means: None,
        except: &[],
        why: "one more than 64 bits hold",
    },
    ReadingCase {
        format: Datadog,
        fields: &[("x-datadog-trace-id", "0"), ("x-datadog-parent-id", "12"), ("x-datadog-sampling-priority", "1")],
        means: None,
        except: &[],
        why: "a trace id of zero",
    },
    ReadingCase {
        format: Datadog,
        fields: &[("x-datadog-trace-id", "4d2"), ("x-datadog-parent-id", "12"), ("x-datadog-sampling-priority", "1")],
        means: None,
        except: &[],
        why: "hex",
    },
    ReadingCase {
        format: Datadog,
        fields: &[("x-datadog-parent-id", "12"), ("x-datadog-sampling-priority", "1")],
        means: None,
        except: &[],
        why: "no trace id",
    },
];
