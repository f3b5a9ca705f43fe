//! A host for the filter, natively: the imports of the ABI with the behaviour of Envoy as far as the
//! filter relies on it, and the callbacks that the filter exports.
//!
//! A [`Vm`] is a thread: what the filter keeps in statics is the thread's own, and goes with it. What
//! outlives VMs (shared data, statistics, the clock) is in the [`Host`], which goes from one VM to the
//! next.

mod callbacks;
mod callouts;
mod entropy;
mod faults;
mod headers;
mod host;
mod imports;
mod memory;
mod shared_data;
mod statistics;
mod vm;

pub use callouts::{Answer, Callout, Kind};
pub use faults::{Fault, Faults};
pub use headers::Headers;
pub use host::{Exchange, Host, RootSide};
pub use memory::Counting;
pub use shared_data::SharedData;
pub use statistics::Statistics;
pub use vm::Vm;
