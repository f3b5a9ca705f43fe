//! Files and what stands in them.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use spanmesh_json::Value;

use crate::node::{Content, Node};
use crate::yaml::Malformed;
use crate::{json, yaml};

/// The documents of one file, each object of a list for itself.
#[derive(Debug)]
pub struct Source {
    /// Its name, as it is told.
    pub file: String,
    /// Its text, if the whole of it is JSON.
    pub json: Option<String>,
    /// What stands in it.
    pub documents: Vec<Node>,
    /// Whether it was found in a directory, not named.
    pub is_found: bool,
}

/// A file to be read.
#[derive(Debug, PartialEq, Eq)]
pub struct Input {
    /// Where it is; `None`: standard input.
    pub path: Option<PathBuf>,
    /// Whether it was found in a directory.
    pub is_found: bool,
}

const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];

/// The files that the arguments name: `-` is standard input, and so is no argument; of a directory all
/// files that end like YAML or JSON, in the order of their names.
///
/// # Errors
/// What cannot be read, and why.
pub fn inputs(arguments: &[PathBuf]) -> Result<Vec<Input>, String> {
    let mut inputs = Vec::new();
    for path in arguments {
        if path == Path::new("-") {
            inputs.push(Input { path: None, is_found: false });
        } else if path.is_dir() {
            descend(path, &mut inputs)?;
        } else {
            inputs.push(Input { path: Some(path.clone()), is_found: false });
        }
    }
    if arguments.is_empty() {
        inputs.push(Input { path: None, is_found: false });
    }
    Ok(inputs)
}

fn descend(folder: &Path, inputs: &mut Vec<Input>) -> Result<(), String> {
    let complain = |error: io::Error| format!("{}: {error}", folder.display());
    let entries: Result<Vec<_>, _> = fs::read_dir(folder).map_err(complain)?.collect();
    let mut paths: Vec<PathBuf> = entries.map_err(complain)?.iter().map(|e| e.path()).collect();
    paths.sort();
    for path in paths {
        let ends_well = path.extension().is_some_and(|end| ENDINGS.iter().any(|it| end == *it));
        // A link to a directory may lead round in a circle.
        if path.is_dir() && !path.is_symlink() {
            descend(&path, inputs)?;
        } else if ends_well && path.is_file() {
            inputs.push(Input { path: Some(path), is_found: true });
        }
    }
    Ok(())
}

/// Why a file has no documents.
#[derive(Debug)]
pub enum Unreadable {
    /// It cannot be read: its name and the reason.
    File(String),
    /// It is neither YAML nor JSON.
    Text(String, Malformed),
}

impl Source {
    /// Reads a file.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn read(input: &Input) -> Result<Self, Unreadable> {
        let (file, bytes) = match &input.path {
            Some(path) => (path.display().to_string(), fs::read(path)),
            None => {
                let mut bytes = Vec::new();
                let read = io::stdin().lock().read_to_end(&mut bytes);
                ("(stdin)".to_owned(), read.map(|_| bytes))
            }
        };
        let bytes = bytes.map_err(|error| Unreadable::File(format!("{file}: {error}")))?;
        let no_text = |_| Unreadable::File(format!("{file}: is no text in UTF-8"));
        let text = String::from_utf8(bytes).map_err(no_text)?;
        Self::parse(&file, text, input.is_found).map_err(|error| Unreadable::Text(file, error))
    }

    /// Reads a text.
    ///
    /// # Errors
    /// Why it is neither YAML nor JSON.
    pub fn parse(file: &str, text: String, is_found: bool) -> Result<Self, Malformed> {
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        let (json, roots) = match json::parse(&text, 1) {
            Ok(node) => (Some(text), vec![node]),
            Err(error) if file.ends_with(".json") => return Err(error),
            Err(_) => (None, yaml::parse(&text)?),
        };
        let mut documents = Vec::new();
        roots.into_iter().for_each(|root| unpack(root, &mut documents));
        Ok(Self { file: file.to_owned(), json, documents, is_found })
    }
}

/// Objects of a `List` stand for themselves, and so do texts of a ConfigMap that are YAML.
fn unpack(document: Node, out: &mut Vec<Node>) {
    let kind = document.text_at(&["kind"]).unwrap_or_default();
    if let Some(items) = document.get("items").filter(|_| kind.ends_with("List")) {
        items.items().iter().for_each(|item| unpack(item.clone(), out));
        return;
    }
    if kind == "ConfigMap" {
        let entries = document.get("data").map(Node::entries).unwrap_or_default();
        for entry in entries {
            let inner = embedded(&entry.value).into_iter().filter(Node::is_object);
            // The mesh's configuration has no name of its own in there.
            out.extend(inner.map(|node| match entry.key.as_str() {
                "mesh" => wrapped("meshConfig", node),
                _ => node,
            }));
        }
    }
    out.push(document);
}

/// The YAML documents in a text, with the lines of the file as far as the text has kept them.
pub fn embedded(node: &Node) -> Vec<Node> {
    let Some(text) = node.text() else { return Vec::new() };
    let mut documents = yaml::parse(text).unwrap_or_default();
    documents.iter_mut().for_each(|inner| shift(inner, node));
    documents
}

/// Counts lines from where a text stands in its file.
fn shift(inner: &mut Node, outer: &Node) {
    let line = |line: usize| outer.text_line.map_or(outer.line, |first| first + line.max(1) - 1);
    inner.line = line(inner.line);
    inner.text_line = inner.text_line.filter(|_| outer.text_line.is_some()).map(line);
    match &mut inner.content {
        Content::Scalar(_) => {}
        Content::List(items) => items.iter_mut().for_each(|item| shift(item, outer)),
        Content::Object(entries) => {
            for entry in entries {
                entry.line = line(entry.line);
                shift(&mut entry.value, outer);
            }
        }
    }
}

fn wrapped(key: &str, value: Node) -> Node {
    let line = value.line;
    let entry = crate::node::Entry { key: key.to_owned(), line, value };
    Node { content: Content::Object(vec![entry]), ..Node::scalar(line, Value::Null) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_config_maps_are_unpacked_with_their_lines() {
        let text = "kind: List\nitems:\n- kind: A\n- kind: ConfigMap\n  data:\n    mesh: |-\n      x: 1\n      y: {z: 2}\n    note: plain\n";
        let source = Source::parse("a.yaml", text.into(), false).unwrap();
        let shown: Vec<_> = source.documents.iter().map(|d| d.value().to_string()).collect();
        assert_eq!(shown.len(), 3, "{shown:?}");
        assert_eq!(shown[1], r#"{"meshConfig":{"x":1,"y":{"z":2}}}"#);
        let mesh = &source.documents[1];
        assert_eq!(mesh.find("meshConfig.x").0.line, 7);
        assert_eq!(mesh.find("meshConfig.y.z").0.line, 8);
    }

    #[test]
    fn json_is_read_as_json() {
        let source = Source::parse("(stdin)", "\u{feff}{\"a\": 1}".into(), false).unwrap();
        assert_eq!(source.json.as_deref(), Some("{\"a\": 1}"));
        assert!(Source::parse("a.json", "a: 1".into(), false).is_err(), "YAML is no JSON");
        assert!(Source::parse("a.yaml", "a: 1".into(), false).is_ok());
    }
}
