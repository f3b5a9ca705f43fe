//! Compiles `propagators` and `response_header`.

use spanmesh_json::Value;

use super::{Section, text};
use crate::options::propagation::PROPAGATORS;
use spanmesh_core::propagation::{Propagation, Propagator, ResponseHeader};

/// Which formats are read and written.
pub(super) fn compile(value: &Value) -> Propagation {
    if value.is_array() {
        return Propagation::new(propagators(value), propagators(value));
    }
    let options = Section::new(value, &PROPAGATORS);
    let of = |name| propagators(&options.value(name));
    Propagation::new(of("extract"), of("inject"))
}

fn propagators(value: &Value) -> Vec<Propagator> {
    let names = value.as_array().into_iter().flatten();
    names.filter_map(|name| Propagator::from_name(&text(name))).collect()
}

/// The header fields that are added to answers.
pub(super) fn response_headers(value: &Value) -> Vec<ResponseHeader> {
    let names = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    names.iter().filter_map(Value::as_str).map(ResponseHeader::from_name).collect()
}
