//! The table in `tests/CONFORMANCE.md`, whose numbers the suites compare with their own.

use std::fs;

use crate::paths::repository;

/// A row of the table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Documented {
    /// The version of the standard.
    pub version: String,
    /// How many cases there are.
    pub cases: usize,
    /// How many of them pass.
    pub passed: usize,
}

/// The row of a standard. Panics if there is none, or not one.
pub fn documented(standard: &str) -> Documented {
    let path = repository().join("tests/CONFORMANCE.md");
    let text = fs::read_to_string(&path).expect("tests/CONFORMANCE.md is there");
    let rows = text.lines().filter_map(row).filter(|(name, _)| name == standard);
    let rows: Vec<Documented> = rows.map(|(_, row)| row).collect();
    match &rows[..] {
        [row] => row.clone(),
        rows => panic!("tests/CONFORMANCE.md has {} rows of {standard:?}", rows.len()),
    }
}

/// Reads `| standard | version | cases | passed | …`.
fn row(line: &str) -> Option<(String, Documented)> {
    let mut cells = line.strip_prefix("| ")?.split(" | ").map(str::trim);
    let (standard, version) = (cells.next()?, cells.next()?);
    let mut number = || cells.next()?.parse().ok();
    let (cases, passed) = (number()?, number()?);
    Some((standard.to_owned(), Documented { version: version.to_owned(), cases, passed }))
}

impl Documented {
    /// Compares a row with what there is. Every case must pass for a suite to come here.
    #[track_caller]
    pub fn assert(standard: &str, version: &str, cases: usize) {
        let expected = Documented { version: version.to_owned(), cases, passed: cases };
        assert_eq!(documented(standard), expected, "{standard} in tests/CONFORMANCE.md");
    }
}
