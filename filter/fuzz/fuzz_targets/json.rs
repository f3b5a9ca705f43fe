//! JSON: what serde_json reads is read here too, to the same value, printed alike and read again, and
//! what it refuses is refused.

#![no_main]

use libfuzzer_sys::fuzz_target;
use spanmesh_json::{Value, parse};

fuzz_target!(|text: &[u8]| {
    let (theirs, ours) = (serde_json::from_slice::<serde_json::Value>(text), parse(text));
    assert_eq!(theirs.is_ok(), ours.is_ok(), "{theirs:?}, but {ours:?}");
    let (Ok(theirs), Ok(ours)) = (theirs, ours) else { return };
    same(&theirs, &ours);
    let printed = ours.to_string();
    assert_eq!(theirs.to_string(), printed);
    // Of numbers beyond 53 bits serde_json's own reader may get the last one wrong.
    let theirs = serde_json::from_str(&printed).expect("it is JSON");
    same(&theirs, &parse(printed.as_bytes()).expect("it is JSON"));
});

fn same(theirs: &serde_json::Value, ours: &Value) {
    assert_eq!(theirs.as_u64(), ours.as_u64());
    assert_eq!(theirs.as_bool(), ours.as_bool());
    assert_eq!(theirs.as_str(), ours.as_str());
    assert_eq!(theirs.is_null(), ours.is_null());
    match (theirs, ours) {
        (serde_json::Value::Number(theirs), Value::Number(ours)) => {
            assert_eq!(theirs.as_i64(), ours.as_i64());
            assert_eq!(theirs.as_f64().map(f64::to_bits), Some(ours.as_f64().to_bits()));
        }
        (serde_json::Value::Array(theirs), Value::Array(ours)) => {
            assert_eq!(theirs.len(), ours.len());
            theirs.iter().zip(ours).for_each(|(theirs, ours)| same(theirs, ours));
        }
        (serde_json::Value::Object(theirs), Value::Object(ours)) => {
            assert_eq!(theirs.len(), ours.len());
            for ((their_key, theirs), (our_key, ours)) in theirs.iter().zip(ours) {
                assert_eq!(their_key, our_key);
                same(theirs, ours);
            }
        }
        _ => assert!(!theirs.is_number() && !ours.is_number()),
    }
}
