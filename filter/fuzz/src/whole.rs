//! The whole filter in a fake host: what may happen to it, and what must hold whatever happens.

mod conduct;
mod configuration;
mod ending;
mod exported;
mod invariants;
mod life;
mod run;
mod step;
mod traffic;

pub use run::{Input, run};
