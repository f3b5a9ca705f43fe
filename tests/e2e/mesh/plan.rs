//! Who calls whom, written as it nests:
//! `call("a", "/checkout").calling([call("b", "/cart"), call("c", "/status/503")])`.

use serde_json::{Value, json};
use spanmesh_harness::Request;

/// A request to a service, and the calls that its application makes in turn, one after the
/// other. The path can ask for an answer, see [`spanmesh_harness::header_copying_app`].
#[derive(Clone, Debug)]
pub struct Call {
    service: String,
    path: String,
    calls: Vec<Call>,
}

/// A call to a service that calls nobody.
pub fn call(service: &str, path: &str) -> Call {
    Call { service: service.to_owned(), path: path.to_owned(), calls: Vec::new() }
}

impl Call {
    /// Adds calls that its application makes.
    pub fn calling(mut self, calls: impl IntoIterator<Item = Call>) -> Call {
        self.calls.extend(calls);
        self
    }

    /// The service that is called.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Every service on the way, this one first.
    pub fn services(&self) -> Vec<&str> {
        let others = self.calls.iter().flat_map(Call::services);
        std::iter::once(self.service()).chain(others).collect()
    }

    /// The request that sets it going.
    pub fn request(&self) -> Request {
        Request::post(&self.path, self.body().to_string())
            .host(&self.service)
            .header("content-type", "application/json")
    }

    fn body(&self) -> Value {
        self.calls.iter().map(Call::item).collect()
    }

    fn item(&self) -> Value {
        json!({"url": format!("http://{}{}", self.service, self.path), "arguments": self.body()})
    }
}
