//! What is known of each request of a round: who saw it, and what was wrong.

use std::sync::Mutex;

use spanmesh_harness::SpanKey;

use super::plan::Plan;

/// Problems that are kept; a thousand say no more than twenty.
const PROBLEMS: usize = 20;

/// The requests of a round, by their numbers.
pub struct Book {
    pub seed: u64,
    first: u64,
    state: Mutex<State>,
}

struct State {
    pages: Vec<Page>,
    problems: Vec<String>,
}

/// What is known of one request.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// How often it came to the upstream.
    pub arrivals: u32,
    /// The ids that it came with, and whether they are sampled.
    pub trace: Option<(SpanKey, bool)>,
    /// Its head was sent as a whole and nobody knows how far it came.
    pub in_doubt: bool,
}

impl Book {
    /// For requests with these numbers.
    pub fn new(seed: u64, numbers: std::ops::Range<u64>) -> Book {
        let pages = vec![Page::default(); (numbers.end - numbers.start) as usize];
        Book {
            seed,
            first: numbers.start,
            state: Mutex::new(State { pages, problems: Vec::new() }),
        }
    }

    /// The plan of a request.
    pub fn plan(&self, number: u64) -> Plan {
        Plan::of(self.seed, number)
    }

    /// Changes the page of a request; false when there is none.
    pub fn note(&self, number: u64, change: impl FnOnce(&mut Page)) -> bool {
        let mut state = self.state.lock().expect("no holder panics");
        let index = number.checked_sub(self.first).and_then(|index| usize::try_from(index).ok());
        let page = index.and_then(|index| state.pages.get_mut(index));
        page.map(change).is_some()
    }

    /// Writes a problem down.
    pub fn problem(&self, text: String) {
        let mut state = self.state.lock().expect("no holder panics");
        if state.problems.len() < PROBLEMS {
            let length = text.floor_char_boundary(1_000);
            state.problems.push(text[..length].to_owned());
        }
    }

    /// The pages with their numbers.
    pub fn pages(&self) -> Vec<(u64, Page)> {
        let state = self.state.lock().expect("no holder panics");
        (self.first..).zip(state.pages.iter().cloned()).collect()
    }

    /// The problems so far.
    pub fn problems(&self) -> Vec<String> {
        self.state.lock().expect("no holder panics").problems.clone()
    }
}
