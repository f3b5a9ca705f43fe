//! Customers who order all the time.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::task::JoinSet;

use crate::scenario::Story;
use crate::traffic;

/// How many there are; each orders again when it has its answer.
const CUSTOMERS: usize = 10;

/// Every so many orders one is paid from the closed bank, and fails.
const CLOSED_EVERY: u64 = 20;

/// The number of the first order: apart from those of the scenarios.
const FIRST: u64 = 10_000;

/// Customers in the shop. Dropping it sends them away.
pub struct Customers {
    till: Arc<Till>,
    tasks: JoinSet<()>,
}

/// An order that was answered.
#[derive(Clone, Debug)]
pub struct Order {
    /// Its number, by which its trace is found.
    pub number: u64,
    /// When it was sent.
    pub began: Instant,
    /// Whether the closed bank refused it.
    pub refused: bool,
    /// What was wrong with the answer, if anything.
    pub problem: Option<String>,
}

#[derive(Default)]
struct Till {
    next: AtomicU64,
    orders: Mutex<Vec<Order>>,
    closed: AtomicBool,
}

// === impl Customers ===

impl Customers {
    /// Lets them in at this port.
    pub fn enter(edge: u16) -> Self {
        let till = Arc::new(Till::default());
        let mut tasks = JoinSet::new();
        for _ in 0..CUSTOMERS {
            tasks.spawn(buy(edge, Arc::clone(&till)));
        }
        Self { till, tasks }
    }

    /// The orders that were sent between the first of these times and before the second.
    pub fn orders(&self, [from, to]: [Instant; 2]) -> Vec<Order> {
        let orders = self.till.orders.lock().unwrap_or_else(PoisonError::into_inner);
        orders.iter().filter(|order| (from..to).contains(&order.began)).cloned().collect()
    }

    /// Lets them end what they have begun, and gives all orders.
    pub async fn leave(mut self) -> Vec<Order> {
        self.till.closed.store(true, Relaxed);
        while self.tasks.join_next().await.is_some() {}
        self.till.orders.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What one customer does.
async fn buy(edge: u16, till: Arc<Till>) {
    while !till.closed.load(Relaxed) {
        let number = FIRST + till.next.fetch_add(1, Relaxed);
        let refused = number % CLOSED_EVERY == CLOSED_EVERY - 1;
        let (story, bank) = match refused {
            true => (Story::FailedCheckout, "closed"),
            false => (Story::Checkout, "open"),
        };
        let target = format!("/checkout?order={number}&item=tent&bank={bank}");
        let began = Instant::now();
        let problem = traffic::request(edge, story, &target).await.err();
        let mut orders = till.orders.lock().unwrap_or_else(PoisonError::into_inner);
        orders.push(Order { number, began, refused, problem });
    }
}
