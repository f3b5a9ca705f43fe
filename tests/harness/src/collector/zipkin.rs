//! Spans of Zipkin v2, as its API defines them (<https://zipkin.io/zipkin-api/>).

use std::collections::BTreeMap;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

/// One span. Times are in microseconds.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ZipkinSpan {
    /// 16 or 32 characters of lower-case hex.
    pub trace_id: String,
    /// 16 characters of lower-case hex.
    pub id: String,
    /// The parent's; absent for a root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Absent for internal spans.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ZipkinKind>,
    /// The start, since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<u64>,
    /// At least 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<u64>,
    /// Who recorded the span.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_endpoint: Option<ZipkinEndpoint>,
    /// The other side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_endpoint: Option<ZipkinEndpoint>,
    /// No key comes twice.
    #[serde(default, deserialize_with = "unique_keys")]
    pub tags: BTreeMap<String, String>,
    /// Events.
    #[serde(default)]
    pub annotations: Vec<ZipkinAnnotation>,
    /// Whether samplers were told to keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub debug: Option<bool>,
    /// Whether the client's span has the same id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared: Option<bool>,
}

/// The kinds of Zipkin.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs, reason = "as in OpenTelemetry")]
pub enum ZipkinKind {
    Client,
    Server,
    Producer,
    Consumer,
}

/// A side of a call.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ZipkinEndpoint {
    /// The service, in lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_name: Option<String>,
    /// Its address, of this kind
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv4: Option<Ipv4Addr>,
    /// or of this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6: Option<Ipv6Addr>,
    /// Zipkin takes 0 (as Envoy's own tracer writes it) for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
}

/// An event.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ZipkinAnnotation {
    /// Since the epoch.
    pub timestamp: u64,
    /// What happened.
    pub value: String,
}

/// Reads a list of spans, and refuses what the API does not allow.
pub(super) fn parse(text: &[u8]) -> Result<Vec<ZipkinSpan>, String> {
    let spans: Vec<ZipkinSpan> = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    match spans.iter().find_map(fault) {
        Some(fault) => Err(fault),
        None => Ok(spans),
    }
}

fn fault(span: &ZipkinSpan) -> Option<String> {
    let ids = [("id", Some(&span.id)), ("parentId", span.parent_id.as_ref())];
    let bad_id = ids.into_iter().find(|(_, id)| id.is_some_and(|id| !is_id(id, 16)));
    if !is_id(&span.trace_id, 16) && !is_id(&span.trace_id, 32) {
        Some(format!("bad traceId {:?}", span.trace_id))
    } else if let Some((name, id)) = bad_id {
        Some(format!("bad {name} {id:?}"))
    } else if span.duration == Some(0) {
        Some("a duration of 0".to_owned())
    } else {
        None
    }
}

fn is_id(text: &str, length: usize) -> bool {
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() == length && text.bytes().all(is_hex) && text.bytes().any(|byte| byte != b'0')
}

fn unique_keys<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, String>, D::Error> {
    struct Tags;

    impl<'de> Visitor<'de> for Tags {
        type Value = BTreeMap<String, String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("tags")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut tags = BTreeMap::new();
            while let Some((key, value)) = map.next_entry::<String, String>()? {
                if tags.insert(key.clone(), value).is_some() {
                    return Err(A::Error::custom(format!("the tag {key:?} comes twice")));
                }
            }
            Ok(tags)
        }
    }

    from.deserialize_map(Tags)
}
