//! What must stay true of a fleet, whatever happens to its collectors. Fleets are smaller here than in
//! `make scale`: all of these are ratios.

use std::sync::LazyLock;

use spanmesh_scale::fleet;
use spanmesh_scale::paper;
use spanmesh_scale::result::Outcome;
use spanmesh_scale::scenario::{OUTAGE_BEGIN, Outage, SAMPLINGS, SECOND, Scenario};
use spanmesh_scale::spans::BatchBytes;

const SIDECARS: u64 = 400;
const COLLECTORS: u64 = 8;
const KINDS: [Outage; 3] = [Outage::Refused, Outage::Silent, Outage::NoHost];

static BYTES: LazyLock<BatchBytes> = LazyLock::new(BatchBytes::measure);

/// An outage of two minutes for each sampling and kind: longer than any back-off grows.
static RUNS: LazyLock<Vec<(Scenario, Outcome)>> = LazyLock::new(|| {
    let kinds = SAMPLINGS.into_iter().flat_map(|sampling| KINDS.map(|kind| (sampling, kind)));
    let scenario =
        |(sampling, kind)| Scenario::fleet(sampling, kind, 120 * SECOND).of(SIDECARS, COLLECTORS);
    kinds.map(scenario).map(|scenario| (scenario.clone(), fleet::run(&scenario, &BYTES))).collect()
});

fn name(scenario: &Scenario) -> String {
    format!("{}, {}", scenario.sampling.name, scenario.outage.name())
}

#[test]
fn every_span_is_accounted_for() {
    for (scenario, Outcome { account, .. }) in RUNS.iter() {
        let dropped = account.dropped_queue_full
            + account.dropped_retry_exhausted
            + account.dropped_otherwise;
        let name = name(scenario);
        assert_eq!(account.created, account.delivered + dropped + account.queued, "{name}");
        assert_eq!(account.dropped_otherwise, 0, "{name}");
        // What the collectors have and the sidecars do not know yet is on its way.
        let unknown = account.received - account.delivered;
        assert!(unknown <= account.queued, "{name}: {account:?}");
        let expected = scenario.spans_per_second() * SIDECARS * (scenario.end() / SECOND);
        assert!(account.created.abs_diff(expected) < expected / 50, "{name}: {account:?}");
    }
}

#[test]
fn no_queue_takes_more_than_its_bound() {
    for (scenario, outcome) in RUNS.iter() {
        assert!(outcome.most_queued() <= 2_048 * SIDECARS, "{}", name(scenario));
        let is_filled = scenario.spans_per_second() * scenario.outage_length / SECOND > 2_048;
        assert_eq!(outcome.account.dropped_queue_full > 0, is_filled, "{}", name(scenario));
    }
}

#[test]
fn the_steady_state_is_as_on_paper() {
    for (scenario, outcome) in RUNS.iter() {
        let (paper, steady) = (paper::steady(scenario).exports_per_second, outcome.steady());
        let ratio = steady.requests / paper;
        assert!((0.95..1.05).contains(&ratio), "{}: {ratio}", name(scenario));
    }
}

/// Most requests in a second after an outage, as a multiple of the steady state.
const HERD: [(Outage, f64); 3] =
    [(Outage::Refused, 1.5), (Outage::Silent, 1.5), (Outage::NoHost, 2.5)];

#[test]
fn the_herd_is_bounded() {
    for (scenario, outcome) in RUNS.iter() {
        let peak = outcome.peak_requests(scenario.outage_end(), scenario.end()) as f64;
        let ratio = peak / outcome.steady().requests;
        let (_, bound) = HERD.into_iter().find(|(kind, _)| *kind == scenario.outage).unwrap();
        assert!(ratio <= bound, "{}: {ratio}", name(scenario));
        assert!(ratio > 0.9, "{}: {ratio}, nothing came back", name(scenario));
    }
}

#[test]
fn tries_are_spread() {
    for (scenario, outcome) in RUNS.iter().filter(|(s, _)| s.outage == Outage::Refused) {
        // The last 30 seconds, in which each tries once or twice.
        let end = scenario.outage_end();
        let tenths = outcome.between(end - 30 * SECOND, end);
        let tries: u64 = tenths.iter().map(|tenth| tenth.requests).sum();
        let most = tenths.iter().map(|tenth| tenth.requests).max().unwrap();
        assert!((SIDECARS..3 * SIDECARS).contains(&tries), "{}: {tries}", name(scenario));
        assert!(most * 300 < tries * 5, "{}: {most} of {tries}", name(scenario));
        let begin = outcome.between(OUTAGE_BEGIN, OUTAGE_BEGIN + 10 * SECOND);
        let begin: u64 = begin.iter().map(|tenth| tenth.requests).sum();
        assert!(begin < 7 * SIDECARS, "{}: {begin} in the first ten seconds", name(scenario));
    }
}

#[test]
fn what_waited_leaves_in_few_exports() {
    for (scenario, outcome) in RUNS.iter().filter(|(s, _)| s.sampling.per_mille <= 100) {
        let end = scenario.outage_end();
        let tenths = outcome.between(end, end + 5 * SECOND);
        let requests: u64 = tenths.iter().map(|tenth| tenth.requests).sum();
        let bytes: u64 = tenths.iter().map(|tenth| tenth.bytes).sum();
        let steady = outcome.steady();
        let ratio = bytes as f64 / requests as f64 / (steady.bytes / steady.requests);
        assert!(ratio > 2.0, "{}: exports of {ratio} times the usual size", name(scenario));
    }
}

#[test]
fn all_is_as_before_soon_after() {
    for (scenario, outcome) in RUNS.iter() {
        let drained = outcome.drained_after(scenario);
        assert!(drained.is_some_and(|seconds| seconds < 60.0), "{}: {drained:?}", name(scenario));
    }
}

#[test]
fn collectors_that_cannot_bear_the_load_drop_it_and_are_not_run_over() {
    let scenario = Scenario {
        returning: 2,
        ..Scenario::fleet(SAMPLINGS[0], Outage::Refused, 60 * SECOND).of(SIDECARS, COLLECTORS)
    };
    let outcome = fleet::run(&scenario, &BYTES);
    let last = outcome.between(scenario.end() - 60 * SECOND, scenario.end());
    let requests: u64 = last.iter().map(|tenth| tenth.requests).sum();
    let failed: u64 = last.iter().map(|tenth| tenth.failed).sum();
    // A quarter of the tier came back, for three eighths of the load.
    let usual = outcome.steady().requests * 60.0;
    assert!((requests as f64) < 0.6 * usual, "{requests} requests, usually {usual}");
    assert!(failed * 3 < requests, "{failed} of {requests} were refused");
    assert!(outcome.account.dropped_queue_full > 0);
}

#[test]
fn one_seed_gives_one_result() {
    let scenario = Scenario::fleet(SAMPLINGS[1], Outage::NoHost, 30 * SECOND).of(50, COLLECTORS);
    let [first, second, other] = [0, 0, 1].map(|seed| {
        let outcome = fleet::run(&Scenario { seed, ..scenario.clone() }, &BYTES);
        (outcome.account, outcome.peak_requests(0, scenario.end()))
    });
    assert_eq!(first, second);
    assert_ne!(first, other);
}
