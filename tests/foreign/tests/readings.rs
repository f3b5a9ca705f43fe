//! Each field set of the corpus, read by each propagator of its format.

use spanmesh_foreign::{Format, Propagator, corpus, headers};

#[test]
fn foreign_code_reads_what_the_corpus_says() {
    let mut wrong = Vec::new();
    for case in corpus::readings() {
        for propagator in Propagator::of(case.format) {
            let read = propagator.extract(&headers(case.fields));
            let expected = case.context_of(propagator.library);
            if read != expected {
                wrong.push(format!("{propagator}, {}: {read:?}, not {expected:?}", case.why));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn exceptions_are_exceptions() {
    for case in corpus::readings() {
        for (library, _) in case.except {
            let differs = case.context_of(*library) != case.context();
            let knows = Propagator::of(case.format).any(|known| known.library == *library);
            assert!(differs && knows, "{}: {library:?}, {}", case.format, case.why);
        }
    }
    for format in Format::ALL {
        let cases = || corpus::readings().filter(|case| case.format == format);
        let valid = cases().filter(|case| case.means.is_some()).count();
        assert!(valid >= 2 && cases().count() > valid, "{format}: both valid and invalid ones");
        assert!(cases().all(|case| case.fields.iter().all(|(name, _)| format.owns(name))));
    }
}
