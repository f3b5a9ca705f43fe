//! A sequence of callbacks, and the end of it.

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use spanmesh_fakehost::{Host, Vm};

use super::life::Life;
use super::step::Step;

/// What is known of the node, one entry a line.
const NODE: [(&str, &[u8]); 9] = [
    ("plugin_name", b"spanmesh"),
    ("plugin_root_id", b""),
    ("xds\0node\0id", b"sidecar~10.0.0.1~shop.ns~ns.svc.cluster.local"),
    ("xds\0node\0metadata\0ISTIO_VERSION", b"1.29.0"),
    ("xds\0node\0metadata\0WORKLOAD_NAME", b"shop"),
    ("xds\0node\0metadata\0LABELS\0app", b"shop"),
    ("xds\0node\0user_agent_build_version\0version\0major_number", b"\x01\0\0\0\0\0\0\0"),
    ("xds\0node\0user_agent_build_version\0version\0minor_number", b"\x28\0\0\0\0\0\0\0"),
    ("source\0address", b"10.0.0.7:1234"),
];
const MINOR_VERSION: &str = "xds\0node\0user_agent_build_version\0version\0minor_number";
const START: u64 = 1_790_000_000_000_000_000;

/// What happens.
#[derive(Arbitrary, Debug)]
pub struct Input<'a> {
    seed: u64,
    /// Envoy's minor version: before 40 the listeners of both directions share no root context.
    is_old: bool,
    steps: Vec<Step<'a>>,
}

/// Lets it happen; panics if the filter does anything wrong.
pub fn run(input: &Input<'_>) {
    let mut host = Host::new(START, input.seed);
    host.node = NODE.map(|(name, value)| (name.to_owned(), value.to_vec())).into();
    if input.is_old {
        host.node.insert(MINOR_VERSION.to_owned(), 36_u64.to_le_bytes().to_vec());
    }
    let mut rest = input.steps.as_slice();
    let mut lost = 0;
    for _ in 0..3 {
        let end = rest.iter().position(|step| matches!(step, Step::Replace(_)));
        let (steps, others) = rest.split_at(end.unwrap_or(rest.len()));
        let is_polite = !matches!(others.first(), Some(Step::Replace(false)));
        host = Vm::run(host, |vm| {
            let mut life = Life::new(vm, lost);
            steps.iter().for_each(|step| life.take(step));
            if is_polite {
                life.finish(others.is_empty());
            }
        });
        if !is_polite {
            // Whatever it had, in the queue or not yet reported.
            lost = host.statistics.get("spanmesh_spans_queued") - host.shared.spans_left();
        }
        let Some((_, others)) = others.split_first() else { return };
        rest = others;
    }
}
