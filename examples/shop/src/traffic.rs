//! Driving the scenarios through the edge of a shop, and showing the traces that they left.

use http::HeaderMap;

use crate::arrival;
use crate::backend::Backend;
use crate::client::exchange;
use crate::paint::Paint;
use crate::scenario::{HOST, Scenario, Story, TRAFFIC};
use crate::shop::local;
use crate::trace::Trace;
use crate::waterfall::titled;

/// Makes every request of the traffic, and gives the traces when they are as they must be.
///
/// # Errors
///
/// A wrong answer, or everything that is wrong with the traces.
pub async fn drive(
    edge: u16,
    backend: &Backend,
    step: &impl Fn(&str),
    paint: Paint,
) -> Result<Vec<Trace>, String> {
    step(&format!("driving {} requests through the edge", TRAFFIC.len()));
    for Scenario { story, target } in TRAFFIC {
        request(edge, story, target).await?;
    }
    let traces = arrival::wait(backend, step, paint).await?;
    let spans: usize = traces.iter().map(|trace| trace.rows().len()).sum();
    let count = traces.len();
    step(&format!("{spans} spans in {count} traces: complete, joined, as they must be"));
    Ok(traces)
}

/// Makes a request of `story`.
///
/// # Errors
///
/// If the answer is not that of the story.
pub async fn request(edge: u16, story: Story, target: &str) -> Result<(), String> {
    let method = story.method();
    let request = format!("{method} {target}");
    let answer = exchange(local(edge), method, HOST, target, HeaderMap::new()).await;
    let (status, body) = answer.map_err(|error| format!("{request}: {error}"))?;
    if status == story.status() {
        return Ok(());
    }
    Err(format!("{request}: answered {status} instead of {}: {body}", story.status()))
}

/// Prints the trace of the first request of `story`.
pub fn show(story: Story, title: &str, traces: &[Trace], backend: &Backend, paint: Paint) {
    if let Some(trace) = TRAFFIC.iter().find(|s| s.story == story).and_then(|s| s.of(traces)) {
        let link = backend.link(trace.id());
        print!("\n{}\n{}{link}", paint.bold(title), titled(trace, paint));
    }
}
