//! The shop in a real mesh of Istio: etcd, the Kubernetes API server, istiod, its agents and their
//! Envoys, and an OCI registry. The plugin comes as the manifests of `istio/` say, and is tuned
//! with kubectl while customers are in the shop.

mod customers;
mod install;
mod live;
mod refusal;
mod second;
mod setting;
mod shop;
mod terminal;
mod view;

use std::collections::HashSet;

use crate::demo::Shown;
use crate::paint::Paint;
use crate::progress::steps;
use crate::scenario::Story;
use crate::traffic;

use live::Live;
use shop::Shop;
use terminal::Terminal;

/// Starts the shop, applies the manifests, checks and prints, and tunes.
///
/// # Errors
///
/// Whatever is not as it must be, in words.
pub async fn show(paint: Paint) -> Result<Shown, String> {
    let step = steps(paint);
    let shop = Shop::start(&step).await?;
    println!("\n{}\n{}", paint.bold("What runs where"), shop.places());

    let shown = show_in(&shop, &step, paint).await.inspect_err(|_| {
        let complaints = shop.complaints();
        if !complaints.is_empty() {
            println!("\nWhat the proxies have logged of the filter, and errors:\n{complaints}");
        }
    });
    shown?;
    let spans = shop.backend.spans().await;
    let seen: HashSet<String> = spans.into_iter().map(|span| span.span_id).collect();
    Ok((Box::new(shop), seen))
}

async fn show_in(shop: &Shop, step: &impl Fn(&str), paint: Paint) -> Result<(), String> {
    let terminal = Terminal::new(shop.kubectl(), paint);
    println!("{}", paint.bold("The manifests of istio/, with the settings filled in"));
    install::apply(shop, &terminal).await?;

    println!();
    step("waiting until all proxies have the plugin");
    install::wait_until_traced(shop).await?;
    step("all of them have");
    // What came while only some had it is no part of what follows.
    let live = Live::begin(shop, paint).await;
    let traces = traffic::drive(shop.edge, &shop.backend, step, paint).await?;
    let title = "The slow checkout: the warehouse searches for a piano";
    traffic::show(Story::SlowCheckout, title, &traces, &shop.backend, paint);

    println!("\n{}", paint.bold("Customers come, and the sampling is tuned"));
    live.tune(&terminal).await
}
