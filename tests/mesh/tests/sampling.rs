//! Where the ratio of new traces comes from in a mesh, and which place wins.

use serde_json::{Value, json};

use crate::support::{Account, MESH_SAMPLING, Shop, plane};

const REQUESTS: u64 = 400;

/// The share of new traces that the cart samples, in percent, when nothing but it is traced.
async fn share(shop: &Shop) -> f64 {
    let before = Account::of(&[&shop.cart]).await;
    let report = shop.load().count(REQUESTS).run().await;
    assert_eq!(report.with_status(200), REQUESTS, "{report:?}");
    let after = Account::settled(&[&shop.cart]).await;
    let created = after.count("spans_created") - before.count("spans_created");
    created as f64 * 100.0 / REQUESTS as f64
}
