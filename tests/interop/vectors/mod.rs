//! Published examples, each under the name of its original. More of them stand beside the code in
//! `filter/core` (opentelemetry-go-contrib's tables of B3, the Collector's of `ot=`, …).

mod b3;
mod sampling;
mod x_ray;

use spanmesh_foreign::{Context, Decision, Format, corpus, headers};
use spanmesh_harness::Documented;

use crate::ours;

/// Where an example stands, its fields, and what they say: ids in hex, decision.
type Row = (
    &'static str,
    &'static [(&'static str, &'static str)],
    Option<(&'static str, &'static str)>,
    Decision,
);

/// Checks the examples of formats and the corpus of the same formats, whose number is documented.
fn check(standard: &str, version: &str, formats: &[Format], rows: &[Row]) {
    for (original, fields, ids, decision) in rows {
        let headers = headers(fields);
        let expected = ids.map(|(trace_id, span_id)| Context::new(trace_id, span_id, *decision));
        assert_eq!(ours::extract(formats, &headers), expected, "{original}: {fields:?}");
        assert_eq!(ours::extract_decision(formats, &headers), *decision, "{original}: {fields:?}");
    }
    // Each of these is read in `readings`, by us and by foreign code.
    let of_corpus = corpus::readings().filter(|case| formats.contains(&case.format)).count();
    Documented::assert(standard, version, rows.len() + of_corpus);
}
