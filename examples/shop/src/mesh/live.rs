//! Tuning the plugin while customers are in the shop.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use spanmesh_mesh::Account;
use tokio::time::sleep_until;

use super::customers::{Customers, Order};
use super::refusal;
use super::second::{Second, TITLES};
use super::setting::{BAD, GOOD, REASON, SETTINGS, Setting, Share};
use super::shop::{EDGE, NAMESPACE, Shop};
use super::terminal::Terminal;
use crate::backend::Backend;
use crate::paint::Paint;
use crate::services::query;

/// How many seconds a change may take to be in force.
const PATIENCE: u32 = 15;

/// So many seconds in a row show that it is.
const IN_A_ROW: usize = 2;

/// How long spans may be on their way.
const ARRIVAL: Duration = Duration::from_millis(700);

const SECOND: Duration = Duration::from_secs(1);

/// The shop from the moment at which its account begins.
pub struct Live<'a> {
    shop: &'a Shop,
    before: Account,
    paint: Paint,
}

/// The table of seconds so far.
struct Table<'a> {
    backend: &'a Backend,
    customers: Customers,
    began: Instant,
    paint: Paint,
}

// === impl Live ===

impl<'a> Live<'a> {
    /// Begins the account when all proxies have delivered what they have.
    pub async fn begin(shop: &'a Shop, paint: Paint) -> Live<'a> {
        let before = Account::settled(&shop.pods()).await;
        shop.collector.clear();
        Self { shop, before, paint }
    }

    /// Lets customers in, changes the plugin step by step and measures what comes of it, and gives
    /// the account in the end.
    ///
    /// # Errors
    ///
    /// If a change does not come into force, an order fails, or a span is lost.
    pub async fn tune(self, terminal: &Terminal) -> Result<(), String> {
        let table = Table::begin(self.shop, self.paint);
        table.wait_for(Share::All).await?;
        for Setting { title, patch: change, share } in SETTINGS {
            println!("\n{title}");
            patch(terminal, change).await?;
            table.wait_for(share).await?;
        }

        let title = "A wrong configuration is refused, and the old one goes on";
        println!("\n{}", self.paint.bold(title));
        patch(terminal, BAD).await?;
        for (name, pod) in self.shop.proxies() {
            let line = refusal::wait_for(pod, REASON).await.map_err(|e| format!("{name}: {e}"))?;
            if name == EDGE {
                println!("{}", self.paint.red(&format!("{name}-0: {line}")));
            }
        }
        println!("The other five say the same.");
        table.wait_for(Share::All).await?;
        println!("\nAnd a right one again");
        patch(terminal, GOOD).await?;
        table.wait_for(Share::All).await?;

        self.settle(&table.customers.leave().await).await
    }

    /// Prints and checks the account.
    async fn settle(&self, orders: &[Order]) -> Result<(), String> {
        let after = Account::settled(&self.shop.pods()).await;
        let more = |name| after.count(name) - self.before.count(name);
        let [created, delivered] = ["spans_created", "spans_delivered"].map(more);
        let dropped = after.dropped() - self.before.dropped();
        let received = self.shop.backend.spans().await.len() as u64;

        let mut problems = orders.iter().filter_map(|order| order.problem.as_ref());
        let refused = orders.iter().filter(|order| order.refused).count();
        println!("\n{}", self.paint.bold("The account"));
        println!(
            "  {} orders, {refused} of them from the closed bank; {} not answered as they must be",
            orders.len(),
            problems.clone().count()
        );
        println!(
            "  {created} spans created = {delivered} delivered + {dropped} dropped; the collector \
             has {received}"
        );
        match problems.next() {
            Some(problem) => Err(format!("an order went wrong: {problem}")),
            None if created != delivered || dropped != 0 || received != delivered => {
                Err("the account of spans does not balance".to_owned())
            }
            None => Ok(()),
        }
    }
}

// === impl Table ===

impl<'a> Table<'a> {
    /// Lets customers in.
    fn begin(shop: &'a Shop, paint: Paint) -> Table<'a> {
        println!("{}", paint.dim(TITLES));
        let customers = Customers::enter(shop.edge);
        Self { backend: &shop.backend, customers, began: Instant::now(), paint }
    }

    /// Prints second by second from now on, until some in a row are such as this share makes them.
    async fn wait_for(&self, share: Share) -> Result<(), String> {
        let mut settled = 0;
        let start = Instant::now();
        for number in 0..PATIENCE {
            let from = start + number * SECOND;
            let second = self.second(from).await;
            settled = if share.fits(second) { settled + 1 } else { 0 };
            let number = (from - self.began).as_secs() + 1;
            println!("{}", second.line(number, settled > 0, self.paint));
            if settled == IN_A_ROW {
                return Ok(());
            }
        }
        Err(format!("after {PATIENCE} s the traced orders are still others than {share:?}"))
    }

    /// The second that begins at `from`, when its spans have come.
    async fn second(&self, from: Instant) -> Second {
        sleep_until((from + SECOND + ARRIVAL).into()).await;
        let spans = self.backend.spans().await;
        let roots = spans.iter().filter(|span| span.parent_id.is_none());
        let number = |query| query::value(query, "order")?.parse().ok();
        let traced: HashSet<u64> = roots.filter_map(|root| number(&root.query)).collect();
        Second::of(&self.customers.orders([from, from + SECOND]), &traced)
    }
}

/// Changes the plugin.
async fn patch(terminal: &Terminal, change: &str) -> Result<(), String> {
    terminal
        .run(&["-n", NAMESPACE, "patch", "wasmplugin", "spanmesh", "--type", "merge", "-p", change])
        .await
}
