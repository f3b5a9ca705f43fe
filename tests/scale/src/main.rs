//! Simulates the fleet of `tests/SCALE.md`: writes its tables and its picture. Argument: the
//! directory to write.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use spanmesh_scale::report::{self, Run};
use spanmesh_scale::scenario::{Outage, SAMPLINGS, SECOND, Scenario};
use spanmesh_scale::spans::BatchBytes;
use spanmesh_scale::{chart, fleet};

/// Outages by kind and minutes.
const OUTAGES: [(Outage, u64); 5] = [
    (Outage::Refused, 1),
    (Outage::Refused, 5),
    (Outage::Refused, 30),
    (Outage::NoHost, 5),
    (Outage::Silent, 5),
];

fn main() {
    let directory = PathBuf::from(std::env::args_os().nth(1).expect("the directory to write"));
    let began = Instant::now();
    let bytes = BatchBytes::measure();
    let scenarios: Vec<Scenario> = SAMPLINGS
        .into_iter()
        .flat_map(|sampling| OUTAGES.map(|outage| (sampling, outage)))
        .map(|(sampling, (outage, minutes))| {
            Scenario::fleet(sampling, outage, minutes * 60 * SECOND)
        })
        .collect();
    let runs = run_all(&scenarios, &bytes);
    let runs: Vec<&Run> = runs.iter().collect();

    let steady: Vec<&Run> = runs.iter().copied().step_by(OUTAGES.len()).collect();
    let tables = [report::steady(&steady, &bytes), report::outages(&runs, &bytes)].join("\n");
    std::fs::create_dir_all(&directory).expect("the directory can be made");
    std::fs::write(directory.join("tables.md"), &tables).expect("tables.md");
    std::fs::write(directory.join("scale.svg"), chart::herd(&runs)).expect("scale.svg");
    println!("{tables}");
    let (one, full, gzip) = (bytes.span(), bytes.plain(512), bytes.gzip(512));
    println!("a span has {one:.0} bytes, 512 of them {full}, {gzip} with gzip");
    println!("{} scenarios in {:.0} s", runs.len(), began.elapsed().as_secs_f64());
}

/// Simulates all, as many at a time as there are processors.
fn run_all(scenarios: &[Scenario], bytes: &BatchBytes) -> Vec<Run> {
    let next = AtomicUsize::new(0);
    let done: Vec<Mutex<Option<Run>>> = scenarios.iter().map(|_| Mutex::new(None)).collect();
    let work = || {
        while let Some(scenario) = scenarios.get(next.fetch_add(1, Ordering::Relaxed)) {
            let number = scenarios.iter().position(|other| std::ptr::eq(other, scenario));
            let outcome = fleet::run(scenario, bytes);
            let number = number.expect("one of them");
            *done[number].lock().expect("nobody panics") = Some((scenario.clone(), outcome));
        }
    };
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..processors).for_each(|_| drop(scope.spawn(work))));
    let finished = |run: Mutex<Option<Run>>| run.into_inner().expect("nobody panics");
    done.into_iter().map(|run| finished(run).expect("it was simulated")).collect()
}
