//! Interoperation: what the filter's core writes, foreign code reads, and the reverse.
//!
//! No Envoy here, so that every case of the corpus meets every propagator of its format; `e2e`
//! repeats a choice of them in the real one. Where foreign code differs from a format, the corpus
//! or [`written`] says how, and the test asks for that difference.

mod baggage;
mod conflicts;
mod from_foreign;
mod ours;
mod readings;
mod to_foreign;
mod translation;
mod vectors;
mod written;
