//! JSON with lines.
//!
//! serde_json says whether a text is JSON, as it does in the filter; what it has accepted is read once
//! more for the lines of its values, and for keys that stand there twice.

use spanmesh_json::Value;

use crate::node::{Content, Entry, Node};
use crate::yaml::Malformed;

/// Reads a text whose first line is line `first` of its document.
///
/// # Errors
/// Why it is not JSON.
pub fn parse(text: &str, first: usize) -> Result<Node, Malformed> {
    spanmesh_json::parse(text.as_bytes()).map_err(|error| Malformed {
        line: first + error.line().max(1) - 1,
        reason: format!("is not valid JSON: {error}"),
    })?;
    let mut reader = Reader { rest: text, line: first };
    reader.node().ok_or_else(|| Malformed { line: reader.line, reason: "is not valid JSON".into() })
}

/// Reads what is known to be JSON.
struct Reader<'t> {
    rest: &'t str,
    line: usize,
}

impl<'t> Reader<'t> {
    fn node(&mut self) -> Option<Node> {
        match self.peek()? {
            '{' => self.object(),
            '[' => self.list(),
            _ => {
                let line = self.line;
                let value = self.scalar()?;
                // Line breaks within a text are none of the file.
                let is_one_line = !value.as_str().is_some_and(|text| text.contains('\n'));
                let text_line = is_one_line.then_some(line);
                Some(Node { text_line, ..Node::scalar(line, value) })
            }
        }
    }

    fn object(&mut self) -> Option<Node> {
        let line = self.line;
        let mut entries = Vec::new();
        self.skip('{')?;
        while self.peek()? != '}' {
            let key_line = {
                self.peek()?;
                self.line
            };
            let key = self.scalar()?.as_str()?.to_owned();
            self.skip(':')?;
            let mut value = self.node()?;
            if !matches!(value.content, Content::Scalar(_)) {
                value.line = key_line;
            }
            entries.push(Entry { key, line: key_line, value });
            if self.peek()? == ',' {
                self.skip(',')?;
            }
        }
        self.skip('}')?;
        Some(Node { line, content: Content::Object(entries), text_line: None })
    }

    fn list(&mut self) -> Option<Node> {
        let line = self.line;
        let mut items = Vec::new();
        self.skip('[')?;
        while self.peek()? != ']' {
            items.push(self.node()?);
            if self.peek()? == ',' {
                self.skip(',')?;
            }
        }
        self.skip(']')?;
        Some(Node { line, content: Content::List(items), text_line: None })
    }

    fn scalar(&mut self) -> Option<Value> {
        let first = self.peek()?;
        let mut escaped = false;
        let end = match first {
            '"' => {
                let closes = |c: char| {
                    let closes = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    closes
                };
                self.rest.get(1..)?.find(closes)? + 2
            }
            _ => self.rest.find([',', '}', ']', ' ', '\t', '\r', '\n']).unwrap_or(self.rest.len()),
        };
        let (scalar, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        spanmesh_json::parse(scalar.as_bytes()).ok()
    }

    /// The next character that is no blank.
    fn peek(&mut self) -> Option<char> {
        let rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
        let blank = self.rest.get(..self.rest.len() - rest.len())?;
        self.line += blank.matches('\n').count();
        self.rest = rest;
        rest.chars().next()
    }

    fn skip(&mut self, expected: char) -> Option<()> {
        self.peek()?;
        self.rest = self.rest.strip_prefix(expected)?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_the_filter_and_have_their_lines() {
        let text =
            "\n{\"a\": [1, -2,\n  3.5e0, \"x\\\"}\\\\\"],\n \"b\"\n: {\"c\":null , \"d\": {} }}\n";
        let node = parse(text, 10).unwrap();
        assert_eq!(node.value(), spanmesh_json::parse(text.as_bytes()).unwrap());
        for (path, line) in
            [("", 11), ("a", 11), ("a[1]", 11), ("a[2]", 12), ("b", 13), ("b.c", 14)]
        {
            assert_eq!(node.find(path).0.line, line, "{path}");
        }
    }

    #[test]
    fn what_is_no_json_is_told_with_its_line() {
        for (text, line) in [("{\n\"a\": 1,\n}", 7), ("", 5), ("{} x", 5), ("a: 1", 5)] {
            let error = parse(text, 5).unwrap_err();
            assert_eq!(error.line, line, "{text}: {error:?}");
            assert!(error.reason.starts_with("is not valid JSON: "), "{error:?}");
        }
    }

    #[test]
    fn keys_that_stand_there_twice_are_kept() {
        let node = parse("{\"a\": 1,\n\"a\": 2}", 1).unwrap();
        assert_eq!(node.duplicates(""), [("a".to_owned(), 2, 1)]);
    }
}
