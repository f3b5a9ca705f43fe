//! Fields as others write them, valid and not: we read what the format's specification says.

use spanmesh_foreign::{corpus, headers};

use crate::ours;

#[test]
fn we_read_what_the_specifications_say() {
    let read = |case: &corpus::ReadingCase| ours::extract(&[case.format], &headers(case.fields));
    let wrong = corpus::readings().filter(|case| read(case) != case.context());
    let wrong: Vec<_> = wrong
        .map(|case| {
            let (read, expected) = (read(case), case.context());
            format!("{}, {}: {read:?}, not {expected:?}", case.format, case.why)
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A format reads nothing of another's fields; of B3 there are two forms and one reader.
#[test]
fn nobody_reads_the_fields_of_others() {
    use spanmesh_foreign::Format::{self, B3, B3Multi};
    for case in corpus::readings() {
        let kin = |format| matches!(format, B3 | B3Multi);
        for format in Format::ALL.into_iter().filter(|format| *format != case.format) {
            let expected = if kin(format) && kin(case.format) { case.context() } else { None };
            let read = ours::extract(&[format], &headers(case.fields));
            assert_eq!(read, expected, "{}, {} read as {format}", case.format, case.why);
        }
    }
}
