use super::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// A value of batches of so many spans, each span of one byte.
fn value(batches: &[usize]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for &spans in batches {
        assert!(append(&mut bytes, spans, &vec![b's'; spans]));
    }
    join(&[], batches.iter().sum(), &bytes).unwrap()
}

fn spans(batches: Batches<'_>) -> Vec<usize> {
    batches.map(|(spans, encoded)| encoded.len().min(spans)).collect()
}

#[test]
fn the_format_is_the_documented_one() {
    let expected = [
        &[1, 3, 0, 0, 0][..],
        &[2, 0, 0, 0, 2, 0, 0, 0, b's', b's'],
        &[1, 0, 0, 0, 1, 0, 0, 0, b's'],
    ];
    assert_eq!(value(&[2, 1]), expected.concat());
}

#[test]
fn batches_are_taken_in_their_order_while_they_fit() {
    type Sizes = &'static [usize];
    let cases: [(Sizes, usize, Sizes, Sizes, &str); 6] = [
        (&[], 5, &[], &[], "nobody left anything"),
        (&[2, 3], 5, &[2, 3], &[], "everything fits"),
        (&[2, 3], 4, &[2], &[3], "the second does not"),
        (&[4, 1], 3, &[], &[4, 1], "the first does not: the one behind it waits too"),
        (&[2, 2, 2], 4, &[2, 2], &[2], "the last does not"),
        (&[0, 2], 2, &[0, 2], &[], "a batch without spans does no harm"),
    ];
    for (left, mut room, expected, rest, why) in cases {
        let value = if left.is_empty() { Vec::new() } else { value(left) };
        let taken = take(&value, &mut |spans, bytes| {
            assert_eq!(spans, bytes, "{why}");
            let fits = spans <= room;
            room = room.saturating_sub(spans);
            fits
        });
        assert_eq!((spans(taken.batches), taken.lost), (expected.to_vec(), 0), "{why}");
        let expected = if rest.is_empty() { Vec::new() } else { self::value(rest) };
        assert_eq!(taken.rest, expected, "{why}");
    }
}

#[test]
fn what_cannot_be_read_is_accounted_for() {
    let good = value(&[2, 3]);
    let with = |at: usize, byte: u8| {
        let mut value = good.clone();
        value[at] = byte;
        value
    };
    let cases: [(&[u8], &[usize], usize, &str); 8] = [
        (&good[..good.len() - 1], &[2], 3, "the last batch is cut"),
        (&good[..20], &[2], 3, "in its numbers"),
        (&good[..5], &[], 5, "all batches are missing"),
        (&good[..4], &[], 0, "not even the number of spans is there"),
        (&with(0, 2), &[], 5, "a version to come"),
        (&with(0, 0), &[], 5, "no version"),
        (&with(9, 255), &[], 5, "a length beyond the end"),
        (&with(1, 7), &[2, 3], 2, "fewer spans than announced"),
    ];
    for (value, expected, lost, why) in cases {
        let taken = take(value, &mut |_, _| true);
        assert_eq!((spans(taken.batches), taken.lost), (expected.to_vec(), lost), "{why}");
        assert_eq!(taken.rest, b"", "{why}");
    }
}

#[test]
fn batches_join_those_that_are_there() {
    let other_version = [&[2][..], &value(&[3])[1..]].concat();
    type Joined = Option<Vec<u8>>;
    let cases: [(&[u8], Joined, &str); 4] = [
        (b"", Some(value(&[2])), "nobody left anything"),
        (&value(&[3, 1]), Some(value(&[3, 1, 2])), "another worker did"),
        (b"\x01\0", Some(value(&[2])), "rubbish"),
        (&other_version, None, "another version of the module, whose spans nobody has taken yet"),
    ];
    for (known, expected, why) in cases {
        let batches = &value(&[2])[5..];
        assert_eq!(join(known, 2, batches), expected, "{why}");
    }
}

#[test]
fn no_value_is_larger_than_four_mebibytes() {
    let mut batches = Vec::new();
    let megabyte = vec![b's'; 1 << 20];
    let fit = (0..5).filter(|_| append(&mut batches, 1, &megabyte)).count();
    assert_eq!(fit, 3, "the fourth has no room beside the numbers");
    assert!(append(&mut batches, 1, &megabyte[..megabyte.len() - 5 - 4 * 8]));
    let full = join(&[], 4, &batches).unwrap();
    assert_eq!(full.len(), 4 << 20);
    assert_eq!(join(&full, 1, &value(&[1])[5..]), None, "nor if another worker comes");
    assert!(!append(&mut batches, 0, b""));
}
