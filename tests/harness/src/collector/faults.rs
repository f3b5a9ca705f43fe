//! What goes wrong at a collector, one phase after another, chosen by a seed.

mod phase;
mod run;

use std::fmt;

use crate::random::SplitMix;

pub use phase::{Fault, Length, Phase};

/// Phases of faults; after the last one the collector is healthy for good. What it prints
/// says how to repeat it.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultSchedule {
    seed: Option<u64>,
    phases: Vec<Phase>,
}

impl FaultSchedule {
    /// A schedule that depends on nothing but the seed: four to nine phases, together shorter
    /// than half a minute.
    pub fn random(seed: u64) -> FaultSchedule {
        let mut random = SplitMix::new(seed);
        let count = random.within(4, 9);
        let phases = (0..count).map(|_| Phase::random(&mut random)).collect();
        FaultSchedule { seed: Some(seed), phases }
    }

    /// These phases.
    pub fn new(phases: impl IntoIterator<Item = Phase>) -> FaultSchedule {
        FaultSchedule { seed: None, phases: phases.into_iter().collect() }
    }

    /// The phases, without the healthy end.
    pub fn phases(&self) -> &[Phase] {
        &self.phases
    }
}

impl fmt::Display for FaultSchedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(seed) = self.seed {
            write!(f, "FaultSchedule::random({seed}): ")?;
        }
        self.phases.iter().try_for_each(|phase| write!(f, "{phase}; "))?;
        f.write_str("then healthy")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::mem::discriminant;
    use std::time::Duration;

    use super::*;
    use crate::collector::Answer;

    #[test]
    fn a_seed_always_gives_the_same_schedule() {
        let printed = |seed| FaultSchedule::random(seed).to_string();
        assert!((0..100).all(|seed| printed(seed) == printed(seed)));
        // Pinned: a seed in an old report must still mean what it meant.
        let seven = "FaultSchedule::random(7): 128ms of Answers(ResetConnection); \
            846ms of Answers(Delay(178ms, Accept)); 989ms of Down; 620ms of Answers(Hang); \
            154ms of Healthy; 2 requests of Answers(ResetStreamUnread); \
            2 requests of Answers(Refuse(Throttled(1s))); then healthy";
        assert_eq!(printed(7), seven);
        let schedules: BTreeSet<String> = (0..100).map(printed).collect();
        assert_eq!(schedules.len(), 100, "seeds differ");
    }

    #[test]
    fn twenty_seeds_meet_every_fault() {
        let mut kinds = Vec::new();
        for seed in 0..20 {
            let schedule = FaultSchedule::random(seed);
            assert!((4..=9).contains(&schedule.phases().len()), "{schedule}");
            let most: Duration = schedule.phases().iter().map(Phase::longest).sum();
            assert!(most < Duration::from_secs(30), "{schedule}");
            for phase in schedule.phases() {
                let kind = match &phase.fault {
                    Fault::Answers(answer) => {
                        (discriminant(&phase.fault), Some(discriminant(answer)))
                    }
                    fault => (discriminant(fault), None),
                };
                if !kinds.contains(&kind) {
                    kinds.push(kind);
                }
            }
        }
        assert_eq!(kinds.len(), Fault::KINDS, "{kinds:?}");
    }

    #[test]
    fn own_schedules_print_their_phases() {
        let phases = [
            Phase::requests(3, Fault::Answers(Answer::Hang)),
            Phase::time(Duration::from_millis(250), Fault::Down),
        ];
        let printed = FaultSchedule::new(phases).to_string();
        assert_eq!(printed, "3 requests of Answers(Hang); 250ms of Down; then healthy");
    }
}
