//! The list of the conventions itself.

use crate::conformance::{Conventions, Documented};

#[test]
fn the_list_is_whole() {
    let list = Conventions::current();
    assert_eq!(list.schema_url, format!("https://opentelemetry.io/schemas/{}", list.version));
    let of_spans = list.spans.values().flat_map(|span| span.attributes.keys());
    for name in of_spans.chain(list.resource.keys()) {
        let attribute = list.attributes.get(name).unwrap_or_else(|| panic!("no type of {name}"));
        assert!(attribute.source.ends_with(".yaml"), "{name}");
    }
    for deviation in &list.deviations {
        let span = &list.spans[&deviation.span];
        assert!(span.attributes.contains_key(&deviation.attribute), "{deviation:?}");
        assert!(!deviation.why.is_empty(), "{deviation:?}");
    }
    for name in list.attributes.keys() {
        let is_used = list.resource.contains_key(name)
            || list.spans.values().any(|span| span.attributes.contains_key(name));
        assert!(is_used, "{name} is nowhere used");
    }
    for span in list.spans.values() {
        assert!(span.source.contains("/spans.yaml"), "{span:?}");
    }
    let requirements: usize = list.spans.values().map(|span| span.attributes.len()).sum();
    let cases = requirements + list.resource.len();
    Documented::assert("Semantic conventions", &list.version, cases);
}
