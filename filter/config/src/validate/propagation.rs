//! Checks lists of propagators, and header fields that are added to answers.

use spanmesh_json::Value;

use super::{Checker, is_field_name};
use crate::options::propagation::{FRAMING, NONE};
use spanmesh_core::propagation::Propagator;

impl Checker {
    /// A list of different propagators; `none` stands alone.
    pub(super) fn propagators(&mut self, value: &Value) {
        let Value::Array(items) = value else { return self.problem("a list", value) };
        for (index, item) in items.iter().enumerate() {
            self.below(&format!("[{index}]"), |checker| {
                let name = item.as_str().unwrap_or_default();
                if name == NONE {
                    if items.len() > 1 {
                        checker.push("cannot stand beside others".into());
                    }
                } else if Propagator::from_name(name).is_none() {
                    let names: Vec<_> = Propagator::ALL.into_iter().map(Propagator::name).collect();
                    checker.problem(&format!("one of {}, {NONE}", names.join(", ")), item);
                } else if let Some(earlier) = items.iter().take(index).position(|it| it == item) {
                    checker.push(format!("is named twice: {item} is item {earlier} too"));
                }
            });
        }
    }

    pub(super) fn answer_header(&mut self, value: &Value) {
        let is_free = |name: &str| is_field_name(name) && !FRAMING.contains(&name);
        let expected = "a lower-case HTTP field name, but none that frames the answer";
        self.text(value, expected, is_free);
    }
}
