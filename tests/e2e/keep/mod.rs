//! Keep rules: what the head sampler left out and what mattered after all.

mod calls;
mod limits;
mod path;
mod reasons;

use serde_json::{Value, json};

use crate::support::plugin;

/// A head sampler that leaves out nearly everything, and these keep rules.
pub fn keeping(keep: Value) -> Value {
    plugin(options(json!({"probability": {"ratio": 0.001}}), keep))
}

/// The same without the thousandth part: what the head samples depends on nothing but the rules.
pub fn only_keeping(keep: Value) -> Value {
    plugin(options(json!("always_off"), keep))
}

/// The options that make the difference.
fn options(root: Value, keep: Value) -> Value {
    json!({"sampler": {"parent_based": {"root": root}}, "keep": keep})
}
