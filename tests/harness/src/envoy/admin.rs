//! Reading what the admin interface says.

use std::collections::BTreeMap;

/// What Envoy puts before the names of a module's own metrics.
const OF_MODULES: &str = "wasmcustom.";

/// The lines `name: number` of `/stats`; histograms and texts are left out. A module's own
/// metrics go by the names that it gave them.
pub(super) fn numbers(text: &str, prefix: &str) -> BTreeMap<String, u64> {
    let lines = text.lines().map(|line| line.strip_prefix(OF_MODULES).unwrap_or(line));
    let lines = lines.filter(|line| line.starts_with(prefix));
    let pairs = lines.filter_map(|line| line.rsplit_once(": "));
    pairs.filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_of_modules_go_by_their_own_names() {
        let expected = BTreeMap::from([("a.b".to_owned(), 1)]);
        assert_eq!(numbers("wasmcustom.a.b: 1\n", "a."), expected);
    }

    #[test]
    fn only_numbers_below_the_prefix_are_read() {
        let text = "a.b: 1\na.c: 22\na.text: \"x\"\na.h: P0(nan,1.0) P25(nan,1.025)\nb.b: 3\n";
        let expected = BTreeMap::from([("a.b".to_owned(), 1), ("a.c".to_owned(), 22)]);
        assert_eq!(numbers(text, "a."), expected);
    }
}
