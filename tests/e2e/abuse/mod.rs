//! Abuse: what no well-meaning peer does, in masses. `tests/ABUSE.md` tells what came of it.

mod cardinality;
mod chaos;
mod memory;
mod overload;
