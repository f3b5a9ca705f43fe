//! What arrived at the collector, trace by trace.

use std::collections::BTreeMap;

use spanmesh_harness::wait::Looks;
use spanmesh_harness::{Collector, ReceivedSpan};
use spanmesh_mesh::{Account, Pod};

use super::{SOON, Shop};

/// How many spans one checkout has: of the gateway, of both sides of the cart, of the payment.
pub const HOPS: usize = 4;

impl Shop {
    /// The spans of all whole checkouts so far, each trace's in the order of their starts.
    pub fn whole_traces(&self) -> Vec<Vec<ReceivedSpan>> {
        let whole = |trace: &Vec<ReceivedSpan>| trace.len() == HOPS;
        traces(&self.collector).into_values().filter(whole).collect()
    }

    /// Checks out until one is traced by all proxies; the proxies get their plugins one by one.
    pub async fn wait_until_traced(&self) -> Vec<ReceivedSpan> {
        let mut looks = Looks::within(SOON);
        while looks.another().await {
            let answer = self.check_out().await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            if let Some(trace) = self.whole_traces().pop() {
                return trace;
            }
        }
        panic!("no whole trace; the gateway says:\n{}", self.gateway.log());
    }

    /// Checks out until the plugin of this proxy has counted one.
    pub async fn wait_until_counted(&self, pod: &Pod) {
        let mut looks = Looks::within(SOON);
        while looks.another().await {
            assert_eq!(self.check_out().await.status, 200);
            let account = Account::of(&[pod]).await;
            if account.count("spans_created") + account.count("spans_sampled_out") > 0 {
                return;
            }
        }
        panic!("no plugin in:\n{}", pod.log());
    }
}

fn traces(collector: &Collector) -> BTreeMap<String, Vec<ReceivedSpan>> {
    let mut traces: BTreeMap<String, Vec<ReceivedSpan>> = BTreeMap::new();
    for span in collector.spans() {
        traces.entry(span.trace_id()).or_default().push(span);
    }
    for trace in traces.values_mut() {
        trace.sort_by_key(|span| span.span.start_time_unix_nano);
    }
    traces
}
