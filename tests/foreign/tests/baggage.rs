//! Baggage, and where foreign code damages it.

use spanmesh_foreign::baggage::Baggage;
use spanmesh_foreign::headers;

#[test]
fn plain_members_pass_everywhere() {
    let members = [("session", "0af76519"), ("user.id", "7"), ("user.tier", "gold")];
    for baggage in Baggage::ALL {
        let fields = baggage.inject(&members);
        assert_eq!(baggage.extract(&fields), headers(&members), "{baggage:?}: {fields:?}");
    }
    for [writer, reader] in
        [[Baggage::W3cRust, Baggage::W3cPython], [Baggage::W3cPython, Baggage::W3cRust]]
    {
        assert_eq!(reader.extract(&writer.inject(&members)), headers(&members), "{writer:?}");
    }
}

#[test]
fn values_with_odd_characters() {
    // Each value with how it comes back from Rust and from Python.
    let rows = [
        ("a,b;c=d", "a,b;c=d", "a,b;c=d", "separators are escaped"),
        ("Ä €", "Ä €", "Ä €", "so is what is not ASCII"),
        ("a b", "a b", "a b", "so are spaces, by Python as +"),
        ("a+b", "a+b", "a+b", "so Python must escape +"),
        ("100%25", "100%", "100%25", "Rust does not escape %"),
    ];
    for (value, rust, python, why) in rows {
        for (baggage, expected) in [(Baggage::W3cRust, rust), (Baggage::W3cPython, python)] {
            let fields = baggage.inject(&[("key", value)]);
            assert_eq!(
                baggage.extract(&fields),
                headers(&[("key", expected)]),
                "{why}: {fields:?}"
            );
        }
    }
}

#[test]
fn fields_as_the_specification_allows_them() {
    // Each field with what Rust and Python make of it.
    type Members = &'static [(&'static str, &'static str)];
    let rows: [(&str, Members, Members, &str); 6] = [
        ("a=1,b=2", &[("a", "1"), ("b", "2")], &[("a", "1"), ("b", "2")], "two members"),
        ("a = 1 , b = 2", &[("a", "1"), ("b", "2")], &[("a", "1"), ("b", "2")], "spaces"),
        ("a=%41%20%C3%84", &[("a", "A Ä")], &[("a", "A Ä")], "escapes"),
        ("a=1;p;q=2", &[("a", "1")], &[("a", "1;p;q=2")], "Python takes properties for the value"),
        ("a=1=2", &[("a", "1")], &[("a", "1=2")], "Rust cuts a value at ="),
        ("a=1+2", &[("a", "1+2")], &[("a", "1 2")], "Python reads + as a space"),
    ];
    for (field, rust, python, why) in rows {
        let fields = headers(&[("baggage", field)]);
        assert_eq!(Baggage::W3cRust.extract(&fields), headers(rust), "Rust, {field}: {why}");
        assert_eq!(Baggage::W3cPython.extract(&fields), headers(python), "Python, {field}: {why}");
    }
}

#[test]
fn limits() {
    let members = |count: usize, value: usize| {
        let member = |number| format!("k{number}={}", "v".repeat(value));
        let field = (0..count).map(member).collect::<Vec<_>>().join(",");
        headers(&[("baggage", &field)])
    };
    // How many members come through Rust and through Python.
    let rows = [
        (64, 1, 64, 64, "what everybody must propagate"),
        (65, 1, 64, 65, "Rust takes the first 64"),
        (181, 1, 64, 180, "Python takes the first 180"),
        (2, 4090, 2, 2, "8189 bytes"),
        (2, 4093, 0, 0, "8195 bytes: the whole field is dropped"),
    ];
    for (count, value, rust, python, why) in rows {
        for (baggage, expected) in [(Baggage::W3cRust, rust), (Baggage::W3cPython, python)] {
            let read = baggage.extract(&members(count, value)).len();
            assert_eq!(read, expected, "{baggage:?}: {why}");
        }
    }
}

#[test]
fn old_formats_carry_it_beside_a_context() {
    let context = ("uber-trace-id", "4d2:c:0:1");
    let rows = [
        (Baggage::Jaeger, &[context, ("uberctx-user", "a%20b")][..], "a b", "escaped"),
        (
            Baggage::OtTrace,
            &[("ot-tracer-traceid", "1"), ("ot-tracer-spanid", "2"), ("ot-baggage-user", "a%20b")],
            "a%20b",
            "as it is",
        ),
    ];
    for (baggage, fields, value, why) in rows {
        assert_eq!(baggage.extract(&headers(fields)), headers(&[("user", value)]), "{why}");
        let alone = &fields[fields.len() - 1..];
        assert_eq!(baggage.extract(&headers(alone)), [], "{baggage:?}: no context, no baggage");
    }
}
