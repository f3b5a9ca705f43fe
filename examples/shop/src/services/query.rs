//! Reading the query of a request.

/// The value of `name` in `query`, as it is written there.
pub fn value<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query.split('&').filter_map(|pair| pair.split_once('=')).find(|(n, _)| *n == name).map(|p| p.1)
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn finds_values_by_whole_names() {
        for (query, name, want, reason) in [
            ("order=7&item=tent", "item", Some("tent"), "not only the first"),
            ("item=", "item", Some(""), "empty is a value"),
            ("items=9", "item", None, "a longer name is another name"),
            ("item", "item", None, "no value"),
            ("", "item", None, "no query"),
            ("item=a&item=b", "item", Some("a"), "the first of several"),
            ("item=a=b", "item", Some("a=b"), "only the first = separates"),
        ] {
            assert_eq!(value(query, name), want, "{query:?}: {reason}");
        }
    }
}
