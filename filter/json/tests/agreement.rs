//! What serde_json reads is read here too, to the same value, and printed alike; what it refuses is
//! refused.
#![cfg(not(target_arch = "wasm32"))]

use proptest::prelude::*;
use serde_json::json;
use spanmesh_json::{Value, parse};

/// Holds both against each other, for one text.
fn check(text: &[u8]) {
    let shown = String::from_utf8_lossy(text);
    let theirs = serde_json::from_slice::<serde_json::Value>(text);
    let ours = parse(text);
    assert_eq!(theirs.is_ok(), ours.is_ok(), "{shown}: {theirs:?}, but {ours:?}");
    if let (Ok(theirs), Ok(ours)) = (theirs, ours) {
        same(&theirs, &ours, &shown);
    }
}

fn same(theirs: &serde_json::Value, ours: &Value, shown: &str) {
    assert_eq!(theirs.as_u64(), ours.as_u64(), "{shown}");
    assert_eq!(theirs.as_bool(), ours.as_bool(), "{shown}");
    assert_eq!(theirs.as_str(), ours.as_str(), "{shown}");
    assert_eq!(theirs.is_null(), ours.is_null(), "{shown}");
    match (theirs, ours) {
        (serde_json::Value::Number(theirs), Value::Number(ours)) => {
            assert_eq!(theirs.as_i64(), ours.as_i64(), "{shown}");
            assert_eq!(theirs.as_f64(), Some(ours.as_f64()), "{shown}");
            assert_eq!(theirs.to_string(), ours.to_string(), "{shown}");
        }
        (serde_json::Value::Array(theirs), Value::Array(ours)) => {
            assert_eq!(theirs.len(), ours.len(), "{shown}");
            theirs.iter().zip(ours).for_each(|(theirs, ours)| same(theirs, ours, shown));
        }
        (serde_json::Value::Object(theirs), Value::Object(ours)) => {
            assert_eq!(theirs.len(), ours.len(), "{shown}");
            for ((their_key, theirs), (our_key, ours)) in theirs.iter().zip(ours) {
                assert_eq!(their_key, our_key, "{shown}");
                same(theirs, ours, shown);
            }
        }
        _ => assert!(!theirs.is_number() && !ours.is_number(), "{shown}"),
    }
}

#[test]
fn the_same_is_json() {
    let deep = |depth: usize| ["[".repeat(depth), "]".repeat(depth)].concat();
    let cases = [
        "",
        " ",
        "null",
        " null ",
        "nul",
        "nulll",
        "true",
        "false",
        "tru",
        "x",
        "[",
        "]",
        "[]",
        "[ ]",
        "[1]",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1,2",
        "{}",
        "{ }",
        "{",
        "{,}",
        r#"{"a"}"#,
        r#"{"a":}"#,
        r#"{"a":1}"#,
        r#"{ "a" : 1 , "b" : [ ] }"#,
        r#"{"a":1,}"#,
        r#"{"b":1,"a":2,"b":3}"#,
        r#"{"a" 1}"#,
        "{1:2}",
        r#"{"a":1 "b":2}"#,
        "{}{}",
        "1 2",
        "0",
        "-0",
        "00",
        "01",
        "-",
        "+1",
        "-1",
        "1.",
        ".5",
        "1.5",
        "-1.5",
        "1e",
        "1e5",
        "1E+5",
        "1e-5",
        "1e+",
        "1.e1",
        "0e0",
        "0.0",
        "-0.0",
        "1e400",
        "-1e400",
        "0e400",
        "1e-400",
        "1e99999999999999999999",
        "0e99999999999999999999",
        "1e-99999999999999999999",
        "9007199254740993",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "18446744073709551615",
        "18446744073709551616",
        "123456789012345678901234567890",
        "0.1",
        "0.3",
        "1e22",
        "1e23",
        "3.141592653589793238462643383279",
        "0.000000000000000000000000000000000000000000000001",
        "1234567890123456789012345678901234567890e-20",
        "5e-324",
        "1.7976931348623157e308",
        "100000000000000000000e-20",
        r#""""#,
        r#"""#,
        r#""a"#,
        r#""\""#,
        r#""\"\\\/\b\f\n\r\t""#,
        r#""\a""#,
        r#""\u0041""#,
        r#""\u00e9""#,
        r#""\u004""#,
        r#""\u004g""#,
        r#""\u+041""#,
        r#""\ud83d\ude00""#,
        r#""\ud83d""#,
        r#""\ud83d\u0041""#,
        r#""\ude00""#,
        r#""\ud83dx""#,
        "\"\u{1}\"",
        "\"\n\"",
        "\"\u{7f}\"",
        "\"Jörg\"",
        "\u{feff}1",
        "\u{b}1",
        "[1]\n",
        "NaN",
        "Infinity",
        "'a'",
        "// 1\n1",
    ];
    for text in cases.iter().copied().chain([deep(127).as_str(), deep(128).as_str()]) {
        check(text.as_bytes());
    }
    for bytes in [b"\"\xff\"".as_slice(), b"\"\xc3\"", b"\xff", b"\"\xed\xa0\x80\"", b"[\0]"] {
        check(bytes);
    }
}

#[test]
fn the_same_is_printed() {
    let cases = [
        json!(null),
        json!([true, false]),
        json!([]),
        json!({}),
        json!({"b": [1, -2], "a": {"": {}}}),
        json!("\"\\\u{8}\u{c}\n\r\t\u{0}\u{1f} /\u{7f}Jörg"),
        json!(0),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(0.0),
        json!(-0.0),
        json!(1.0),
        json!(0.1),
        json!(0.5),
        json!(-1.5),
        json!(0.001),
        json!(0.00001),
        json!(0.3),
        json!(123.456),
        json!(1_000_000.0),
        json!(1e15),
        json!(99.99),
        json!(2.5e-7),
        json!(33.333333),
        json!(1e300),
    ];
    for value in cases {
        let text = value.to_string();
        let ours = parse(text.as_bytes()).unwrap().to_string();
        assert_eq!(ours, text);
    }
}

proptest! {
    #[test]
    fn any_text_is_read_alike(
        text in r#"[{}\[\]":,\\a-fnrtu0-9.eE+\- ]{0,40}"#,
        raw in proptest::collection::vec(any::<u8>(), 0..40),
        number in r"-?[0-9]{1,25}(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?",
    ) {
        check(text.as_bytes());
        check(&raw);
        check(number.as_bytes());
    }

    #[test]
    fn any_value_is_read_back(text in ".{0,20}", whole: i64, digits in 0_u32..1_000_000_000, scale in 0..9) {
        let real = f64::from(digits) / 10_f64.powi(scale);
        let value = json!({"a": [text, whole, real], format!("key {text}"): null});
        let ours = parse(value.to_string().as_bytes()).unwrap();
        prop_assert_eq!(&parse(ours.to_string().as_bytes()).unwrap(), &ours);
        let number = ours.get("a").and_then(Value::as_array).and_then(|items| items[2].as_f64());
        prop_assert_eq!(number, Some(real));
    }
}
