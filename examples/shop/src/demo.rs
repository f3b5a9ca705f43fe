//! The demonstration, from start to end.

use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::time::Instant;
use std::{panic, process};

use http::HeaderMap;

use crate::backend::Ui;
use crate::client::exchange;
use crate::paint::Paint;
use crate::scenario::{Scenario, Story, TRAFFIC};
use crate::shop::Shop;
use crate::trace::Trace;
use crate::waterfall::titled;
use crate::{arrival, follow, signals};

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

/// Shows the shop, then follows new traces if `keep`, until a signal. Gives the exit status.
///
/// # Errors
///
/// What did not work, in words: the traces that did not arrive as they must among it.
pub async fn run(keep: bool, ui: Ui) -> Result<u8, String> {
    let paint = Paint::of_stdout();
    let mut stop = pin!(signals::stop());
    let (shop, seen) = tokio::select! {
        biased;
        stopped = &mut stop => return stopped,
        shown = show(ui, paint) => shown?,
    };
    if !keep {
        let ui = if ui == Ui::Zipkin { "UI=zipkin " } else { "" };
        println!("\nAll of it stops now. To keep it running and try it: make demo {ui}KEEP=1");
        return Ok(0);
    }
    println!("\n{}", paint.bold("It keeps running; Ctrl-C stops everything"));
    println!("{}", shop.suggestions());
    tokio::select! {
        never = follow::forever(&shop.backend, seen, paint) => match never {},
        // Now it is how the demonstration ends, and no failure.
        stopped = &mut stop => stopped.map(|_| 0),
    }
}

/// Starts the shop, drives the traffic, checks and prints. Gives the shop, still running, and the
/// ids of the spans that came.
async fn show(ui: Ui, paint: Paint) -> Result<(Shop, HashSet<String>), String> {
    let started = Instant::now();
    let step = |text: &str| {
        let seconds = format!("[{:5.1} s]", started.elapsed().as_secs_f64());
        println!("{} {text}", paint.dim(&seconds));
    };

    let shop = Shop::start(ui, &step).await?;
    println!("\n{}\n{}", paint.bold("What runs where"), shop.places());

    step(&format!("driving {} requests through the edge", TRAFFIC.len()));
    for scenario in TRAFFIC {
        drive(&shop, scenario).await?;
    }
    let traces = arrival::wait(&shop.backend, &step, paint).await.inspect_err(|_| {
        let complaints = shop.complaints();
        if !complaints.is_empty() {
            println!("\nWhat the Envoys have logged:\n{complaints}");
        }
    })?;
    let rows = traces.iter().flat_map(Trace::rows);
    let spans: HashSet<String> = rows.map(|row| row.span.span_id.clone()).collect();
    step(&format!(
        "{} spans in {} traces: complete, joined, as they must be",
        spans.len(),
        traces.len()
    ));

    for (story, title) in [
        (Story::SlowCheckout, "The slow checkout: the warehouse searches for a piano"),
        (Story::FailedCheckout, "The failed checkout: the bank is closed"),
    ] {
        if let Some(trace) = TRAFFIC.iter().find(|s| s.story == story).and_then(|s| s.of(&traces)) {
            let link = shop.backend.link(trace.id());
            print!("\n{}\n{}{link}", paint.bold(title), titled(trace, paint));
        }
    }
    Ok((shop, spans))
}

/// Makes the request of `scenario`.
async fn drive(shop: &Shop, scenario: Scenario) -> Result<(), String> {
    let Scenario { story, target } = scenario;
    let edge = SocketAddr::from((Ipv4Addr::LOCALHOST, shop.edge_port()));
    let answer = exchange(edge, story.method(), "shop.example", target, HeaderMap::new()).await;
    let (status, body) = answer.map_err(|error| format!("{scenario}: {error}"))?;
    if status == story.status() {
        return Ok(());
    }
    Err(format!("{scenario}: answered {status} instead of {}: {body}", story.status()))
}
