//! Which answer is due.

use std::collections::VecDeque;
use std::fmt;

use super::protocol::Paths;
use super::{Answer, ExportRequest, Protocol, Refusal};

/// What a function that chooses answers is told of a request.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// How many requests it was asked about before.
    pub number: usize,
    /// What the request speaks.
    pub protocol: Protocol,
    /// The length of its body as it came.
    pub body_length: usize,
    /// The length of its message, without compression and frame.
    pub decoded_length: usize,
    /// How many spans are in it.
    pub spans: usize,
}

type Choice = Box<dyn FnMut(Asked) -> Answer + Send>;

/// What the test wants.
#[derive(Debug)]
pub(super) struct Plan {
    pub paths: Paths,
    pub script: VecDeque<Answer>,
    pub default: Default,
    /// Longer messages are refused as too large.
    pub limit: Option<usize>,
    /// How often the collector has stopped. What was asked earlier is answered no more.
    pub epoch: usize,
}

/// The answer when the script is at its end.
pub(super) enum Default {
    Always(Answer),
    Chosen { asked: usize, choice: Choice },
}

impl Plan {
    pub(super) fn new() -> Plan {
        Plan {
            paths: Paths::default(),
            script: VecDeque::new(),
            default: Default::Always(Answer::Accept),
            limit: None,
            epoch: 0,
        }
    }

    /// The next answer if it is given before the body is read.
    pub(super) fn due_unread(&mut self) -> Option<Answer> {
        match (self.script.front(), &self.default) {
            (Some(answer), _) if answer.is_unread() => self.script.pop_front(),
            (None, Default::Always(answer)) if answer.is_unread() => Some(answer.clone()),
            _ => None,
        }
    }

    /// The answer to a request that was understood.
    pub(super) fn due(&mut self, protocol: Protocol, request: &ExportRequest) -> Answer {
        if self.limit.is_some_and(|limit| request.decoded_length > limit) {
            return Answer::Refuse(Refusal::TooLarge);
        }
        if let Some(answer) = self.script.pop_front() {
            return answer;
        }
        match &mut self.default {
            Default::Always(answer) => answer.clone(),
            Default::Chosen { asked, choice } => {
                let number = *asked;
                *asked += 1;
                choice(Asked {
                    number,
                    protocol,
                    body_length: request.body_length,
                    decoded_length: request.decoded_length,
                    spans: request.span_count(),
                })
            }
        }
    }
}

impl fmt::Debug for Default {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Default::Always(answer) => answer.fmt(f),
            Default::Chosen { asked, .. } => write!(f, "chosen {asked} times"),
        }
    }
}
