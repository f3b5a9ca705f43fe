//! The foreign propagators among themselves: what the corpus says of them is so.

mod baggage;
mod conflicts;
mod otlp;
mod readings;
mod round_trips;
