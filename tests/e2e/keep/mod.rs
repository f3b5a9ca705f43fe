//! Keep rules: what the head sampler left out and what mattered after all.

mod calls;
mod limits;
mod path;
mod reasons;

use serde_json::{Value, json};

use crate::support::plugin;

/// A head sampler that leaves out nearly everything, and these keep rules.
pub fn keeping(keep: Value) -> Value {
    let root = json!({"probability": {"ratio": 0.001}});
    plugin(json!({"sampler": {"parent_based": {"root": root}}, "keep": keep}))
}

/// The same without the thousandth part: what the head samples depends on nothing but the rules.
pub fn only_keeping(keep: Value) -> Value {
    plugin(json!({"sampler": {"parent_based": {"root": "always_off"}}, "keep": keep}))
}
