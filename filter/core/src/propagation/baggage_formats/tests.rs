use super::*;
use crate::header_map::serialise;
use Propagator::{Baggage, Jaeger, OtTrace};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// What becomes of the fields, and how many members had no room.
fn edits(
    reads: &[Propagator],
    writes: &[Propagator],
    pairs: &[(&str, &str)],
) -> (Vec<String>, u64) {
    let set = |propagators: &[Propagator]| propagators.iter().copied().collect::<PropagatorSet>();
    let (reads, writes) = (set(reads), set(writes));
    let bytes = pairs.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes()));
    let head = RequestHead::noticing(reads.union(writes), serialise(bytes));
    let mut edits = vec![];
    let dropped = inject(reads, writes, &head, &mut |edit| {
        edits.push(match edit {
            HeaderEdit::Add(name, value) => format!("+{name}: {}", value.escape_ascii()),
            HeaderEdit::Replace(name, value) => format!("={name}: {}", value.escape_ascii()),
            HeaderEdit::Remove(name) => format!("-{name}"),
        });
    });
    (edits, dropped)
}

#[test]
fn members_travel_from_format_to_format() {
    type Set<'a> = &'a [Propagator];
    type Case<'a> = (Set<'a>, Set<'a>, &'a [(&'a str, &'a str)], &'a [&'a str], &'a str);
    let all: Set<'_> = &[Baggage, Jaeger, OtTrace];
    let cases: Vec<Case<'_>> = vec![
        (all, all, &[], &[], "nothing arrived"),
        (&[Baggage], &[Baggage], &[("baggage", "a=1")], &[], "stays as it is"),
        (&[Jaeger], &[Jaeger], &[("uberctx-a", "1")], &[], "stays as it is"),
        (&[Jaeger], &[Baggage], &[("baggage", "a=1")], &[], "not read: stays"),
        (&[Baggage], &[], &[("baggage", "a=1")], &["-baggage"], "read and not written"),
        (
            &[Jaeger],
            &[Baggage],
            &[("uberctx-user", "caf%C3%A9"), ("uberctx-b", "1,2")],
            &["+baggage: user=caf%C3%A9,b=1%2C2", "-uberctx-user", "-uberctx-b"],
            "Jaeger to W3C",
        ),
        (
            &[Baggage, OtTrace],
            &[Baggage],
            &[("baggage", "a=1;p=2"), ("ot-baggage-b", "50%"), ("ot-baggage-A", "9")],
            &["=baggage: a=1;p=2,b=50%25", "-ot-baggage-b", "-ot-baggage-A"],
            "added to the list; the list's own key counts, in any case",
        ),
        (
            &[Baggage],
            &[Baggage, Jaeger],
            &[("baggage", "a=1;p=2,b=x%20y"), ("baggage", "bad")],
            &["+uberctx-a: 1", "+uberctx-b: x%20y"],
            "W3C to Jaeger, properties left out",
        ),
        (
            &[Baggage, OtTrace],
            &[Jaeger],
            &[("baggage", "a=1,A=2"), ("ot-baggage-a", "3")],
            &["-baggage", "+uberctx-a: 1", "-ot-baggage-a"],
            "each key once",
        ),
        (
            &[Baggage],
            &[OtTrace],
            &[("baggage", "a=x%20y,b=%0D%0Ax-evil:%201,c=%C3%A9")],
            &["-baggage", "+ot-baggage-a: x y"],
            "W3C to OpenTracing: no line breaks, nothing but ASCII",
        ),
        (
            &[Baggage],
            &[Jaeger],
            &[("baggage", "b=%0D%0Ax-evil:%201")],
            &["-baggage", "+uberctx-b: %0D%0Ax-evil%3A%201"],
            "Jaeger encodes them",
        ),
        (
            all,
            all,
            &[("baggage", "a=1"), ("uberctx-b", "2"), ("ot-baggage-c", "3")],
            &[
                "=baggage: a=1,b=2,c=3",
                "+uberctx-a: 1",
                "+uberctx-c: 3",
                "+ot-baggage-a: 1",
                "+ot-baggage-b: 2",
            ],
            "each is told what it does not say",
        ),
    ];
    for (reads, writes, pairs, expected, why) in cases {
        assert_eq!(
            edits(reads, writes, pairs),
            (expected.iter().map(|e| (*e).to_owned()).collect(), 0),
            "{why}"
        );
    }
}

#[test]
fn a_list_beyond_the_limits_loses_whole_members() {
    let many = (0..70).map(|i| format!("k{i}=v")).collect::<Vec<_>>().join(",");
    let kept = (0..64).map(|i| format!("k{i}=v")).collect::<Vec<_>>().join(",");
    let pairs = [("baggage", many.as_str())];
    let limited = (vec![format!("=baggage: {kept}")], 6);
    assert_eq!(edits(&[Baggage], &[Baggage], &pairs), limited);
    let huge = format!("a={}", "x".repeat(9_000));
    let pairs = [("baggage", huge.as_str())];
    assert_eq!(edits(&[Baggage], &[Baggage], &pairs), (vec!["-baggage".to_owned()], 1));
    // What comes from other formats has no room in a full list either.
    let pairs = [("baggage", kept.as_str()), ("uberctx-more", "1")];
    let (edits, dropped) = edits(&[Baggage, Jaeger], &[Baggage], &pairs);
    assert_eq!((edits, dropped), (vec![format!("=baggage: {kept}"), "-uberctx-more".into()], 1));
}
