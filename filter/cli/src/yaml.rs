//! YAML with lines: events of a parser become nodes; aliases and merges are resolved.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};
use spanmesh_json::Value;

use crate::node::{Content, Entry, Node};
use crate::scalar;

/// Deepest nesting, as in JSON.
const MAX_DEPTH: usize = 127;
/// Most nodes with those that aliases stand for: a short text can mean billions.
const MAX_NODES: usize = 1_000_000;

/// Why a text cannot be read, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The line.
    pub line: usize,
    /// The reason.
    pub reason: String,
}

/// The documents of a text; empty ones are left out.
///
/// # Errors
/// The first thing that is no YAML.
pub fn parse(text: &str) -> Result<Vec<Node>, Malformed> {
    let mut reader =
        Reader { events: Parser::new_from_str(text), anchors: HashMap::new(), nodes: 0 };
    let mut documents = Vec::new();
    while let Some((event, span)) = reader.next()? {
        match event {
            Event::StreamStart | Event::DocumentEnd | Event::StreamEnd | Event::Nothing => {}
            Event::DocumentStart(_) => {
                let (event, span) = reader.some(span)?;
                let node = reader.node(event, span, 0)?;
                documents.extend((!node.is_null()).then_some(node));
            }
            _ => return Err(malformed(span, "is no document")),
        }
    }
    Ok(documents)
}

struct Reader<'t> {
    events: Parser<'t, saphyr_parser::StrInput<'t>>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<Option<(Event<'t>, Span)>, Malformed> {
        self.events.next_event().transpose().map_err(|error| Malformed {
            line: error.marker().line(),
            reason: format!("is not valid YAML: {}", error.info()),
        })
    }

    fn some(&mut self, before: Span) -> Result<(Event<'t>, Span), Malformed> {
        self.next()?.ok_or_else(|| malformed(before, "is not valid YAML: it ends too early"))
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Node, Malformed> {
        if depth > MAX_DEPTH {
            return Err(malformed(span, "is nested too deeply"));
        }
        let (anchor, node) = match event {
            Event::Alias(anchor) => {
                let unknown = || malformed(span, "is not valid YAML: an alias within its anchor");
                let node = self.anchors.get(&anchor).cloned().ok_or_else(unknown)?;
                self.count(size(&node), span)?;
                return Ok(node);
            }
            Event::Scalar(text, style, anchor, tag) => {
                (anchor, scalar_node(&text, style, tag.as_deref(), span))
            }
            Event::SequenceStart(anchor, _) => (anchor, self.list(span, depth)?),
            Event::MappingStart(anchor, _) => (anchor, self.object(span, depth)?),
            _ => return Err(malformed(span, "is not valid YAML: it ends too early")),
        };
        self.count(1, span)?;
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn list(&mut self, start: Span, depth: usize) -> Result<Node, Malformed> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.some(start)?;
            if event == Event::SequenceEnd {
                break;
            }
            items.push(self.node(event, span, depth + 1)?);
        }
        Ok(Node { line: start.start.line(), content: Content::List(items), text_line: None })
    }

    fn object(&mut self, start: Span, depth: usize) -> Result<Node, Malformed> {
        let (mut entries, mut merged) = (Vec::new(), Vec::new());
        loop {
            let (event, span) = self.some(start)?;
            let (key, is_plain) = match event {
                Event::MappingEnd => break,
                Event::Scalar(text, style, ..) => (text.into_owned(), style == ScalarStyle::Plain),
                _ => return Err(malformed(span, "is no key: keys must be text")),
            };
            let (event, value_span) = self.some(span)?;
            let is_alias = matches!(event, Event::Alias(_));
            let mut value = self.node(event, value_span, depth + 1)?;
            let line = span.start.line();
            if key == "<<" && is_plain {
                merged.extend(merge(value));
                continue;
            }
            if !is_alias && !matches!(value.content, Content::Scalar(_)) {
                value.line = line;
            }
            entries.push(Entry { key, line, value });
        }
        // What is written wins over what is merged, and of several merged ones the first.
        for entry in merged {
            if !entries.iter().any(|known| known.key == entry.key) {
                entries.push(entry);
            }
        }
        Ok(Node { line: start.start.line(), content: Content::Object(entries), text_line: None })
    }

    fn count(&mut self, nodes: usize, span: Span) -> Result<(), Malformed> {
        self.nodes += nodes;
        let fits = self.nodes <= MAX_NODES;
        fits.then_some(()).ok_or_else(|| malformed(span, "is too large"))
    }
}

