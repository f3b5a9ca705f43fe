use super::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Keys and values that are expected.
type Pairs<'a> = &'a [(&'a str, &'a str)];

fn read(fields: &[&[u8]]) -> Vec<(String, String)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    members(fields.iter().copied())
        .iter()
        .map(|(key, value)| ((*key).to_owned(), text(value)))
        .collect()
}

/// Facts of the working group's own parser tests (w3c/baggage, `test/test_baggage.py`), by their
/// names there. Properties are no part of what we read.
#[test]
fn the_working_groups_cases() {
    const OWS: &str = " \t ";
    let ows = |text: &str| text.replace('_', OWS);
    let two = &[("SomeKey", "SomeValue"), ("SomeKey2", "SomeValue2")][..];
    let one = &two[..1];
    let odd = "\t \"';=asdf!@#$%^&*()";
    let encoded = "%09%20%22%27%3B%3Dasdf%21%40%23%24%25%5E%26%2A%28%29";
    let cases: [(&str, String, Pairs<'_>); 16] = [
        ("parse_simple", "SomeKey=SomeValue".into(), one),
        (
            "parse_multiple",
            "SomeKey=SomeValue;SomeProp,SomeKey2=SomeValue2;ValueProp=PropVal".into(),
            two,
        ),
        (
            "parse_multiple_ows",
            ows("SomeKey_=_SomeValue_;_SomeProp_,_SomeKey2_=_SomeValue2_;_ValueProp_=_PropVal"),
            two,
        ),
        (
            "parse_multiple_kv_property",
            "SomeKey=SomeValue;SomePropKey=SomePropValue,SomeKey2=SomeValue2;SomePropKey2=SomePropValue2".into(),
            two,
        ),
        (
            "parse_multiple_kv_property_ows",
            ows("SomeKey_=_SomeValue_;_SomePropKey=SomePropValue_,_SomeKey2_=_SomeValue2_;_SomePropKey2_=_SomePropValue2"),
            two,
        ),
        ("parse_multiple_equals", "SomeKey=SomeValue=equals".into(), &[("SomeKey", "SomeValue=equals")]),
        ("parse_percent_encoded", format!("SomeKey={encoded}"), &[("SomeKey", odd)]),
        ("parse_property", "SomeKey=SomeValue;SomeProp".into(), one),
        ("parse_multi_property", "SomeKey=SomeValue;SomeProp;SecondProp=PropValue".into(), one),
        ("parse_kv_property", "SomeKey=SomeValue;SomePropKey=SomePropValue".into(), one),
        ("parse_simple_ows", ows("SomeKey_=_SomeValue_"), one),
        ("parse_percent_encoded_ows", ows("SomeKey_=_") + encoded + OWS, &[("SomeKey", odd)]),
        ("parse_property_ows", ows("SomeKey_=_SomeValue_;_SomeProp"), one),
        (
            "parse_multi_property_ows",
            ows("SomeKey_=_SomeValue_;_SomeProp_;_SecondProp_=_PropValue"),
            one,
        ),
        ("parse_kv_property_ows", ows("SomeKey_=_SomeValue_;_SomePropKey_=_SomePropValue"), one),
        ("ctor_default", String::new(), &[]),
    ];
    for (name, header, expected) in cases {
        let expected: Vec<_> =
            expected.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        assert_eq!(read(&[header.as_bytes()]), expected, "{name}");
    }
}

#[test]
fn members_that_break_the_grammar_spoil_only_themselves() {
    let cases: [(&[&[u8]], Pairs<'_>, &str); 16] = [
        (&[b"a=1", b"b=2,c=3"], &[("a", "1"), ("b", "2"), ("c", "3")], "several fields"),
        (&[b"", b",, ,a=1,\t"], &[("a", "1")], "empty members"),
        (&[b"a="], &[("a", "")], "an empty value"),
        (&[b"a=1,a=2"], &[("a", "1"), ("a", "2")], "a key twice"),
        (&[b"user.tier*=gold"], &[("user.tier*", "gold")], "any sign of a token"),
        (&[b"a,b=2"], &[("b", "2")], "no equals sign"),
        (&[b"=1,b=2"], &[("b", "2")], "no key"),
        (&[b"a b=1,b=2"], &[("b", "2")], "a space in the key"),
        (&[b"a\"=1,(=1,b=2"], &[("b", "2")], "no token"),
        (&[b"a=1 2,b=2"], &[("b", "2")], "a space in the value"),
        (&[b"a=\"1\",c=\\,b=2"], &[("b", "2")], "quotes, a backslash"),
        (&[b"a=\xc3\xa4,\xc3\xa4=1,b=2"], &[("b", "2")], "bytes beyond ASCII"),
        (&[b"a=%c3%a4"], &[("a", "ä")], "are percent-encoded"),
        (&[b"a=%ff"], &[("a", "\u{fffd}")], "what is no UTF-8 then is replaced"),
        (&[b"a=100%,b=%zz"], &[("a", "100%"), ("b", "%zz")], "a percent sign alone stays"),
        (&[b"a;b=1,b=2"], &[("b", "2")], "a property before the value"),
    ];
    for (fields, expected, why) in cases {
        let expected: Vec<_> =
            expected.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        assert_eq!(read(fields), expected, "{why}");
    }
}

#[test]
fn what_exceeds_the_limits_loses_whole_members_at_its_end() {
    let list = |count: usize, width: usize| {
        let members: Vec<_> = (0..count).map(|i| format!("{i:03}={}", "x".repeat(width))).collect();
        members.join(",")
    };
    // Fields, members read, bytes passed on (none: untouched), members dropped.
    let cases = [
        (vec![], 0, None, 0, "no field"),
        (vec![list(64, 11)], 64, None, 0, "64 members"),
        (vec![list(65, 11)], 64, Some(64 * 16 - 1), 1, "one more"),
        (vec![list(40, 1), list(40, 1)], 64, Some(64 * 6 - 1), 16, "over all fields"),
        (vec![list(1, 8188)], 1, None, 0, "8192 bytes"),
        (vec![list(1, 8189)], 0, Some(0), 1, "a member that is longer goes whole"),
        (vec![list(2, 4092)], 1, Some(4096), 1, "a byte too much, for the comma"),
        (vec![list(2, 4092).replace('x', "y"), "a=1".into()], 1, Some(4096), 2, "nor what follows"),
        (vec![format!("a=1{}", " ,".repeat(5000))], 1, Some(3), 0, "emptiness is not passed on"),
        (vec![list(10_000, 4)], 64, Some(64 * 9 - 1), 10_000 - 64, "ten thousand"),
    ];
    for (fields, count, bytes, dropped, why) in cases {
        let fields = || fields.iter().map(String::as_bytes);
        assert_eq!(members(fields()).len(), count, "{why}");
        let limited = limited(fields());
        let found = limited.as_ref().map(|limited| limited.value.len());
        assert_eq!((found, limited.as_ref().map_or(0, |it| it.dropped)), (bytes, dropped), "{why}");
        if let Some(Limited { value, .. }) = limited {
            let again = members([value.as_slice()].into_iter());
            assert_eq!(members(fields()), again, "{why}");
            assert_eq!(super::limited([value.as_slice()].into_iter()), None, "{why}");
        }
    }
}
