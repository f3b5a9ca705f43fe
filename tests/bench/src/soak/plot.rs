//! The memory of a soak over its requests, in SVG.

use std::fmt::{self, Write};

use super::{Record, Sample};
use crate::svg::{self, WIDTH, text};

const HEIGHT: f64 = 300.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 70.0;
const TOP: f64 = 56.0;
const BOTTOM: f64 = 56.0;
/// Points of a curve; more make the file larger and nothing clearer.
const POINTS: usize = 150;

const STYLE: &str = "\
.resident { fill: none; stroke: #0969da; stroke-width: 1.5 } \
.vm { fill: none; stroke: #8c959f; stroke-width: 1.5 } \
.warm { fill: #f6f8fa }";

/// The class of a curve, its name, and what it shows of a sample.
type Curve = (&'static str, &'static str, fn(&Sample) -> u64);

/// Draws it.
pub fn plot(record: &Record) -> String {
    let mut svg = String::new();
    draw(&mut svg, record).expect("writing to a String cannot fail");
    svg
}

fn draw(svg: &mut String, record: &Record) -> fmt::Result {
    let most = record.samples.iter().map(|sample| sample.resident).max().unwrap_or(1);
    // Whole tens of MiB.
    let top = (mebibytes(most) / 10.0).ceil() * 10.0;
    let requests = record.requests.max(1) as f64;
    let x = |count: u64| LEFT + (WIDTH - LEFT - RIGHT) * count as f64 / requests;
    let y = |bytes: u64| HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * mebibytes(bytes) / top;
    writeln!(
        svg,
        "{}\n<rect class=\"warm\" x=\"{LEFT}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{:.1}\"/>",
        svg::begin(HEIGHT, STYLE),
        x(record.warm_up) - LEFT,
        HEIGHT - TOP - BOTTOM
    )?;
    writeln!(svg, "{}", text(16.0, 26.0, "title", "Memory of Envoy over the soak, MiB"))?;
    writeln!(svg, "{}", text(LEFT + 4.0, TOP + 14.0, "small", "warm-up"))?;
    for part in 0..=4 {
        let value = top * f64::from(part) / 4.0;
        let height = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * f64::from(part) / 4.0;
        let end = WIDTH - RIGHT;
        writeln!(
            svg,
            "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{end}\" y1=\"{height:.1}\" y2=\"{height:.1}\"/>"
        )?;
        writeln!(svg, "{}", text(16.0, height + 4.0, "small", &format!("{value:.0}")))?;
        let count = record.requests * u64::try_from(part).unwrap_or(0) / 4;
        let label = format!("{:.2} M", count as f64 / 1e6);
        writeln!(svg, "{}", text(x(count) - 14.0, HEIGHT - BOTTOM + 18.0, "small", &label))?;
    }
    let curves: [Curve; 2] =
        [("resident", "process", |sample| sample.resident), ("vm", "VM", |sample| sample.vm)];
    for (class, name, of) in curves {
        let step = record.samples.len().div_ceil(POINTS).max(1);
        let last = record.samples.last();
        // The last one is what it is about.
        let shown = record.samples.iter().step_by(step).chain(last);
        let points: Vec<String> =
            shown.map(|sample| format!("{:.1},{:.1}", x(sample.requests), y(of(sample)))).collect();
        writeln!(svg, "<polyline class=\"{class}\" points=\"{}\"/>", points.join(" "))?;
        if let Some(sample) = last {
            writeln!(svg, "{}", text(WIDTH - RIGHT + 8.0, y(of(sample)) + 4.0, "small", name))?;
        }
    }
    let seconds = record.samples.last().map_or(0.0, |sample| sample.seconds);
    let footnote = format!(
        "Envoy {}, one worker; {} requests in {seconds:.0} s, {} spans",
        record.envoy, record.requests, record.spans
    );
    writeln!(svg, "{}", text(16.0, HEIGHT - 12.0, "small", &footnote))?;
    writeln!(svg, "</svg>")
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
