//! The demonstration, from start to end.

use std::collections::HashSet;
use std::pin::pin;
use std::{panic, process};

use crate::args::Demo;
use crate::backend::{Backend, Ui};
use crate::paint::Paint;
use crate::progress::steps;
use crate::scenario::Story;
use crate::shop::Shop;
use crate::trace::Trace;
use crate::{follow, mesh, signals, traffic};

/// A shop that was shown and still runs. Dropping it stops everything.
pub trait Running {
    /// What has its spans.
    fn backend(&self) -> &Backend;

    /// What to try by hand.
    fn suggestions(&self) -> String;
}

/// What was shown: the shop, and the ids of the spans that need not be shown again.
pub type Shown = (Box<dyn Running>, HashSet<String>);

/// Makes a panic an ordinary failure: the harness panics, with a message for people, when
/// something that it needs does not work.
pub fn leave_on_panic() {
    panic::set_hook(Box::new(|info| {
        match info.payload_as_str() {
            Some(message) => eprintln!("shop: {message}"),
            None => eprintln!("shop: {info}"),
        }
        process::exit(1);
    }));
}

/// Shows the shop, then follows new traces if asked to, until a signal. Gives the exit status.
///
/// # Errors
///
/// What did not work, in words: the traces that did not arrive as they must among it.
pub async fn run(demo: Demo) -> Result<u8, String> {
    let paint = Paint::of_stdout();
    let mut stop = pin!(signals::stop());
    let show = async {
        match demo.mesh {
            true => mesh::show(paint).await,
            false => show(demo.ui, paint).await,
        }
    };
    let (shop, seen) = tokio::select! {
        biased;
        stopped = &mut stop => return stopped,
        shown = show => shown?,
    };
    if !demo.keep {
        let again = Demo { keep: true, ..demo };
        println!("\nAll of it stops now. To keep it running and try it: {again}");
        return Ok(0);
    }
    println!("\n{}", paint.bold("It keeps running; Ctrl-C stops everything"));
    println!("{}", shop.suggestions());
    tokio::select! {
        never = follow::forever(shop.backend(), seen, paint) => match never {},
        // Now it is how the demonstration ends, and no failure.
        stopped = &mut stop => stopped.map(|_| 0),
    }
}

/// Starts the shop, drives the traffic, checks and prints.
async fn show(ui: Ui, paint: Paint) -> Result<Shown, String> {
    let step = steps(paint);
    let shop = Shop::start(ui, &step).await?;
    println!("\n{}\n{}", paint.bold("What runs where"), shop.places());

    let driven = traffic::drive(shop.edge_port(), &shop.backend, &step, paint).await;
    let traces = driven.inspect_err(|_| {
        let complaints = shop.complaints();
        if !complaints.is_empty() {
            println!("\nWhat the Envoys have logged:\n{complaints}");
        }
    })?;
    for (story, title) in [
        (Story::SlowCheckout, "The slow checkout: the warehouse searches for a piano"),
        (Story::FailedCheckout, "The failed checkout: the bank is closed"),
    ] {
        traffic::show(story, title, &traces, &shop.backend, paint);
    }
    let rows = traces.iter().flat_map(Trace::rows);
    let spans = rows.map(|row| row.span.span_id.clone()).collect();
    Ok((Box::new(shop), spans))
}

// === impl Shop ===

impl Running for Shop {
    fn backend(&self) -> &Backend {
        &self.backend
    }

    fn suggestions(&self) -> String {
        try_by_hand(self.edge_port())
    }
}

/// Requests to make at the edge.
pub fn try_by_hand(edge: u16) -> String {
    format!(
        "  curl -X POST 'http://127.0.0.1:{edge}/checkout?order=2001&item=piano&bank=open'\n  \
         items: tent, kettle, lantern, piano (slow); banks: open, closed (fails)\n  \
         also: curl http://127.0.0.1:{edge}/products\n\n\
         The trace of each request is printed here when it is complete."
    )
}
