//! The simulation: events in the order of their times.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use spanmesh_core::counters::{Counter, Counters};

use crate::result::{Account, Outcome, TENTH, Tenth};
use crate::scenario::{Scenario, defaults};
use crate::sidecar::Sidecar;
use crate::spans::BatchBytes;
use crate::tier::{Answer, Tier};

/// Something that happens to a sidecar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// A request ends.
    Push,
    /// The host ticks, if it was not asked otherwise since.
    Tick,
    /// An export is answered.
    Answer { answer: Answer },
}

/// A fleet under way.
struct Fleet<'a> {
    scenario: &'a Scenario,
    bytes: &'a BatchBytes,
    sidecars: Vec<Sidecar>,
    tier: Tier,
    counters: Counters,
    events: BinaryHeap<Reverse<(u64, u32, Event)>>,
    /// The tenth that is under way.
    now: Tenth,
    in_flight: u64,
    received: u64,
}

/// Simulates a scenario. `bytes` tells how large batches are.
pub fn run(scenario: &Scenario, bytes: &BatchBytes) -> Outcome {
    let sidecars: Vec<Sidecar> =
        (0..scenario.sidecars).map(|number| Sidecar::new(scenario, number)).collect();
    let first = |(number, sidecar): (usize, &Sidecar)| {
        Reverse((sidecar.next_push, number as u32, Event::Push))
    };
    let mut fleet = Fleet {
        events: sidecars.iter().enumerate().map(first).collect(),
        scenario,
        bytes,
        sidecars,
        tier: Tier::new(scenario, defaults().exporter.timeout),
        counters: Counters::default(),
        now: Tenth::default(),
        in_flight: 0,
        received: 0,
    };
    let mut tenths = Vec::new();
    while let Some(Reverse((time, number, event))) = fleet.events.pop() {
        while (tenths.len() as u64 + 1) * TENTH <= time {
            tenths.push(fleet.finish_tenth());
        }
        if time >= scenario.end() {
            break;
        }
        fleet.happen(time, number, event);
    }
    Outcome { tenths, account: fleet.account() }
}

impl Fleet<'_> {
    fn happen(&mut self, now: u64, number: u32, event: Event) {
        let sidecar = &mut self.sidecars[number as usize];
        sidecar.push_due(now, &mut self.counters);
        match event {
            Event::Push => sidecar.awaits_push = false,
            Event::Tick if sidecar.next_tick == Some(now) => {
                sidecar.next_tick = None;
                self.send_due(now, number);
            }
            // It was asked otherwise since.
            Event::Tick => {}
            Event::Answer { answer } => {
                self.in_flight -= 1;
                self.now.failed += u64::from(answer != Answer::Taken);
                sidecar.hear(now, Some(answer), &mut self.counters);
                // The adapter ticks after an answer.
                sidecar.next_tick = None;
                self.send_due(now, number);
            }
        }
        self.schedule(now, number);
    }

    fn send_due(&mut self, now: u64, number: u32) {
        let sidecar = &mut self.sidecars[number as usize];
        while let Some(pushes) = sidecar.transmit(now, &mut self.counters) {
            if !self.tier.has_host(now) {
                sidecar.hear(now, None, &mut self.counters);
                continue;
            }
            let spans = pushes * self.scenario.sampling.grain;
            self.in_flight += 1;
            self.now.requests += 1;
            self.now.bytes += self.bytes.plain(spans);
            self.now.gzip_bytes += self.bytes.gzip(spans);
            let (at, answer) = self.tier.export(now, spans, &mut sidecar.random);
            self.received += if answer == Answer::Taken { pushes } else { 0 };
            self.events.push(Reverse((at, number, Event::Answer { answer })));
        }
    }

    fn schedule(&mut self, now: u64, number: u32) {
        let sidecar = &mut self.sidecars[number as usize];
        if let Some(tick) = sidecar.schedule(now) {
            self.events.push(Reverse((tick, number, Event::Tick)));
        }
        // A full queue drops what comes, all of it when something happens that may make room.
        if !sidecar.awaits_push && !sidecar.is_full() {
            sidecar.awaits_push = true;
            self.events.push(Reverse((sidecar.next_push, number, Event::Push)));
        }
    }

    fn finish_tenth(&mut self) -> Tenth {
        let grain = self.scenario.sampling.grain;
        let count = |counter| self.counters.get(counter);
        let gone =
            [Counter::SpansDelivered, Counter::DroppedQueueFull, Counter::DroppedRetryExhausted];
        let gone: u64 = gone.map(count).iter().sum();
        let queued = (count(Counter::SpansCreated) - gone) * grain;
        let in_flight = self.in_flight;
        Tenth { queued, in_flight, ..std::mem::take(&mut self.now) }
    }

    fn account(&self) -> Account {
        let grain = self.scenario.sampling.grain;
        let count = |counter| self.counters.get(counter) * grain;
        let others = [
            Counter::DroppedRejected,
            Counter::DroppedNotRetryable,
            Counter::DroppedTooLarge,
            Counter::DroppedShutdown,
        ];
        Account {
            created: count(Counter::SpansCreated),
            delivered: count(Counter::SpansDelivered),
            received: self.received * grain,
            dropped_queue_full: count(Counter::DroppedQueueFull),
            dropped_retry_exhausted: count(Counter::DroppedRetryExhausted),
            dropped_otherwise: others.map(count).iter().sum(),
            queued: self.sidecars.iter().map(Sidecar::queued).sum::<u64>() * grain,
        }
    }
}
