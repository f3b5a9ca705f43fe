use super::*;
use TraceStateError::{Member, TooManyMembers};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn follows_the_grammar() {
    let long = |n| "a".repeat(n);
    let many = |n: usize| (0..n).map(|i| format!("k{i}=1")).collect::<Vec<_>>().join(",");
    let cases: Vec<(Vec<String>, Result<String, TraceStateError>, &str)> = vec![
        (vec!["foo=1".into()], Ok("foo=1".into()), "one member"),
        (vec!["foo=1".into(), "bar=2".into()], Ok("foo=1,bar=2".into()), "fields are joined"),
        (vec![" foo=1 \t,\t bar=2 ".into()], Ok("foo=1,bar=2".into()), "OWS is ignored"),
        (vec!["foo=1,,".into(), String::new()], Ok("foo=1".into()), "empty members"),
        (vec!["foo= 1".into()], Ok("foo= 1".into()), "leading spaces belong to the value"),
        (vec!["foo=1,foo=2".into()], Ok("foo=1,foo=2".into()), "duplicates stay"),
        (vec!["0k_-*/@@x=1".into()], Ok("0k_-*/@@x=1".into()), "the level 2 key alphabet"),
        (vec![format!("{}=1", long(256))], Ok(format!("{}=1", long(256))), "longest key"),
        (vec![format!("{}=1", long(257))], Err(Member), "key too long"),
        (vec![format!("a={}", long(256))], Ok(format!("a={}", long(256))), "longest value"),
        (vec![format!("a={}", long(257))], Err(Member), "value too long"),
        (vec!["foo=".into()], Err(Member), "empty value"),
        (vec!["=1".into()], Err(Member), "empty key"),
        (vec!["foo".into()], Err(Member), "no equals sign"),
        (vec!["foo =1".into()], Err(Member), "space in a key"),
        (vec!["FOO=1".into()], Err(Member), "upper-case key"),
        (vec!["foo.bar=1".into()], Err(Member), "a dot in a key"),
        (vec!["@foo=1".into()], Err(Member), "a key starts with a letter or digit"),
        (vec!["foo=a=b".into()], Err(Member), "equals sign in a value"),
        (vec!["foo=\u{e9}".into()], Err(Member), "not ASCII"),
        (vec!["foo=a\tb".into()], Err(Member), "control character in a value"),
        (vec!["bar=1,foo".into()], Err(Member), "one bad member spoils the list"),
        (vec![many(32)], Ok(many(32)), "32 members"),
        (vec![many(33)], Err(TooManyMembers), "33 members"),
    ];
    for (fields, expected, why) in cases {
        let parsed = TraceState::parse(fields.iter().map(String::as_bytes));
        assert_eq!(parsed.map(|state| state.0), expected, "{why}");
    }
}

#[test]
fn a_changed_member_moves_to_the_front_once() {
    let list = |text: &str| TraceState::parse([text.as_bytes()].into_iter()).unwrap();
    let cases = [
        ("a=1,b=2", "ot", Some("th:8"), "ot=th:8,a=1,b=2", "a new member"),
        ("a=1,ot=x,b=2,ot=y", "ot", Some("th:8"), "ot=th:8,a=1,b=2", "changed, doubles gone"),
        ("a=1,ot=x,b=2", "ot", None, "a=1,b=2", "taken out"),
        ("", "ot", Some("th:8"), "ot=th:8", "into an empty list"),
        ("ot=x", "ot", None, "", "nothing left"),
        ("a= 1", "b", Some("2"), "b=2,a= 1", "leading spaces belong to the value"),
    ];
    for (before, key, value, after, why) in cases {
        assert_eq!(list(before).with(key, value).as_str(), after, "{why}");
    }
    let full = list(&(0..32).map(|i| format!("k{i}=v")).collect::<Vec<_>>().join(","));
    let added = full.with("ot", Some("th:0"));
    assert!(added.as_str().starts_with("ot=th:0,k0=v,") && added.as_str().ends_with("k30=v"));
    assert_eq!((full.get("k31"), added.get("k31")), (Some("v"), None));
}

#[test]
fn a_list_is_cut_by_whole_members() {
    let list = |text: &str| TraceState::parse([text.as_bytes()].into_iter()).unwrap();
    let long = format!("long={}", "x".repeat(200));
    let cases = [
        ("a=1,b=2".to_owned(), 7, "a=1,b=2", "it fits"),
        ("a=1,b=2".to_owned(), 6, "a=1", "the right-most goes"),
        ("a=1,b=2".to_owned(), 2, "", "nothing fits"),
        (format!("{long},a=1,b=2"), 7, "a=1,b=2", "long members go first"),
        (format!("a=1,{long}"), 300, &*format!("a=1,{long}"), "unless all fits"),
    ];
    for (text, limit, expected, why) in cases {
        assert_eq!(list(&text).limited(limit).as_str(), expected, "{why}");
    }
}
