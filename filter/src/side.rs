//! On which side of a workload a listener stands.

use std::cell::Cell;

use spanmesh_core::span::SpanKind;

use crate::host;

/// What Istio's node ids of gateways begin with.
const ROUTER: &str = "router~";
/// Inbound, in Envoy's numbers of directions.
const INBOUND: u64 = 1;
/// Outbound.
const OUTBOUND: u64 = 2;
/// Where Envoy tells its version.
const MAJOR_VERSION: &str = "xds\0node\0user_agent_build_version\0version\0major_number";
const MINOR_VERSION: &str = "xds\0node\0user_agent_build_version\0version\0minor_number";
/// The minor version of Envoy 1 from which listeners of both directions share a root context, if
/// their plugins are configured alike.
const FIRST_SHARED: u64 = 40;

/// The side of a listener's exchanges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    /// Whether they are served or made there.
    pub kind: SpanKind,
    /// Whether the listener is a gateway's: neither inbound nor outbound.
    pub is_gateway: bool,
}

/// The side of the active stream's listener.
#[derive(Debug)]
pub struct Sides {
    current: Cell<Option<Side>>,
    /// Whether streams of listeners of both directions come here.
    are_shared: bool,
}

// === impl Sides ===

impl Sides {
    /// Of a workload of this node, with the configured direction. Gateways serve: their listeners
    /// have no direction, or (Istio's) that of the calls that they pass on.
    pub fn new(configured: Option<SpanKind>, node_id: Option<String>) -> Self {
        let is_gateway = node_id.is_some_and(|id| id.starts_with(ROUTER));
        let served = is_gateway.then_some(SpanKind::Server);
        let fixed = configured.or(served).map(|kind| Side { kind, is_gateway });
        let is_older = host::number(MAJOR_VERSION) == Some(1)
            && host::number(MINOR_VERSION).is_some_and(|minor| minor < FIRST_SHARED);
        Self { current: Cell::new(fixed), are_shared: fixed.is_none() && !is_older }
    }

    /// The side of the active stream's listener: known, or as its connection is marked, or asked from
    /// the host. Only to be called while a stream is active.
    pub fn find(&self, marked: Option<Side>) -> Side {
        let side = self.current.get().or(marked).unwrap_or_else(|| {
            let direction = host::number("xds\0listener_direction");
            let is_outbound = direction == Some(OUTBOUND);
            Side {
                kind: if is_outbound { SpanKind::Client } else { SpanKind::Server },
                is_gateway: !is_outbound && direction != Some(INBOUND),
            }
        });
        self.current.set(Some(side));
        side
    }

    /// The side if it is known without asking.
    pub fn known(&self) -> Option<Side> {
        self.current.get()
    }

    /// A stream becomes active of which this is known; `None` when it is new.
    pub fn enter(&self, side: Option<Side>) {
        if self.are_shared {
            self.current.set(side);
        }
    }

    /// Whether the side has to be found for each stream.
    pub fn are_shared(&self) -> bool {
        self.are_shared
    }

    /// Whether calls may come here.
    pub fn may_call(&self) -> bool {
        self.are_shared || self.known().is_some_and(|side| side.kind == SpanKind::Client)
    }
}
