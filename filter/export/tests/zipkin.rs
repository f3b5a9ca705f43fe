//! Zipkin's JSON: whatever the spans are, it has the form that `zipkin2-api.yaml` describes.
#![cfg(not(target_arch = "wasm32"))]

mod requests;

use std::collections::BTreeMap;
use std::fmt;

use proptest::prelude::*;
use prost::Message as _;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use spanmesh_export::encoding::zipkin_json;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Span {
    trace_id: String,
    id: String,
    parent_id: Option<String>,
    name: Option<String>,
    kind: Option<Kind>,
    timestamp: Option<u64>,
    duration: u64,
    local_endpoint: Endpoint,
    remote_endpoint: Option<Endpoint>,
    tags: Tags,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
enum Kind {
    Client,
    Server,
    Producer,
    Consumer,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Endpoint {
    service_name: Option<String>,
    ipv4: Option<std::net::Ipv4Addr>,
    ipv6: Option<std::net::Ipv6Addr>,
    port: Option<std::num::NonZeroU16>,
}

/// Text by different keys.
#[derive(Debug)]
struct Tags(BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Tags;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of strings")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tags, A::Error> {
                let mut tags = BTreeMap::new();
                while let Some((key, value)) = map.next_entry::<String, String>()? {
                    if let Some(before) = tags.insert(key, value) {
                        return Err(A::Error::custom(format!("two values, one {before:?}")));
                    }
                }
                Ok(Tags(tags))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

fn is_hex(id: &str, length: usize) -> bool {
    id.len() == length && id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

proptest! {
    #[test]
    fn every_span_has_its_form(request in requests::requests()) {
        let mut json = Vec::new();
        zipkin_json(&request.encode_to_vec(), &mut json);
        let read: Vec<Span> = serde_json::from_slice(&json).unwrap();
        let scopes = request.resource_spans.iter().flat_map(|spans| &spans.scope_spans);
        let spans: Vec<_> = scopes.flat_map(|spans| &spans.spans).collect();
        prop_assert_eq!(read.len(), spans.len());
        for (zipkin, span) in read.iter().zip(spans) {
            prop_assert!(is_hex(&zipkin.trace_id, 32) && is_hex(&zipkin.id, 16));
            let parent = zipkin.parent_id.as_deref();
            prop_assert_eq!(parent.is_some(), !span.parent_span_id.is_empty());
            prop_assert!(parent.is_none_or(|id| is_hex(id, 16)));
            prop_assert_eq!(zipkin.name.clone().unwrap_or_default(), span.name.to_ascii_lowercase());
            let kinds = [None, None, Some(Kind::Server), Some(Kind::Client), Some(Kind::Producer), Some(Kind::Consumer), None];
            prop_assert_eq!(zipkin.kind, kinds[span.kind as usize]);
            prop_assert_eq!(zipkin.timestamp.unwrap_or(0), span.start_time_unix_nano / 1_000);
            prop_assert!(zipkin.duration >= 1);
            prop_assert!(zipkin.local_endpoint.service_name.is_some());
            if let Some(remote) = &zipkin.remote_endpoint {
                prop_assert!(matches!(zipkin.kind, Some(Kind::Client | Kind::Producer)));
                let names = [remote.service_name.is_some(), remote.ipv4.is_some(), remote.ipv6.is_some()];
                prop_assert_eq!(names.into_iter().filter(|is_set| *is_set).count(), 1);
                prop_assert!(remote.port.is_none_or(|port| port.get() > 0));
            }
            let is_error = span.status.as_ref().is_some_and(|status| status.code == 2);
            prop_assert_eq!(zipkin.tags.0.contains_key("error"), is_error);
            for attribute in &span.attributes {
                let is_reserved = matches!(attribute.key.as_str(), "error" | "otel.status_code" | "service.name");
                prop_assert!(is_reserved || zipkin.tags.0.contains_key(&attribute.key));
            }
        }
    }
}
