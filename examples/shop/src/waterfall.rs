//! A trace as text: one line a span, a tree on the left and bars of time on the right.
//!
//! ```text
//! SERVICE     SPAN                                     TIME  STATUS     0 ms             50.3 ms
//! edge        SERVER POST /checkout                 50.3 ms  OK         ████████████████████████
//! storefront  └ SERVER POST /checkout               49.8 ms  OK         ████████████████████████
//! storefront    └ CLIENT POST checkout.shop/orders  49.1 ms  ERROR 502  ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
//! ```

use std::collections::HashSet;
use std::fmt::Write;
use std::time::Duration;

use crate::paint::Paint;
use crate::span::Kind;
use crate::trace::{Place, Row, Trace};

/// The cells of the longest bar.
const BAR_WIDTH: u64 = 28;

/// The longest text of the column of spans; longer ones end in an ellipsis.
const SPAN_WIDTH: usize = 72;

/// The lines of `trace`, under its id and totals.
pub fn titled(trace: &Trace, paint: Paint) -> String {
    let rows = trace.rows();
    let Some(Row { span: first, .. }) = rows.first() else { return String::new() };
    let services: HashSet<_> = rows.iter().map(|row| &row.span.service).collect();
    let totals = [count(rows.len(), "span"), count(services.len(), "service")].join(", ");
    let request = format!("{} {}", first.method(), first.request());
    let id = paint.bold(&first.trace_id);
    format!("{request}\ntrace {id}  {totals}\n\n{}", render(trace, paint))
}

/// The lines of `trace`, under one line of column names.
pub fn render(trace: &Trace, paint: Paint) -> String {
    let time = [trace.start(), trace.end()];
    let lines: Vec<_> = trace.rows().iter().map(|row| Line::new(row, time)).collect();
    let widest = |cell: fn(&Line) -> &str, title: &str| {
        lines.iter().map(|line| cell(line).chars().count()).chain([title.len()]).max().unwrap_or(0)
    };
    let service = widest(|line| &line.service, "SERVICE");
    let span = widest(|line| &line.span, "SPAN");
    let took = widest(|line| &line.took, "TIME");
    let status = widest(|line| &line.status, "STATUS");

    let total = milliseconds(Duration::from_nanos(trace.end().saturating_sub(trace.start())));
    let scale = format!("0 ms{total:>width$}", width = BAR_WIDTH as usize - 4);
    let titles = format!(
        "{:service$}  {:span$}  {:>took$}  {:status$}  {scale}",
        "SERVICE", "SPAN", "TIME", "STATUS"
    );
    let mut text = paint.dim(&titles) + "\n";
    for line in lines {
        let status = line.paint_status(&format!("{:status$}", line.status), paint);
        let _ = writeln!(
            text,
            "{:service$}  {:span$}  {:>took$}  {status}  {}{}",
            line.service,
            line.span,
            line.took,
            " ".repeat(line.indent),
            line.paint_bar(paint),
        );
    }
    text
}

/// A time in milliseconds, to a tenth.
pub fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// How many, in words.
fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// One line, cell by cell.
struct Line {
    service: String,
    span: String,
    took: String,
    status: String,
    indent: usize,
    bar: String,
    kind: Kind,
    failed: bool,
}

// === impl Line ===

impl Line {
    /// The line of `row`, in a trace of the time from the first to the second of `time`.
    fn new(row: &Row, time: [u64; 2]) -> Self {
        let span = &row.span;
        let (indent, cells) = bar(time, [span.start, span.end]);
        let mut text = guides(&row.last);
        let _ = write!(text, "{} {} {}", span.kind, span.method(), span.target);
        if let (Place::Orphan, Some(parent)) = (row.place, &span.parent_id) {
            let _ = write!(text, " (parent {parent} unseen)");
        }
        Self {
            service: span.service.clone(),
            span: shorten(&text),
            took: milliseconds(span.duration()),
            status: match &span.error {
                Some(reason) => format!("ERROR {reason}"),
                None => "OK".to_owned(),
            },
            indent,
            bar: if span.kind == Kind::Client { "▒" } else { "█" }.repeat(cells),
            kind: span.kind,
            failed: span.error.is_some(),
        }
    }

    /// `cell`, the padded status, in the colour of the status.
    fn paint_status(&self, cell: &str, paint: Paint) -> String {
        if self.failed { paint.red(cell) } else { paint.green(cell) }
    }

    /// The bar in the colour of the span.
    fn paint_bar(&self, paint: Paint) -> String {
        match (self.failed, self.kind) {
            (true, _) => paint.red(&self.bar),
            (false, Kind::Client) => paint.cyan(&self.bar),
            (false, _) => self.bar.clone(),
        }
    }
}

/// The lines that lead to a span in the tree.
fn guides(last: &[bool]) -> String {
    let Some((own, above)) = last.split_last() else { return String::new() };
    let mut text = String::new();
    for last in above {
        text.push_str(if *last { "  " } else { "│ " });
    }
    text.push_str(if *own { "└ " } else { "├ " });
    text
}

/// Where the bar of a span starts, and how many cells it has: the cells that the span touches.
fn bar([first, last]: [u64; 2], [start, end]: [u64; 2]) -> (usize, usize) {
    let total = u128::from(last.saturating_sub(first).max(1));
    let cells = |time: u64| u128::from(time.saturating_sub(first)) * u128::from(BAR_WIDTH);
    let from = (cells(start) / total).min(u128::from(BAR_WIDTH) - 1);
    let to = cells(end).div_ceil(total).min(u128::from(BAR_WIDTH)).max(from + 1);
    (from as usize, (to - from) as usize)
}

/// `text`, cut to the width of the column of spans.
fn shorten(text: &str) -> String {
    if text.chars().count() <= SPAN_WIDTH {
        return text.to_owned();
    }
    text.chars().take(SPAN_WIDTH - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests;
