//! The herd as a picture: export requests a second around the end of an outage.

use std::fmt::Write;

use crate::report::Run;
use crate::scenario::{SAMPLINGS, SECOND};

/// Seconds before the end of the outage, and after it.
const BEFORE: u64 = 10;
const AFTER: u64 = 60;
/// Size of a panel, and of what is around it.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 130.0;
const LEFT: f64 = 46.0;
const TOP: f64 = 44.0;
const GAP: f64 = 44.0;
/// Most that fits, in multiples of the steady state.
const MOST: f64 = 2.5;
const COLOURS: [&str; 5] = ["#1b6ca8", "#d1495b", "#2e933c", "#8d5a97", "#edae49"];

/// A panel for each sampling, in it a line for each outage.
pub fn herd(runs: &[&Run]) -> String {
    let height = TOP + SAMPLINGS.len() as f64 * (HEIGHT + GAP);
    let width = LEFT + WIDTH + 10.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"sans-serif\" font-size=\"11\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"{LEFT}\" y=\"16\" font-size=\"13\">Export requests a second, as a multiple of the \
         steady state, around the end of an outage of all collectors</text>\n"
    );
    for (number, sampling) in SAMPLINGS.iter().enumerate() {
        let top = TOP + number as f64 * (HEIGHT + GAP);
        axes(&mut out, top, sampling.name);
        let lines = runs.iter().filter(|(scenario, _)| scenario.sampling == *sampling);
        for ((line, run), colour) in lines.enumerate().zip(COLOURS) {
            curve(&mut out, top, line, run, colour);
        }
    }
    out + "</svg>\n"
}

fn x(second: f64) -> f64 {
    LEFT + (second + BEFORE as f64) * WIDTH / (BEFORE + AFTER) as f64
}

fn y(top: f64, multiple: f64) -> f64 {
    top + HEIGHT * (1.0 - multiple.min(MOST) / MOST)
}

fn axes(out: &mut String, top: f64, name: &str) {
    let (right, bottom) = (LEFT + WIDTH, top + HEIGHT);
    for multiple in [0.0, 1.0, 2.0] {
        let at = y(top, multiple);
        let _ = writeln!(
            out,
            "<path d=\"M{LEFT} {at:.1}H{right}\" stroke=\"#ddd\"/>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{multiple} ×</text>",
            LEFT - 4.0,
            at + 4.0
        );
    }
    for second in (0..=AFTER).step_by(10) {
        let at = x(second as f64);
        let _ = writeln!(
            out,
            "<text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{second} s</text>",
            bottom + 13.0
        );
    }
    let _ = writeln!(
        out,
        "<path d=\"M{:.1} {top}V{bottom}\" stroke=\"#999\" stroke-dasharray=\"3 3\"/>\
         <text x=\"{}\" y=\"{}\" font-weight=\"bold\">{name}</text>",
        x(0.0),
        LEFT + 4.0,
        top - 6.0
    );
}

fn curve(out: &mut String, top: f64, line: usize, (scenario, outcome): &Run, colour: &str) {
    let (end, steady) = (scenario.outage_end(), outcome.steady().requests);
    let mut path = String::new();
    for second in 0..BEFORE + AFTER {
        let from = end + second * SECOND - BEFORE * SECOND;
        let tenths = outcome.between(from, from + SECOND);
        let requests: u64 = tenths.iter().map(|tenth| tenth.requests).sum();
        let command = if second == 0 { 'M' } else { 'L' };
        let middle = second as f64 - BEFORE as f64 + 0.5;
        let _ = write!(path, "{command}{:.1} {:.1}", x(middle), y(top, requests as f64 / steady));
    }
    let _ = writeln!(
        out,
        "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.4\"/>\
         <text x=\"{}\" y=\"{}\" fill=\"{colour}\">{}, {} min</text>",
        LEFT + 110.0 + 105.0 * line as f64,
        top - 6.0,
        scenario.outage.name(),
        scenario.outage_length / (60 * SECOND)
    );
}
