//! The results as a bar chart in SVG: what each variant adds, in CPU time and in latency.

use std::fmt::{self, Write};

use super::results::Results;
use super::statistics::Spread;
use crate::svg::{self, WIDTH, text};

/// Where bars begin: left of it are the names of variants.
const LEFT: f64 = 270.0;
/// Right of the longest bar, for its figure.
const RIGHT: f64 = 110.0;
const ROW: f64 = 30.0;
const BAR: f64 = 18.0;
const PANEL_TOP: f64 = 44.0;
const PANEL_BOTTOM: f64 = 24.0;

const STYLE: &str = "\
.native { fill: #8c959f } \
.spanmesh { fill: #0969da } \
.range { stroke: #24292f; stroke-width: 1.5 }";

/// One bar: its name and its figure.
struct Bar<'r> {
    name: &'static str,
    title: &'static str,
    figure: &'r Spread,
}

/// Draws the chart.
pub fn chart(results: &Results) -> String {
    let added = results.variants.iter();
    let cpu = added.clone().filter_map(|variant| {
        let figure = variant.added_cpu_us.as_ref()?;
        Some(Bar { name: variant.name, title: variant.title, figure })
    });
    let p99 = added.filter_map(|variant| {
        let figure = &variant.added_latency_us.as_ref()?.p99;
        Some(Bar { name: variant.name, title: variant.title, figure })
    });
    let load = results.half_load_rps;
    let panels = [
        ("CPU time added to each request, µs".to_owned(), cpu.collect::<Vec<Bar<'_>>>()),
        (format!("99th percentile of latency added at {load:.0} requests/s, µs"), p99.collect()),
    ];
    let height: f64 = panels.iter().map(|(_, bars)| panel_height(bars)).sum::<f64>() + 24.0;
    let footnote = format!(
        "Envoy {}, one worker; bars: median over {} process(es), lines: their range",
        results.envoy, results.settings.processes
    );

    let mut svg = String::new();
    draw(&mut svg, &panels, height, &footnote).expect("writing to a String cannot fail");
    svg
}

fn draw(
    svg: &mut String,
    panels: &[(String, Vec<Bar<'_>>)],
    height: f64,
    footnote: &str,
) -> fmt::Result {
    writeln!(svg, "{}", svg::begin(height, STYLE))?;
    let mut top = 0.0;
    for (title, bars) in panels {
        panel(svg, title, bars, top)?;
        top += panel_height(bars);
    }
    writeln!(svg, "{}", text(16.0, top + 8.0, "small", footnote))?;
    writeln!(svg, "</svg>")
}

fn panel(svg: &mut String, title: &str, bars: &[Bar<'_>], top: f64) -> fmt::Result {
    let most = bars.iter().map(|bar| bar.figure.max).fold(1.0, f64::max);
    let scale = (WIDTH - LEFT - RIGHT) / most;
    let x = |value: f64| LEFT + value.max(0.0) * scale;
    writeln!(svg, "{}", text(16.0, top + 26.0, "title", title))?;
    for (index, bar) in bars.iter().enumerate() {
        let y = top + PANEL_TOP + ROW * index as f64;
        let Spread { median, min, max, .. } = bar.figure;
        let class = if bar.name.starts_with("spanmesh") { "spanmesh" } else { "native" };
        let (middle, width) = (y + BAR / 2.0, x(*median) - LEFT);
        writeln!(svg, "{}", text(16.0, middle + 4.5, "name", bar.title))?;
        writeln!(
            svg,
            "<rect class=\"{class}\" x=\"{LEFT}\" y=\"{y:.1}\" width=\"{width:.1}\" \
             height=\"{BAR}\" rx=\"2\"/>\n\
             <line class=\"range\" x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{middle:.1}\" y2=\"{middle:.1}\"/>",
            x(*min),
            x(*max)
        )?;
        let after = x(max.max(*median)) + 8.0;
        writeln!(svg, "{}", text(after, middle + 4.5, "figure", &format!("{median:.1}")))?;
    }
    let bottom = top + PANEL_TOP + ROW * bars.len() as f64 - (ROW - BAR) / 2.0;
    writeln!(
        svg,
        "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{LEFT}\" y1=\"{:.1}\" y2=\"{bottom:.1}\"/>",
        top + PANEL_TOP - 6.0
    )
}

fn panel_height(bars: &[Bar<'_>]) -> f64 {
    PANEL_TOP + ROW * bars.len() as f64 + PANEL_BOTTOM
}
