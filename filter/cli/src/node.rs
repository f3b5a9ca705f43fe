//! Documents with the lines of their values.

use spanmesh_json::{Map, Number, Value};

/// A value and the line where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The line of a scalar, or of the key that a list or an object belongs to.
    pub line: usize,
    /// What it is.
    pub content: Content,
    /// Of a text that keeps its lines: the line of the document where it begins.
    pub text_line: Option<usize>,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// `null`, a truth value, a number or a text.
    Scalar(Value),
    /// A list.
    List(Vec<Node>),
    /// An object, its entries as they are written: keys may stand there twice.
    Object(Vec<Entry>),
}

/// An entry of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Its line.
    pub line: usize,
    /// Its value.
    pub value: Node,
}

/// Largest whole number that every double below it is told from.
const EXACT: f64 = (1_u64 << 53) as f64;

// === impl Node ===

impl Node {
    /// A scalar.
    pub fn scalar(line: usize, value: Value) -> Self {
        Self { line, content: Content::Scalar(value), text_line: None }
    }

    /// The entries of an object; none of anything else.
    pub fn entries(&self) -> &[Entry] {
        if let Content::Object(entries) = &self.content { entries } else { &[] }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Self] {
        if let Content::List(items) = &self.content { items } else { &[] }
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        matches!(self.content, Content::Object(_))
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.content, Content::Scalar(Value::Null))
    }

    /// Values inside it: items, or values of entries.
    pub fn children(&self) -> impl Iterator<Item = &Self> {
        self.items().iter().chain(self.entries().iter().map(|entry| &entry.value))
    }

    /// The value of a key; of equal keys the last counts, and `null` is nothing.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let found = self.entries().iter().rev().find(|entry| entry.key == key)?;
        Some(&found.value).filter(|value| !value.is_null())
    }

    /// The value of the first of several spellings of a key, as protobuf's JSON has two of each.
    pub fn get_any(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().find_map(|key| self.get(key))
    }

    /// The value behind these keys.
    pub fn at(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// A text.
    pub fn text(&self) -> Option<&str> {
        if let Content::Scalar(value) = &self.content { value.as_str() } else { None }
    }

    /// The text behind these keys.
    pub fn text_at(&self, keys: &[&str]) -> Option<&str> {
        self.at(keys)?.text()
    }

    /// Whether it is `true`.
    pub fn is_true(&self) -> bool {
        matches!(self.content, Content::Scalar(Value::Bool(true)))
    }

    /// A number, also where it is written as a text.
    pub fn number(&self) -> Option<f64> {
        let Content::Scalar(value) = &self.content else { return None };
        value.as_f64().or_else(|| spanmesh_json::parse_number(value.as_str()?.as_bytes()))
    }

    /// Its value as it arrives in a plugin configuration that has been a `google.protobuf.Struct` on its
    /// way, where all numbers are doubles: whole ones are whole again.
    pub fn value(&self) -> Value {
        match &self.content {
            Content::Scalar(Value::Number(Number::Real(number)))
                if number.fract() == 0.0 && number.abs() <= EXACT =>
            {
                Value::from(*number as i64)
            }
            Content::Scalar(value) => value.clone(),
            Content::List(items) => Value::Array(items.iter().map(Self::value).collect()),
            Content::Object(entries) => {
                let mut map = Map::new();
                for entry in entries {
                    map.insert(entry.key.clone(), entry.value.value());
                }
                Value::Object(map)
            }
        }
    }

    /// The node at `path` (`rules[2].sampler`), or the nearest one above it, and whether it is that very
    /// one. Keys may have dots themselves.
    pub fn find(&self, path: &str) -> (&Self, bool) {
        let rest = path.strip_prefix('.').unwrap_or(path);
        if rest.is_empty() {
            return (self, true);
        }
        if let Some((index, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            let item = index.parse().ok().and_then(|index: usize| self.items().get(index));
            return item.map_or((self, false), |item| item.find(after));
        }
        let fits = |entry: &&Entry| {
            let after = rest.strip_prefix(entry.key.as_str());
            after.is_some_and(|after| after.is_empty() || after.starts_with(['.', '[']))
        };
        let longest = self.entries().iter().filter(fits).max_by_key(|entry| entry.key.len());
        let after = |entry: &Entry| rest.get(entry.key.len()..).unwrap_or_default().to_owned();
        longest.map_or((self, false), |entry| entry.value.find(&after(entry)))
    }

    /// Calls `visit` for every node with its path, this one first.
    pub fn walk<'a>(&'a self, path: &str, visit: &mut dyn FnMut(&str, &'a Self)) {
        visit(path, self);
        for (index, item) in self.items().iter().enumerate() {
            item.walk(&format!("{path}[{index}]"), visit);
        }
        for entry in self.entries() {
            entry.value.walk(&below(path, &entry.key), visit);
        }
    }

    /// Keys that stand in one object more than once: their paths, and the lines of both.
    pub fn duplicates(&self, path: &str) -> Vec<(String, usize, usize)> {
        let mut found = Vec::new();
        self.walk(path, &mut |path, node| {
            for (index, entry) in node.entries().iter().enumerate() {
                let earlier = node.entries().iter().take(index).find(|e| e.key == entry.key);
                if let Some(earlier) = earlier {
                    found.push((below(path, &entry.key), entry.line, earlier.line));
                }
            }
        });
        found
    }
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    fn parsed(text: &str) -> Node {
        yaml::parse(text).unwrap().remove(0)
    }

    #[test]
    fn paths_lead_to_the_value_or_to_the_nearest_one_above() {
        let text = "a:\n  b.c:\n    d: 1\n  b:\n  - x: 2\n  - y: 3\n";
        let node = parsed(text);
        let cases = [
            ("a.b.c.d", 3, true, "a key with a dot"),
            ("a.b[1].y", 6, true, "an item"),
            ("a.b[2].y", 4, false, "no such item"),
            ("a.z", 1, false, "no such key"),
            ("q", 1, false, "nothing of it"),
            ("", 1, true, "the whole"),
        ];
        for (path, line, exact, why) in cases {
            let (found, is_exact) = node.find(path);
            assert_eq!((found.line, is_exact), (line, exact), "{why}: {path}");
        }
    }

    #[test]
    fn keys_that_stand_there_twice_are_found() {
        let node = parsed("a: 1\nb:\n- {c: 1, c: 2}\na: 2\n");
        let expected = [("a".to_owned(), 4, 1), ("b[0].c".to_owned(), 3, 3)];
        assert_eq!(node.duplicates(""), expected);
        assert_eq!(node.get("a").and_then(Node::number), Some(2.0), "the last counts");
    }

    #[test]
    fn whole_doubles_are_whole_numbers_as_in_a_struct() {
        let node = parsed("[512.0, 1e3, 0.5, 7, -3.0, 1e300]");
        assert_eq!(node.value().to_string(), "[512,1000,0.5,7,-3,1e+300]");
    }
}
