//! The results as Markdown.

use std::fmt::{self, Display, Formatter};

use super::results::{Asides, Results};
use super::statistics::Spread;
use super::targets::Target;
use super::variant_result::VariantResult;

/// Shows results as Markdown.
#[derive(Clone, Copy, Debug)]
pub struct Table<'r>(pub &'r Results);

/// Below this share of the core something is wrong; 0.98 and more is usual.
const SATURATED: f64 = 0.95;

const NOTHING: &str = "–";

impl Display for Table<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Table(results) = self;
        let processes = results.settings.processes;
        writeln!(
            f,
            "Envoy {}, {}, one worker; median over {processes} process(es) and their range.\n",
            results.envoy, results.processor
        )?;
        writeln!(
            f,
            "| variant | CPU µs/request | added µs | × native | × tuned | \
             × native 10 % | p50 added µs | p99 added µs | (whole slices) | spans | bytes a span | exports per 1,000 | core busy |"
        )?;
        writeln!(f, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")?;
        for variant in &results.variants {
            row(f, variant)?;
        }
        disturbed(f, &results.variants)?;
        writeln!(
            f,
            "\nLatency at {:.0} requests/s, half of what Envoy without tracing can take; p99 is that \
             of the median stretch of 50 ms, beside that of whole slices.",
            results.half_load_rps
        )?;
        asides(f, &results.asides)?;
        targets(f, &results.targets)
    }
}

fn row(f: &mut Formatter<'_>, variant: &VariantResult) -> fmt::Result {
    let ratio = |name: &str| {
        let ratio = variant.added_cpu_ratio_to.get(name);
        ratio.map_or_else(|| NOTHING.to_owned(), |ratio| format!("{ratio:.2}"))
    };
    let exports = variant.exports_per_1000_spans;
    writeln!(
        f,
        "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {:.0} % |",
        variant.title,
        ranged(Some(&variant.cpu_us)),
        ranged(variant.added_cpu_us.as_ref()),
        ratio("native"),
        ratio("native-tuned"),
        ratio("native-10"),
        ranged(variant.added_latency_us.as_ref().map(|added| &added.p50)),
        ranged(variant.added_latency_us.as_ref().map(|added| &added.p99)),
        ranged(variant.added_latency_us.as_ref().map(|added| &added.p99_whole)),
        variant.spans,
        variant.bytes_per_span.map_or_else(|| NOTHING.to_owned(), |bytes| format!("{bytes:.0}")),
        exports.map_or_else(|| NOTHING.to_owned(), |exports| format!("{exports:.2}")),
        100.0 * variant.utilisation.median
    )
}

/// Tells what else had the core.
fn disturbed(f: &mut Formatter<'_>, variants: &[VariantResult]) -> fmt::Result {
    let least = variants.iter().map(|variant| variant.utilisation.min).fold(1.0, f64::min);
    if least < SATURATED {
        let percent = 100.0 * least;
        write!(f, "\n**Envoy had only {percent:.0} % of its core at times:** ")?;
        writeln!(f, "something else ran on it or the load was too slow. Do not trust this run.")?;
    }
    Ok(())
}

fn ranged(spread: Option<&Spread>) -> String {
    match spread {
        None => NOTHING.to_owned(),
        Some(spread) if spread.processes.len() == 1 => format!("{:.1}", spread.median),
        Some(Spread { median, min, max, .. }) => format!("{median:.1} ({min:.1}–{max:.1})"),
    }
}

fn asides(f: &mut Formatter<'_>, asides: &Asides) -> fmt::Result {
    if let Some(memory) = &asides.vm_memory {
        writeln!(
            f,
            "VM memory: {} idle, {} exporting, {} with a full queue ({} spans dropped).",
            Mib(memory.idle_bytes),
            Mib(memory.exporting_bytes),
            Mib(memory.full_queue_bytes),
            memory.dropped_queue_full
        )?;
    }
    if let Some(limit) = &asides.rate_limit {
        writeln!(
            f,
            "Rate limit of {} traces/s, {} workers, {:.0} requests/s: {:.1} admitted a second, \
             {:.2} conflicts per 1,000 of them.",
            limit.traces_per_second,
            limit.workers,
            limit.requests_per_second,
            limit.admitted_per_second,
            limit.conflicts_per_1000_admitted
        )?;
    }
    if let Some(down) = &asides.collector_down {
        writeln!(
            f,
            "Collector down: {:.0} requests/s, up: {:.0}; {:.3} of it, the median of rounds.",
            down.down_rps, down.up_rps, down.throughput_ratio
        )?;
    }
    if let Some(start) = &asides.start_up {
        let (none, spanmesh) = (start.none_ms, start.spanmesh_ms);
        writeln!(
            f,
            "From start to ready: {none:.0} ms without tracing, {spanmesh:.0} ms with the filter."
        )?;
    }
    Ok(())
}

fn targets(f: &mut Formatter<'_>, targets: &[Target]) -> fmt::Result {
    if targets.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n| to reach | at most | found | |\n|---|--:|--:|---|")?;
    for target in targets {
        let verdict = if target.met { "met" } else { "**missed**" };
        writeln!(f, "| {} | {} | {:.2} | {verdict} |", target.what, target.limit, target.found)?;
    }
    Ok(())
}

struct Mib(u64);

impl Display for Mib {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} MiB", self.0 as f64 / f64::from(1 << 20))
    }
}
