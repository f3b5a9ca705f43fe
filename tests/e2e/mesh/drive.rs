//! Sending a plan from outside: once, or as fast as the services can.

use spanmesh_harness::{Client, Load, Response};

use super::{Call, Mesh};
use crate::support::INBOUND;

impl Mesh {
    /// Sends it to the inbound listener of its first service.
    pub async fn send(&self, plan: &Call) -> Response {
        self.send_with(plan, &[]).await
    }

    /// As [`Mesh::send`], with more fields in this first request. Of them, applications copy
    /// only `traceparent` and `tracestate`, or what the mesh was told to let them copy.
    pub async fn send_with(&self, plan: &Call, fields: &[(&str, &str)]) -> Response {
        let mut client = Client::connect(self.entry(plan)).await;
        let fields = fields.iter().map(|(name, value)| (name.to_string(), (*value).into()));
        client.send(&plan.request().headers(fields)).await
    }

    /// The same from many: a load, for its `connections` and `count` to be told.
    pub fn load(&self, plan: &Call) -> Load {
        let request = plan.request();
        Load::on(self.entry(plan)).requests(move |_| request.clone())
    }

    /// As [`Mesh::load`], with a `traceparent` for the n-th request (from 0), such as
    /// [`TraceIds::traceparent`](super::TraceIds::traceparent).
    pub fn load_with(
        &self,
        plan: &Call,
        traceparent: impl Fn(u64) -> String + Send + Sync + 'static,
    ) -> Load {
        let request = plan.request();
        let nth = move |n| request.clone().header("traceparent", traceparent(n));
        Load::on(self.entry(plan)).requests(nth)
    }

    /// The real port where a plan begins. All its services must be there: an application would
    /// keep quiet about a call that leads nowhere.
    #[track_caller]
    fn entry(&self, plan: &Call) -> u16 {
        let ports = plan.services().into_iter().map(|service| self.envoy(service).port(INBOUND));
        let ports: Vec<_> = ports.collect();
        ports[0]
    }
}
