//! The index of rules.

use regex_lite::Regex;

use super::prefix_map::PrefixMap;
use super::templates::Templates;
use super::{Conditions, Request, TextMatcher};
use crate::text_map::TextMap;

/// One way in which a rule's path may match; the query never counts.
#[derive(Clone, Debug)]
pub enum PathPattern {
    /// Exactly this path.
    Exact(String),
    /// Begins with this.
    Prefix(String),
    /// Ends with this.
    Suffix(String),
    /// `/orders/{id}`.
    Template(String),
    /// The whole path matches.
    Regex(Regex),
}

/// What one rule matches: any of the paths (none given: all), and all of the conditions.
#[derive(Clone, Debug, Default)]
pub struct Match {
    /// Alternatives.
    pub paths: Vec<PathPattern>,
    /// What else must hold.
    pub conditions: Conditions,
}

/// Rules by their paths, compiled once.
#[derive(Clone, Debug, Default)]
pub struct RuleIndex {
    conditions: Vec<Conditions>,
    exact: TextMap<Vec<u32>>,
    templates: Templates,
    prefixes: PrefixMap,
    /// By their last bytes, turned round.
    suffixes: PrefixMap,
    longest_suffix: usize,
    regexes: Vec<(Regex, u32)>,
    hosts: TextMap<Vec<u32>>,
    /// Rules that nothing above finds.
    others: Vec<u32>,
}

impl RuleIndex {
    /// Builds the index; rules are numbered in the order given.
    pub fn new(rules: impl IntoIterator<Item = Match>) -> Self {
        let mut index = Self::default();
        let (mut prefixes, mut suffixes) = (Vec::new(), Vec::new());
        for (rule, number) in rules.into_iter().zip(0..) {
            if rule.paths.is_empty() {
                index.add_by_host(&rule.conditions, number);
            }
            for path in rule.paths {
                match path {
                    PathPattern::Exact(text) => {
                        index.exact.entry(text.into_bytes()).or_default().push(number);
                    }
                    PathPattern::Prefix(text) => prefixes.push((text.into_bytes(), number)),
                    PathPattern::Suffix(text) => {
                        index.longest_suffix = index.longest_suffix.max(text.len());
                        suffixes.push((text.bytes().rev().collect(), number));
                    }
                    PathPattern::Template(text) => index.templates.add(&text, number),
                    PathPattern::Regex(regex) => index.regexes.push((regex, number)),
                }
            }
            index.conditions.push(rule.conditions);
        }
        index.prefixes = PrefixMap::new(prefixes);
        index.suffixes = PrefixMap::new(suffixes);
        index
    }

    /// A rule without paths whose hosts are all exact is found by them.
    fn add_by_host(&mut self, conditions: &Conditions, number: u32) {
        let exact = |matcher: &TextMatcher| match matcher {
            TextMatcher::Exact(host) => Some(host.clone().into_bytes()),
            _ => None,
        };
        let hosts = conditions.host.as_ref();
        match hosts.and_then(|hosts| hosts.0.iter().map(exact).collect::<Option<Vec<_>>>()) {
            Some(hosts) => {
                for host in hosts {
                    self.hosts.entry(host).or_default().push(number);
                }
            }
            None => self.others.push(number),
        }
    }

    /// The first rule that matches and that `accept` takes, by its number.
    pub fn first(&self, request: &Request<'_>, accept: impl FnMut(usize) -> bool) -> Option<usize> {
        let mut search = Search { index: self, request, accept, best: u32::MAX };
        let path = request.path();
        if !self.exact.is_empty()
            && let Some(rules) = self.exact.get(path)
        {
            search.look(rules);
        }
        for rules in self.templates.matches(path).chain(self.prefixes.matches(path)) {
            search.look(rules);
        }
        if !self.suffixes.is_empty() {
            let reversed: Vec<u8> = path.iter().rev().take(self.longest_suffix).copied().collect();
            for rules in self.suffixes.matches(&reversed) {
                search.look(rules);
            }
        }
        if !self.hosts.is_empty()
            && let Some(rules) = request.host().and_then(|host| self.hosts.get(&*host))
        {
            search.look(rules);
        }
        search.look(&self.others);
        if let Ok(text) = str::from_utf8(path) {
            for (regex, rule) in &self.regexes {
                if *rule < search.best && regex.is_match(text) {
                    search.look(&[*rule]);
                }
            }
        }
        usize::try_from(search.best).ok().filter(|&rule| rule < self.conditions.len())
    }
}

/// The search for the first rule.
struct Search<'a, 'r, F> {
    index: &'a RuleIndex,
    request: &'a Request<'r>,
    accept: F,
    /// The first rule found so far.
    best: u32,
}

impl<F: FnMut(usize) -> bool> Search<'_, '_, F> {
    /// Looks through rules whose paths match, in their order, as far as the best found so far.
    fn look(&mut self, rules: &[u32]) {
        for &rule in rules {
            if rule >= self.best {
                return;
            }
            let number = rule as usize;
            let conditions = self.index.conditions.get(number);
            if conditions.is_some_and(|rule| rule.hold(self.request)) && (self.accept)(number) {
                self.best = rule;
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests;