fn scalar_node(text: &str, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Node {
    let is_text = tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str");
    let value = match style {
        ScalarStyle::Plain if !is_text => scalar::resolve(text),
        _ => Value::from(text),
    };
    let line = span.start.line();
    // The parser's mark of a literal is its first line that is not empty.
    let blank = text.bytes().take_while(|byte| *byte == b'\n').count();
    let text_line = match style {
        ScalarStyle::Literal => Some(line.saturating_sub(blank)),
        // Line breaks that are written as \n are none of the file.
        _ if span.end.line() == line && !text.contains('\n') => Some(line),
        _ => None,
    };
    Node { text_line, ..Node::scalar(line, value) }
}

/// The entries that `<<` brings: of an object, or of a list of them.
fn merge(value: Node) -> Vec<Entry> {
    match value.content {
        Content::Object(entries) => entries,
        Content::List(items) => items.into_iter().flat_map(merge).collect(),
        Content::Scalar(_) => Vec::new(),
    }
}

fn size(node: &Node) -> usize {
    1 + node.children().map(size).sum::<usize>()
}

fn malformed(span: Span, reason: &str) -> Malformed {
    Malformed { line: span.start.line(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        parse(text).unwrap().iter().map(|node| node.value().to_string()).collect()
    }

    #[test]
    fn documents_are_read_as_kubectl_reads_them() {
        let cases = [
            (
                "a: 1\n---\n# nothing\n---\nb: [x, 'yes', \"1\"]\n",
                vec![r#"{"a":1}"#, r#"{"b":["x","yes","1"]}"#],
                "several",
            ),
            ("a: &x {b: 1}\nc: *x\n", vec![r#"{"a":{"b":1},"c":{"b":1}}"#], "an alias"),
            (
                "d: &x {b: 1, c: 2}\na: {<<: *x, b: 3}\n",
                vec![r#"{"a":{"b":3,"c":2},"d":{"b":1,"c":2}}"#],
                "a merge: what is written wins",
            ),
            (
                "x: [&a {k: 1}, &b {k: 2, l: 3}]\nm: {<<: [*a, *b]}\n",
                vec![r#"{"m":{"k":1,"l":3},"x":[{"k":1},{"k":2,"l":3}]}"#],
                "of merged ones the first wins",
            ),
            ("a: !!str 5\n", vec![r#"{"a":"5"}"#], "a tag"),
            ("8080: a\n", vec![r#"{"8080":"a"}"#], "a key that is a number"),
            ("{\"a\": [1, 2.5, null, true]}", vec![r#"{"a":[1,2.5,null,true]}"#], "JSON"),
            ("", vec![], "nothing"),
        ];
        for (text, expected, why) in cases {
            assert_eq!(values(text), expected, "{why}");
        }
    }

    /// As another library reads it. (YAML 1.2, which our files do not differ in.)
    fn otherwise(text: &str) -> Vec<spanmesh_json::Value> {
        let documents = serde_yaml_ng::Deserializer::from_str(text);
        let values =
            documents.map(|it| <serde_json::Value as serde::Deserialize>::deserialize(it).unwrap());
        let values = values.filter(|value| !value.is_null());
        values.map(|value| spanmesh_json::parse(value.to_string().as_bytes()).unwrap()).collect()
    }

    #[test]
    fn the_files_of_this_repository_are_read_as_by_another_library() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let folders = ["envoy-config", "istio", "examples"].map(|folder| root.join(folder));
        let inputs = crate::source::inputs(&folders).unwrap();
        let files: Vec<_> = inputs.iter().filter_map(|input| input.path.as_ref()).collect();
        assert!(files.len() > 15, "{files:?}");
        for file in files {
            let text = std::fs::read_to_string(file).unwrap();
            let ours: Vec<_> = parse(&text).unwrap().iter().map(Node::value).collect();
            assert_eq!(ours, otherwise(&text), "{}", file.display());
        }
    }

    #[test]
    fn lines_are_those_of_values() {
        let text = "# note\na:\n  b: 1\n  c: |\n\n    one\n    two\n  d: >-\n    x\n    y\n  e: 'z'\nf: [1,\n  2]\n";
        let node = parse(text).unwrap().remove(0);
        let line = |path: &str| (node.find(path).0.line, node.find(path).0.text_line);
        assert_eq!(line("a"), (2, None), "an object: its key");
        assert_eq!(line("a.b"), (3, Some(3)));
        assert_eq!(line("a.c"), (6, Some(5)), "a literal: its first line, even an empty one");
        assert_eq!(line("a.d"), (9, None), "what is folded has lost its lines");
        assert_eq!(line("a.e"), (11, Some(11)));
        assert_eq!(line("f[1]"), (13, Some(13)));
    }

    #[test]
    fn what_is_no_yaml_is_told_with_its_line() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        let laughs: String =
            (1..30).map(|i| format!("x{i}: &x{i} [*x{0}, *x{0}, *x{0}]\n", i - 1)).collect();
        let laughs = format!("x0: &x0 1\n{laughs}");
        for (text, line, reason) in [
            ("a: 1\nb: [1\n", 3, "is not valid YAML"),
            ("a: b: c\n", 1, "is not valid YAML"),
            ("? [a]\n: 1\n", 1, "is no key"),
            ("a: &x [*x]\n", 1, "an alias within its anchor"),
            (&deep, 1, "is nested too deeply"),
            (&laughs, 13, "is too large"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.reason.contains(reason), "{error:?}");
            assert_eq!(error.line, line, "{error:?}");
        }
    }
}
