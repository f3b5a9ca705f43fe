//! The whole filter, natively, in a host that calls it in any order, answers what it likes, and fails
//! wherever it may: no panic, every span accounted for, valid exports, untouched requests.

#![no_main]

use libfuzzer_sys::fuzz_target;
use spanmesh_core_fuzz::whole::{Input, run};
use spanmesh_fakehost::Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fuzz_target!(|input: Input<'_>| run(&input));
