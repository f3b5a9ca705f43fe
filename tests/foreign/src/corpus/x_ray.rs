//! AWS X-Ray, by the developer guide and what load balancers and Lambda send.

use super::ReadingCase;
use crate::Decision::{Defer, Drop, Sample};
use crate::Format::XRay;
use crate::Library::{OpenTelemetryPython, OpenTelemetryRust};

const TRACE: &str = "5759e988bd862e3fe1be46a994272793";
const SPAN: &str = "53995c3f42cd8ad8";
const NONE: &str = "0000000000000000";

#[rustfmt::skip]
pub(super) const CASES: &[ReadingCase] = &[
    ReadingCase {
        format: XRay,
        fields: &[("x-amzn-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1")],
        means: Some((TRACE, SPAN, Sample)),
        except: &[],
        why: "the example of the developer guide",
    },
    ReadingCase {
        format: XRay,
        fields: &[("x-amzn-trace-id", "Sampled=0;Parent=53995c3f42cd8ad8;Root=1-5759e988-bd862e3fe1be46a994272793")],
        means: Some((TRACE, SPAN, Drop)),
        except: &[],
        why: "any order",
    },
    ReadingCase {
        format: XRay,
        fields: &[("x-amzn-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=?")],
        means: Some((TRACE, SPAN, Defer)),
        except: &[(OpenTelemetryPython, None)],
        why: "please decide",
    },
    ReadingCase {
        format: XRay,
        fields: &[("x-amzn-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8")],
        means: Some((TRACE, SPAN, Defer)),
        except: &[(OpenTelemetryPython, Some((TRACE, SPAN, Drop)))],
        why: "no decision",
    },
    ReadingCase {
        format: XRay,
        fields: &[("x-amzn-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793")],
        means: Some((TRACE, NONE, Defer)),
        except: &[(OpenTelemetryPython, None)],
        why: "a load balancer begins a trace",
    },
    ReadingCase {
        format: XRay,
        fields: &[("x-amzn-trace-id", "Self=1-67891234-12456789abcdef012345678a;Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;CalledFrom=app")],
        means: Some((TRACE, SPAN, Sample)),
        except: &[],
        why: "what a load balancer adds, and a field of the application's",
    },
    ReadingCase {
        format: XRay,
        fields: &[("x-amzn-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a87bd80c:1|68fd508a:5|c512fbe3:2")],
        means: Some((TRACE, SPAN, Sample)),
        except: &[],
        why: "what Lambda adds",
    },
    ReadingCase {
        format: XRay,
        fields: &[("x-amzn-trace-id", "Parent=53995c3f42cd8ad8;Sampled=1")],
        means: None,
        except: &[],
        why: "no root",
    },
    ReadingCase {
        format: XRay,
        fields: &[("x-amzn-trace-id", "Root=1-5759e988-bd862e3fe1be46a99427279;Parent=53995c3f42cd8ad8;Sampled=1")],
        means: None,
        except: &[(OpenTelemetryRust, Some(("05759e988bd862e3fe1be46a99427279", SPAN, Sample)))],
        why: "a root of 23 digits",
    },
    ReadingCase {
        format: XRay,
        fields: &[("x-amzn-trace-id", "Root=1-00000000-000000000000000000000000;Parent=53995c3f42cd8ad8;Sampled=1")],
        means: None,
        except: &[],
        why: "a root of zero",
    },
];
