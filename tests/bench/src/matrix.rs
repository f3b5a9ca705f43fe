//! The same comparison with other loads: protocols, connections and workers.

use std::fmt::{self, Display, Formatter};
use std::io;

use serde::Serialize;
use tokio::runtime::Runtime;

use crate::generation;
use crate::progress;
use crate::report::Results;
use crate::report::results::Asides;
use crate::settings::Settings;

/// The variants that are compared.
pub const VARIANTS: &str = "native,spanmesh-100,native-10,spanmesh-10";

/// What was measured with one load.
#[derive(Clone, Debug, Serialize)]
pub struct Cell {
    http2: bool,
    connections: usize,
    workers: u32,
    results: Results,
}

/// All of them, shown as a table in Markdown.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Matrix(Vec<Cell>);

/// Measures CPU time with each load.
pub fn measure(settings: &Settings, runtime: &Runtime) -> io::Result<Matrix> {
    let mut cells = Vec::new();
    for workers in [1, 2] {
        for http2 in [false, true] {
            for connections in [1, 16, 256] {
                let settings =
                    Settings { http2, connections, workers, cpu_only: true, ..settings.clone() };
                let protocol = if http2 { "HTTP/2" } else { "HTTP/1.1" };
                progress!("{protocol}, {connections} connections, {workers} workers");
                let generations = (0..settings.processes)
                    .map(|_| generation::measure(&settings, runtime, None))
                    .collect::<io::Result<Vec<_>>>()?;
                let results = Results::new(&settings, &generations, Asides::default());
                cells.push(Cell { http2, connections, workers, results });
            }
        }
    }
    Ok(Matrix(cells))
}

// === impl Matrix ===

impl Display for Matrix {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| load | no tracing, µs a request | native adds | spanmesh adds | × native | native, 10 %, adds | \
             spanmesh, 10 %, adds | × native, 10 % |"
        )?;
        writeln!(f, "|---|--:|--:|--:|--:|--:|--:|--:|")?;
        self.0.iter().try_for_each(|cell| cell.row(f))
    }
}

// === impl Cell ===

impl Cell {
    fn row(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let added = |name: &str| {
            let added = self.results.variant(name)?.added_cpu_us.as_ref();
            added.map(|added| added.median)
        };
        let figure =
            |name: &str| added(name).map_or("–".to_owned(), |added| format!("{added:.1}"));
        let ratio = |name: &str, to: &str| match (added(name), added(to)) {
            (Some(own), Some(other)) => format!("{:.2}", own / other),
            _ => "–".to_owned(),
        };
        let none = self.results.variants.first().map_or(0.0, |none| none.cpu_us.median);
        let protocol = if self.http2 { "HTTP/2" } else { "HTTP/1.1" };
        let Cell { connections, workers, .. } = self;
        writeln!(
            f,
            "| {protocol}, {connections} connection{}, {workers} worker{} | {none:.1} | {} | {} | {} | {} | {} | {} |",
            plural(*connections == 1),
            plural(*workers == 1),
            figure("native"),
            figure("spanmesh-100"),
            ratio("spanmesh-100", "native"),
            figure("native-10"),
            figure("spanmesh-10"),
            ratio("spanmesh-10", "native-10"),
        )
    }
}

fn plural(is_one: bool) -> &'static str {
    if is_one { "" } else { "s" }
}
