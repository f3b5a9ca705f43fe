//! Choices that depend on nothing but a seed.

use spanmesh_harness::random::SplitMix;

/// A source of choices.
pub struct Dice(SplitMix);

impl Dice {
    /// The choices about one thing of many, under one seed.
    pub fn of(seed: u64, thing: u64) -> Dice {
        let mut seeds = SplitMix::new(seed);
        Dice(SplitMix::new(seeds.draw() ^ SplitMix::new(thing).draw()))
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0.draw()
    }

    /// A number of `low..=high`.
    pub fn within(&mut self, low: u64, high: u64) -> u64 {
        self.0.within(low, high)
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, percent: u64) -> bool {
        self.within(0, 99) < percent
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.within(0, choices.len() as u64 - 1) as usize]
    }

    /// One of several, each as often as its weight says.
    pub fn weighted<T: Copy>(&mut self, choices: &[(u64, T)]) -> T {
        let mut left = self.within(0, choices.iter().map(|(weight, _)| weight).sum::<u64>() - 1);
        for (weight, choice) in choices {
            if left < *weight {
                return *choice;
            }
            left -= weight;
        }
        unreachable!("the weights are added up above")
    }
}
