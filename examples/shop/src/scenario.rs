//! The requests that the demonstration makes, and the trace that each must leave.

use std::fmt;

use http::{Method, StatusCode};

use crate::span::Kind;
use crate::trace::Trace;

/// The authority of all requests.
pub const HOST: &str = "shop.example";

/// One request to the edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// What happens.
    pub story: Story,
    /// Path and query. No two are equal: it is by them that the trace is found.
    pub target: &'static str,
}

/// What happens on the way of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Story {
    /// A look at whether the shop is open.
    Health,
    /// A look at the goods.
    Browse,
    /// An order, and all goes well.
    Checkout,
    /// An order of what takes the warehouse long to find.
    SlowCheckout,
    /// An order that the bank does not pay.
    FailedCheckout,
}

/// One span that a trace must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// How many spans are above it.
    pub depth: usize,
    /// `service.name`.
    pub service: &'static str,
    /// The kind.
    pub kind: Kind,
    /// The start of where the request went: host, if it is a call, and path.
    pub target: &'static str,
    /// `error.type`, if the span must be one of an error.
    pub error: Option<&'static str>,
    /// Whether the span must contain the slow answer of the warehouse.
    pub slow: bool,
}

/// The traffic, in order.
pub const TRAFFIC: [Scenario; 9] = [
    Scenario { story: Story::Health, target: "/health" },
    Scenario { story: Story::Browse, target: "/products?page=1" },
    Scenario { story: Story::Checkout, target: "/checkout?order=1001&item=tent&bank=open" },
    Scenario { story: Story::Checkout, target: "/checkout?order=1002&item=kettle&bank=open" },
    Scenario { story: Story::SlowCheckout, target: "/checkout?order=1003&item=piano&bank=open" },
    Scenario { story: Story::Browse, target: "/products?page=2" },
    Scenario { story: Story::Checkout, target: "/checkout?order=1004&item=lantern&bank=open" },
    Scenario { story: Story::FailedCheckout, target: "/checkout?order=1005&item=tent&bank=closed" },
    Scenario { story: Story::Checkout, target: "/checkout?order=1006&item=tent&bank=open" },
];

// === impl Scenario ===

impl Scenario {
    /// The trace of this request among `traces`.
    pub fn of(self, traces: &[Trace]) -> Option<&Trace> {
        let is_own =
            |trace: &&Trace| trace.root().is_some_and(|root| root.request() == self.target);
        traces.iter().find(is_own)
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.story.method(), self.target)
    }
}

// === impl Story ===

impl Story {
    /// The method of the request.
    pub fn method(self) -> Method {
        match self {
            Self::Health | Self::Browse => Method::GET,
            Self::Checkout | Self::SlowCheckout | Self::FailedCheckout => Method::POST,
        }
    }

    /// The status of the answer.
    pub fn status(self) -> StatusCode {
        match self {
            Self::FailedCheckout => StatusCode::BAD_GATEWAY,
            Self::Health | Self::Browse | Self::Checkout | Self::SlowCheckout => StatusCode::OK,
        }
    }

    /// The spans of the trace, in the order of the tree.
    pub fn hops(self) -> Vec<Hop> {
        use Kind::{Client, Server};
        match self {
            Self::Health => {
                vec![hop(0, "edge", Server, "/health"), hop(1, "storefront", Server, "/health")]
            }
            Self::Browse => vec![
                hop(0, "edge", Server, "/products"),
                hop(1, "storefront", Server, "/products"),
                hop(2, "storefront", Client, "inventory.shop/stock"),
                hop(3, "inventory", Server, "/stock"),
            ],
            Self::Checkout => checkout(),
            Self::SlowCheckout => {
                // The reservation and everything above it.
                let slow = [0, 1, 2, 3, 6, 7];
                let mark = |(index, hop)| Hop { slow: slow.contains(&index), ..hop };
                checkout().into_iter().enumerate().map(mark).collect()
            }
            Self::FailedCheckout => {
                // The bank's 503, and every 502 above it.
                let mark = |(index, hop)| match index {
                    0..=3 | 8..=9 => Hop { error: Some("502"), ..hop },
                    10 => Hop { error: Some("503"), ..hop },
                    _ => hop,
                };
                checkout().into_iter().enumerate().map(mark).collect()
            }
        }
    }
}

/// The spans of a checkout.
fn checkout() -> Vec<Hop> {
    use Kind::{Client, Server};
    vec![
        hop(0, "edge", Server, "/checkout"),
        hop(1, "storefront", Server, "/checkout"),
        hop(2, "storefront", Client, "checkout.shop/orders/"),
        hop(3, "checkout", Server, "/orders/"),
        hop(4, "checkout", Client, "cart.shop/carts/"),
        hop(5, "cart", Server, "/carts/"),
        hop(4, "checkout", Client, "inventory.shop/reservations"),
        hop(5, "inventory", Server, "/reservations"),
        hop(4, "checkout", Client, "payments.shop/charges"),
        hop(5, "payments", Server, "/charges"),
        hop(6, "payments", Client, "provider.example/v1/charges"),
    ]
}

/// A span without error.
fn hop(depth: usize, service: &'static str, kind: Kind, target: &'static str) -> Hop {
    Hop { depth, service, kind, target, error: None, slow: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_requests_have_the_same_target() {
        for (index, scenario) in TRAFFIC.iter().enumerate() {
            let others = TRAFFIC.iter().skip(index + 1);
            assert!(others.clone().all(|other| other.target != scenario.target), "{scenario}");
        }
    }
}
