//! Jaeger remote sampling: strategies polled from a cluster.
//!
//! `GET <path>?service=<name>` on the cluster's strategies endpoint (Jaeger: port 5778). The last
//! good answer stays in force while the endpoint is away; a bad one is refused and counted.

mod strategies;

use std::cell::RefCell;
use std::rc::Rc;

use super::{Sampler, SamplingRequest, Verdict};
use crate::span::Routes;
pub use strategies::Strategies;

/// Where strategies come from, and how often they are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteSettings {
    /// Name of the Envoy cluster.
    pub cluster: String,
    /// Value of `:authority`.
    pub authority: String,
    /// Value of `:path`, to which `?service=…` is added.
    pub path: String,
    /// Nanoseconds between two polls.
    pub interval: u64,
}

/// The sampler that follows them.
#[derive(Debug)]
pub struct RemoteSampler {
    /// Where they come from.
    pub settings: RemoteSettings,
    /// Decides until the first good answer.
    pub initial: Sampler,
    /// By which operations may be named.
    routes: Rc<Routes>,
    strategies: RefCell<Option<Strategies>>,
}

// === impl RemoteSampler ===

impl RemoteSampler {
    /// A sampler that has no strategies yet. `routes` name operations.
    pub fn new(settings: RemoteSettings, initial: Sampler, routes: Rc<Routes>) -> Self {
        Self { settings, initial, routes, strategies: RefCell::new(None) }
    }

    /// `:path` of a poll for the strategies of `service`.
    pub fn request_path(&self, service: &str) -> String {
        let mut path = format!("{}?service=", self.settings.path);
        for byte in service.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                path.push(char::from(byte));
            } else {
                path.push_str(&format!("%{byte:02X}"));
            }
        }
        path
    }

    /// Takes the body of an answer with status 200.
    ///
    /// # Errors
    /// Why it is refused; what was in force stays so.
    pub fn update(&self, body: &[u8]) -> Result<(), String> {
        let strategies = Strategies::parse(body)?;
        if let Ok(mut current) = self.strategies.try_borrow_mut() {
            // The same strategies keep their buckets.
            if current.as_ref().is_none_or(|known| !known.same_as(&strategies)) {
                *current = Some(strategies);
            }
        }
        Ok(())
    }

    pub(super) fn decide(&self, request: &mut SamplingRequest<'_>) -> Verdict {
        match self.strategies.try_borrow().as_deref() {
            Ok(Some(strategies)) => strategies.decide(request, &self.routes),
            _ => self.initial.decide(request),
        }
    }
}

#[cfg(test)]
mod tests;
