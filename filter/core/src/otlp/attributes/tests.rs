use super::*;
use crate::otlp::messages::any_value::Value;
use crate::otlp::messages::{KeyValue, Resource};
use prost::Message;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const UNLIMITED: AttributeLimits =
    AttributeLimits { count: u32::MAX, value_length: usize::MAX, header_bytes: usize::MAX };

/// What `write` writes within `limits`, and what was cut.
fn written(
    limits: AttributeLimits,
    write: impl Fn(&mut AttributeWriter<'_>),
) -> (Vec<KeyValue>, Cuts) {
    let mut out = Vec::new();
    let mut writer = AttributeWriter::new(&mut out, 1, &limits, Detectors::default());
    write(&mut writer);
    let cuts = writer.finish();
    let resource = Resource::decode(out.as_slice()).unwrap();
    assert_eq!(resource.encode_to_vec(), out, "the encoding is prost's");
    (resource.attributes, cuts)
}

#[test]
fn attributes_equal_what_prost_writes() {
    let long = "x".repeat(300);
    let attributes = vec![
        KeyValue::string("k", "v"),
        KeyValue::string("empty", ""),
        KeyValue::string("long", long.as_str()),
        KeyValue::int("zero", 0),
        KeyValue::int("negative", -1),
        KeyValue::int("port", 65_535),
        KeyValue::new("true", Value::Bool(true)),
        KeyValue::new("half", Value::Double(0.5)),
        KeyValue::strings("list", &["a", "", &long]),
    ];
    let found = written(UNLIMITED, |writer| {
        writer.string("k", b"v");
        writer.string("empty", b"");
        writer.string("long", long.as_bytes());
        writer.int("zero", 0);
        writer.int("negative", -1);
        writer.int("port", 65_535);
        writer.bool("true", true);
        writer.double("half", 0.5);
        writer.headers("list", [b"a".as_slice(), b"", long.as_bytes()].into_iter());
        writer.headers("absent", [].into_iter());
    });
    assert_eq!(found, (attributes, Cuts::default()));
}

#[test]
fn texts_of_every_length_equal_what_prost_writes() {
    for length in 0..300 {
        let text = "x".repeat(length);
        let (found, _) = written(UNLIMITED, |writer| writer.string("key", text.as_bytes()));
        assert_eq!(found, [KeyValue::string("key", text.as_str())], "{length}");
    }
}

#[test]
fn joined_text_is_what_its_parts_are_together() {
    let limits = AttributeLimits { count: 4, value_length: 5, ..UNLIMITED };
    let (found, cuts) = written(limits, |writer| {
        writer.joined("whole", &[b"ab", b"", b"c"]);
        writer.joined("split", &[b"\xc3", b"\xa4"]);
        writer.joined("cut", &[b"abc", b"def"]);
        writer.joined("no UTF-8", &[b"a\xff", b"b"]);
        writer.joined("too many", &[b"a"]);
    });
    let expected = [("whole", "abc"), ("split", "ä"), ("cut", "abcde"), ("no UTF-8", "a\u{fffd}b")];
    assert_eq!(found, expected.map(|(key, text)| KeyValue::string(key, text)));
    assert_eq!(cuts, Cuts { dropped: 1, truncated: 1 });
}

#[test]
fn the_first_attributes_stay_and_the_rest_is_counted() {
    let (found, cuts) = written(AttributeLimits { count: 3, ..UNLIMITED }, |writer| {
        writer.int("a", 1);
        writer.string("b", b"2");
        writer.headers("c", [b"3".as_slice()].into_iter());
        writer.encoded(b"\x0a\x03\x0a\x01d");
        writer.header("e", b"5");
    });
    let keys: Vec<_> = found.iter().map(|attribute| attribute.key.as_str()).collect();
    assert_eq!(keys, ["a", "b", "c"]);
    assert_eq!(cuts, Cuts { dropped: 2, truncated: 0 });
}

#[test]
fn header_values_have_a_limit_of_their_own() {
    let (found, cuts) = written(AttributeLimits { header_bytes: 10, ..UNLIMITED }, |writer| {
        writer.headers("six", [b"abc".as_slice(), b"def"].into_iter());
        writer.headers("five", [b"abcde".as_slice()].into_iter());
        writer.header("three", b"abc");
        writer.headers("empty", [b"".as_slice()].into_iter());
        writer.headers("none left", [b"".as_slice()].into_iter());
        writer.string("other", b"not a header");
    });
    let keys: Vec<_> = found.iter().map(|attribute| attribute.key.as_str()).collect();
    assert_eq!(keys, ["six", "three", "empty", "other"]);
    assert_eq!(cuts, Cuts { dropped: 2, truncated: 0 });
}

#[test]
fn values_that_are_cut_are_counted_once_for_each_attribute() {
    let limits = AttributeLimits { value_length: 2, ..UNLIMITED };
    let (found, cuts) = written(limits, |writer| {
        writer.string("a", b"ab");
        writer.string("b", b"abc");
        writer.headers("c", [b"abc".as_slice(), b"abcd", b"a"].into_iter());
        writer.header("d", b"abc");
    });
    let expected = [
        KeyValue::string("a", "ab"),
        KeyValue::string("b", "ab"),
        KeyValue::strings("c", &["ab", "ab", "a"]),
        KeyValue::string("d", "ab"),
    ];
    assert_eq!(found, expected);
    assert_eq!(cuts, Cuts { dropped: 0, truncated: 3 });
}
