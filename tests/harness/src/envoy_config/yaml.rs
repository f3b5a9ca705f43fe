//! The parsed tree: reading it and finding a place in it.

use serde_json::{Map, Value};

pub(super) fn parse(text: &str) -> Value {
    let mut yaml: serde_yaml_ng::Value =
        serde_yaml_ng::from_str(text).unwrap_or_else(|error| panic!("not YAML: {error}"));
    yaml.apply_merge().unwrap_or_else(|error| panic!("bad merge key: {error}"));
    serde_json::to_value(yaml).unwrap_or_else(|error| panic!("not expressible as JSON: {error}"))
}

/// The place a JSON pointer names, made if it is not there.
pub(super) fn slot<'a>(root: &'a mut Value, pointer: &str) -> &'a mut Value {
    assert!(pointer.is_empty() || pointer.starts_with('/'), "no JSON pointer: {pointer}");
    let steps = pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"));
    steps.fold(root, |place, step| match place {
        Value::Array(list) => {
            let index = if step == "-" { list.len() } else { step.parse().unwrap_or(usize::MAX) };
            if index == list.len() {
                list.push(Value::Null);
            }
            list.get_mut(index).unwrap_or_else(|| panic!("no item {step} of {pointer}"))
        }
        Value::Object(fields) => fields.entry(step).or_insert(Value::Null),
        Value::Null => {
            *place = Value::Object(Map::new());
            &mut place[step]
        }
        _ => panic!("{step} of {pointer} is below a plain value"),
    })
}

/// The listener or cluster of this name.
pub(super) fn named<'a>(root: &'a mut Value, list: &str, name: &str) -> &'a mut Value {
    let items = root["static_resources"][list].as_array_mut();
    let mut items = items.map(|items| items.iter_mut()).unwrap_or_default();
    let found = items.find(|item| item["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} among static_resources.{list}"))
}

/// Shows every object of the tree to `edit`, outermost first.
pub(super) fn each_object(value: &mut Value, edit: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Object(fields) => {
            edit(fields);
            fields.values_mut().for_each(|field| each_object(field, edit));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each_object(item, edit)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn anchors_and_merge_keys_are_resolved() {
        let text = "base: &base {a: 1, b: 2}\nsame: *base\nmore:\n  <<: *base\n  b: 3\n";
        let value = parse(text);
        assert_eq!(value["same"], json!({"a": 1, "b": 2}));
        assert_eq!(value["more"], json!({"a": 1, "b": 3}));
    }

    #[test]
    fn pointers_find_or_make_their_place() {
        let mut value = json!({"list": [{"a/b": 1}]});
        *slot(&mut value, "/list/0/a~1b") = json!(2);
        *slot(&mut value, "/list/-") = json!("end");
        *slot(&mut value, "/new/deep") = json!(true);
        assert_eq!(value, json!({"list": [{"a/b": 2}, "end"], "new": {"deep": true}}));
    }
}
