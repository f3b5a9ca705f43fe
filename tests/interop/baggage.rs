//! Baggage over one hop of ours, between foreign code on both sides.

use spanmesh_core::propagation::{Propagation, Propagator};
use spanmesh_foreign::baggage::Baggage;
use spanmesh_foreign::{Headers, headers};

use crate::ours;

/// What a hop that carries this baggage reads or writes.
fn propagators(baggage: Baggage) -> Vec<Propagator> {
    vec![match baggage {
        Baggage::W3cRust | Baggage::W3cPython => Propagator::Baggage,
        Baggage::Jaeger => Propagator::Jaeger,
        Baggage::OtTrace => Propagator::OtTrace,
    }]
}

/// What `reader` finds behind a hop of ours, when `writer` sent these members before it.
fn passed(writer: Baggage, reader: Baggage, members: &[(&str, &str)]) -> Headers {
    let propagation = Propagation::new(propagators(writer), propagators(reader));
    let left = ours::pass_by(propagation, &writer.inject(members));
    reader.extract(&left)
}

#[test]
fn plain_members_pass_from_every_format_to_every_other() {
    let members = [("session", "0af76519"), ("user.id", "7"), ("user.tier", "gold")];
    for writer in Baggage::ALL {
        for reader in Baggage::ALL {
            let found = passed(writer, reader, &members);
            assert_eq!(found, headers(&members), "{writer:?} to {reader:?}");
        }
    }
}

#[test]
fn odd_characters_pass_where_a_format_can_write_them() {
    // Each value, and whether OpenTracing, which has no way to escape it, can carry it.
    let rows = [
        ("a b", true, "a space"),
        ("a,b;c=d", true, "separators of W3C's list"),
        ("a+b", true, "a plus sign"),
        ("Ä €", false, "no ASCII"),
        ("a\r\nb: c", false, "what would be another field"),
    ];
    for (value, is_printable, why) in rows {
        for reader in Baggage::ALL {
            let expected: &[(&str, &str)] = match reader {
                Baggage::OtTrace if !is_printable => &[],
                // What Rust writes as it is, Python takes for a space; the hop passes it untouched.
                Baggage::W3cPython if value == "a+b" => &[("key", "a b")],
                _ => &[("key", value)],
            };
            let found = passed(Baggage::W3cRust, reader, &[("key", value)]);
            assert_eq!(found, headers(expected), "{why}: to {reader:?}");
        }
    }
}

#[test]
fn lists_within_the_limits_pass_whole() {
    let members: Vec<_> = (10..74).map(|number| (format!("k{number}"), "v".repeat(100))).collect();
    let members: Vec<_> = members.iter().map(|(key, value)| (&**key, &**value)).collect();
    assert_eq!(passed(Baggage::W3cRust, Baggage::W3cRust, &members), headers(&members));
    assert_eq!(passed(Baggage::W3cRust, Baggage::Jaeger, &members), headers(&members));
}
