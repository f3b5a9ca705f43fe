//! All stored prefixes of a text, found by one binary search.

/// Prefixes and the rules that ask for them.
#[derive(Clone, Debug, Default)]
pub struct PrefixMap {
    /// Sorted by their texts.
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    prefix: Box<[u8]>,
    rules: Vec<u32>,
    /// The longest other entry that this one begins with.
    shorter: Option<usize>,
}

impl PrefixMap {
    /// Collects `(prefix, rule)` pairs, given in the order of the rules.
    pub fn new(pairs: impl IntoIterator<Item = (Vec<u8>, u32)>) -> Self {
        let mut map = Self::default();
        for (prefix, rule) in pairs {
            let at = map.entries.partition_point(|entry| *entry.prefix < *prefix);
            match map.entries.get_mut(at).filter(|entry| *entry.prefix == *prefix) {
                Some(entry) => entry.rules.push(rule),
                None => {
                    let entry = Entry { prefix: prefix.into(), rules: vec![rule], shorter: None };
                    map.entries.insert(at, entry);
                }
            }
        }
        for at in 1..map.entries.len() {
            let shorter =
                map.entries.get(at).and_then(|entry| map.longest(at.checked_sub(1), &entry.prefix));
            if let Some(entry) = map.entries.get_mut(at) {
                entry.shorter = shorter;
            }
        }
        map
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The rules of every entry that `text` begins with, longest first.
    pub fn matches<'a>(&'a self, text: &[u8]) -> impl Iterator<Item = &'a [u32]> + use<'a> {
        // Every prefix of a text sorts at or before it, and all between that prefix and the text
        // begin with it: so all matches are on the chain of the last entry at or before the text.
        let after = self.entries.partition_point(|entry| *entry.prefix <= *text);
        let mut next = self.longest(after.checked_sub(1), text);
        std::iter::from_fn(move || {
            let entry = self.entries.get(next?)?;
            next = entry.shorter;
            Some(entry.rules.as_slice())
        })
    }

    /// The first entry of the chain from `start` on that `text` begins with.
    fn longest(&self, start: Option<usize>, text: &[u8]) -> Option<usize> {
        let mut next = start;
        while let Some(index) = next {
            let entry = self.entries.get(index)?;
            if text.starts_with(&entry.prefix) {
                return Some(index);
            }
            next = entry.shorter;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn finds_exactly_the_prefixes_of_a_text() {
        let prefixes = ["/static", "/", "/static/img", "/stat", "/api/v1", "/static", "/z", "/a"];
        let pairs =
            || prefixes.iter().zip(0..).map(|(text, rule)| (text.as_bytes().to_vec(), rule));
        let map = PrefixMap::new(pairs());
        for text in [
            "",
            "/",
            "/s",
            "/static",
            "/static/img/a.png",
            "/staticx",
            "/api",
            "/api/v1/x",
            "/zz",
            "x",
            "/apj",
            "/static/imf",
            "/~",
        ] {
            let mut found: Vec<u32> = map.matches(text.as_bytes()).flatten().copied().collect();
            found.sort_unstable();
            let expected: Vec<u32> = pairs()
                .filter(|(prefix, _)| text.as_bytes().starts_with(prefix))
                .map(|(_, rule)| rule)
                .collect();
            assert_eq!(found, expected, "{text}");
        }
        assert!(PrefixMap::new([]).is_empty());
    }
}
