//! Several services, each behind a real Envoy of its own, and the traces of calls along them.
//!
//! ```text
//! test ──► :15006 Envoy of a ──► application a ──► :15001 Envoy of a
//!                                                     │  by host
//!                              ┌──────────────────────┴──┐
//!                              ▼                         ▼
//!                       :15006 Envoy of b         :15006 Envoy of c
//! ```
//!
//! [`wiring`] is the Envoy configuration, [`plan`] says who calls whom, [`drive`] sends it,
//! [`settle`] waits until all spans have come, and [`tree`] puts them together again.

mod drive;
mod plan;
mod settle;
mod start;
mod tests;
mod trace_ids;
mod tree;
mod wiring;

use spanmesh_harness::{Collector, Envoy, HeaderCopyingApp};

pub use plan::{Call, call};
pub use trace_ids::TraceIds;
pub use tree::Tree;

/// Running services that can all call each other by name, and one collector for all.
pub struct Mesh {
    pub collector: Collector,
    services: Vec<Service>,
}

/// An application and its sidecar.
struct Service {
    name: String,
    envoy: Envoy,
    _application: HeaderCopyingApp,
}

impl Mesh {
    /// The sidecar of a service.
    #[track_caller]
    pub fn envoy(&self, service: &str) -> &Envoy {
        let found = self.services.iter().find(|it| it.name == service);
        &found.unwrap_or_else(|| panic!("there is no service {service}")).envoy
    }
}
