//! The filter's own counters, of several proxies together.

use std::collections::BTreeMap;
use std::time::Duration;

use spanmesh_harness::SECONDS;
use spanmesh_harness::wait::Looks;
use tokio::time::sleep;

use crate::pod::Pod;

/// Patience for the delivery of what is queued, on a machine that is busy with other tests.
const SOON: Duration = Duration::from_secs(30);

/// Sums of the counters and gauges, by their names without `spanmesh_`.
#[derive(Debug, Default)]
pub struct Account(BTreeMap<String, u64>);

impl Account {
    /// Of these proxies, as they are now.
    pub async fn of(pods: &[&Pod]) -> Account {
        let mut account = Account::default();
        for pod in pods {
            for (name, count) in pod.stats().await {
                *account.0.entry(name).or_default() += count;
            }
        }
        account
    }

    /// The same when no request is on its way any more, and no span is queued.
    pub async fn settled(pods: &[&Pod]) -> Account {
        // The last counts come within a second.
        sleep(3 * SECONDS / 2).await;
        let mut looks = Looks::within(SOON);
        let mut account = Account::default();
        while looks.another().await {
            account = Account::of(pods).await;
            if account.count("spans_queued") == 0 && account.balances() {
                return account;
            }
        }
        panic!("still queued: {account:?}");
    }

    /// One of them; 0 when no proxy has it.
    pub fn count(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or(0)
    }

    /// created = delivered + dropped + queued.
    fn balances(&self) -> bool {
        let delivered = self.count("spans_delivered") + self.count("spans_queued");
        self.count("spans_created") == delivered + self.dropped()
    }

    /// Spans dropped, for any reason.
    pub fn dropped(&self) -> u64 {
        let dropped = self.0.iter().filter(|(name, _)| name.starts_with("spans_dropped"));
        dropped.map(|(_, count)| count).sum()
    }
}
