//! One phase of a schedule.

use std::fmt;
use std::time::Duration;

use crate::collector::{Answer, Refusal};
use crate::random::SplitMix;

/// What is wrong for a while.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// Nothing.
    Healthy,
    /// Every request gets this answer.
    Answers(Answer),
    /// So many spans of every request are rejected, at most all.
    Rejects(usize),
    /// Messages longer than so many bytes are refused as too large.
    Limit(usize),
    /// It does not listen.
    Down,
    /// It takes connections, and that is all.
    Silent,
}

/// How long a phase lasts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Length {
    /// Until so many requests came; [`Length::PATIENCE`] at most.
    Requests(usize),
    /// So long.
    Time(Duration),
}

/// A fault and its length.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    /// What is wrong.
    pub fault: Fault,
    /// For how long.
    pub length: Length,
}

impl Fault {
    /// How many kinds of faults there are in random schedules.
    #[cfg(test)]
    pub(super) const KINDS: usize = 12;

    fn random(random: &mut SplitMix) -> Fault {
        let delay = Duration::from_secs(1);
        let answer = match random.within(0, 15) {
            0 => return Fault::Healthy,
            1 | 2 => return Fault::Down,
            3 => return Fault::Silent,
            4 => return Fault::Rejects(random.within(1, 5) as usize),
            5 => return Fault::Limit(random.within(300, 3_000) as usize),
            6 => Answer::Refuse(Refusal::Unavailable(None)),
            7 => Answer::Refuse(Refusal::Unavailable(Some(delay))),
            8 => Answer::Refuse(Refusal::Throttled(delay)),
            9 => Answer::Refuse(Refusal::Invalid),
            10 => {
                Answer::Delay(Duration::from_millis(random.within(20, 200)), Answer::Accept.into())
            }
            11 => Answer::Hang,
            12 => Answer::ResetConnection,
            13 => Answer::ResetStream,
            14 => Answer::ResetConnectionUnread,
            _ => Answer::ResetStreamUnread,
        };
        Fault::Answers(answer)
    }

    /// Whether the collector sees no requests meanwhile.
    fn is_deaf(&self) -> bool {
        matches!(self, Fault::Down | Fault::Silent)
    }
}

impl Length {
    /// The end of a phase when requests do not come.
    pub const PATIENCE: Duration = Duration::from_secs(3);
}

impl Phase {
    /// A fault until so many requests came. A collector that sees none cannot count them.
    pub fn requests(count: usize, fault: Fault) -> Phase {
        assert!(!fault.is_deaf(), "{fault:?} sees no requests");
        Phase { fault, length: Length::Requests(count) }
    }

    /// A fault for some time.
    pub fn time(length: Duration, fault: Fault) -> Phase {
        Phase { fault, length: Length::Time(length) }
    }

    pub(super) fn random(random: &mut SplitMix) -> Phase {
        let fault = Fault::random(random);
        if fault.is_deaf() || random.within(0, 1) == 0 {
            Phase::time(Duration::from_millis(random.within(100, 1_000)), fault)
        } else {
            Phase::requests(random.within(1, 4) as usize, fault)
        }
    }

    /// How long it can last.
    #[cfg(test)]
    pub(super) fn longest(&self) -> Duration {
        match self.length {
            Length::Requests(_) => Length::PATIENCE,
            Length::Time(length) => length,
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.length {
            Length::Requests(count) => write!(f, "{count} requests of {:?}", self.fault),
            Length::Time(length) => write!(f, "{length:?} of {:?}", self.fault),
        }
    }
}
