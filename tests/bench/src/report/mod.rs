//! From what was measured to what is printed and written.

pub mod chart;
pub mod results;
pub mod statistics;
pub mod table;
pub mod targets;
mod variant_result;

pub use results::Results;
