//! The header examples of AWS: X-Ray's developer guide ("Tracing header") and Elastic Load
//! Balancing's user guide ("Request tracing for your Application Load Balancer").

use spanmesh_foreign::Decision::{Defer, Sample};
use spanmesh_foreign::Format::XRay;

use super::{Row, check};

const FIELD: &str = "x-amzn-trace-id";
const TRACE: &str = "5759e988bd862e3fe1be46a994272793";
const OF_BALANCER: &str = "67891233abcdef012345678912345678";
const NONE: &str = "0000000000000000";

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("Tracing header, with root trace id and sampling decision", &[(FIELD, "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1")], Some((TRACE, NONE)), Sample),
    ("Tracing header, with parent segment id and sampling decision", &[(FIELD, "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1")], Some((TRACE, "53995c3f42cd8ad8")), Sample),
    ("Request tracing: the field is not present", &[(FIELD, "Root=1-67891233-abcdef012345678912345678")], Some((OF_BALANCER, NONE)), Defer),
    ("Request tracing: it has a Root", &[(FIELD, "Self=1-67891233-12456789abcdef012345678;Root=1-67891233-abcdef012345678912345678")], Some((OF_BALANCER, NONE)), Defer),
    ("Request tracing: and a custom field", &[(FIELD, "Self=1-67891233-12456789abcdef012345678;Root=1-67891233-abcdef012345678912345678;CalledFrom=app")], Some((OF_BALANCER, NONE)), Defer),
];

#[test]
fn the_guides_are_followed() {
    check("X-Ray", "developer guide, load balancer guide of 2026", &[XRay], ROWS);
}
