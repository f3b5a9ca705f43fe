//! The services of the shop: small HTTP/1.1 servers that know nothing of tracing.
//!
//! All that they do for it is to copy two headers from the request that they answer to the
//! calls that they make for it ([`mesh::Mesh`]); the spans come from the Envoys beside them.

mod cart;
mod checkout;
mod inventory;
mod mesh;
mod payments;
mod provider;
pub mod query;
mod server;
mod storefront;

use std::fmt;
use std::str::FromStr;

pub use inventory::SLOW_DELAY;
pub use server::run;

use mesh::Mesh;
use server::{Answer, Request};

/// One of the services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// What customers talk to, through the edge.
    Storefront,
    /// Turns a cart into an order: cart, inventory, payments.
    Checkout,
    /// Holds what a customer chose.
    Cart,
    /// Knows what is in stock and reserves it.
    Inventory,
    /// Charges the customer through the provider.
    Payments,
    /// The payment provider: another company's, outside the mesh, with no Envoy.
    Provider,
}

impl Service {
    /// The services inside the mesh: each has an Envoy of its own.
    pub const INSIDE: [Self; 5] =
        [Self::Storefront, Self::Checkout, Self::Cart, Self::Inventory, Self::Payments];

    /// The name: of the process, of the Envoy's `node.cluster`, and so of `service.name`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Storefront => "storefront",
            Self::Checkout => "checkout",
            Self::Cart => "cart",
            Self::Inventory => "inventory",
            Self::Payments => "payments",
            Self::Provider => "provider",
        }
    }

    /// Answers one request.
    async fn answer(self, request: &Request, mesh: &Mesh) -> Answer {
        match self {
            Self::Storefront => storefront::answer(request, mesh).await,
            Self::Checkout => checkout::answer(request, mesh).await,
            Self::Cart => cart::answer(request).await,
            Self::Inventory => inventory::answer(request).await,
            Self::Payments => payments::answer(request, mesh).await,
            Self::Provider => provider::answer(request).await,
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Service {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::INSIDE
            .into_iter()
            .chain([Self::Provider])
            .find(|service| service.name() == name)
            .ok_or_else(|| format!("no service is called {name:?}"))
    }
}
