//! What the command-line tool reads: any text is YAML, JSON or refused with its line; lines lie within
//! the text; and JSON says what serde_json has of it.

#![no_main]
#![allow(dead_code, reason = "the modules of the tool have more than reading")]

use libfuzzer_sys::fuzz_target;

#[path = "../../cli/src/json.rs"]
mod json;
#[path = "../../cli/src/node.rs"]
mod node;
#[path = "../../cli/src/scalar.rs"]
mod scalar;
#[path = "../../cli/src/source.rs"]
mod source;
#[path = "../../cli/src/yaml.rs"]
mod yaml;

use node::{Content, Node};

fuzz_target!(|text: &str| {
    let lines = text.matches(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count() + 2;
    match source::Source::parse("manifest.yaml", text.to_owned(), false) {
        Ok(source) => source.documents.iter().for_each(|node| within(node, lines)),
        Err(problem) => assert!(!problem.reason.is_empty() && problem.line <= lines, "{problem:?}"),
    }
    let (theirs, ours) = (serde_json::from_str::<serde_json::Value>(text), json::parse(text, 1));
    assert_eq!(theirs.is_ok(), ours.is_ok(), "{theirs:?}, but {ours:?}");
    if let (Ok(theirs), Ok(ours)) = (theirs, ours) {
        same(&theirs, &ours);
    }
});

fn within(node: &Node, lines: usize) {
    assert!(node.line <= lines && node.text_line.is_none_or(|line| line <= lines), "{node:?}");
    node.children().for_each(|child| within(child, lines));
}

fn same(theirs: &serde_json::Value, ours: &Node) {
    match (theirs, &ours.content) {
        (serde_json::Value::Array(theirs), Content::List(ours)) => {
            assert_eq!(theirs.len(), ours.len());
            theirs.iter().zip(ours).for_each(|(theirs, ours)| same(theirs, ours));
        }
        // Here keys may stand there twice: the last counts.
        (serde_json::Value::Object(theirs), Content::Object(_)) => {
            for (key, theirs) in theirs {
                let entries = ours.entries().iter().rev();
                let entry = entries.clone().find(|entry| entry.key == *key).expect("the key");
                same(theirs, &entry.value);
            }
            assert!(ours.entries().iter().all(|entry| theirs.contains_key(&entry.key)));
        }
        (theirs, Content::Scalar(ours)) => assert_eq!(theirs.to_string(), ours.to_string()),
        _ => panic!("{theirs:?}, but {ours:?}"),
    }
}
