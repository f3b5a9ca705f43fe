//! Attributes that a configuration asks for, beside those of the conventions.

use super::ATTRIBUTES;
use crate::header_map::Pairs;
use crate::otlp::attributes::{AttributeLimits, AttributeWriter};
use crate::otlp::messages::KeyValue;
use crate::otlp::messages::any_value::Value;
use crate::propagation::baggage::{self, BAGGAGE};
use crate::propagation::single_members;
use crate::redact::{Detectors, Redaction};
use crate::request_head::RequestHead;
use crate::semconv::names;
use crate::wildcard;

/// What is written to every span, in this order: what strangers may send stands last, so that it is
/// what a limit takes.
#[derive(Clone, Debug, Default)]
pub struct Extras {
    /// Values that are known beforehand.
    pub fixed: Vec<FixedAttribute>,
    /// Single request header fields under names of their own.
    pub header_tags: Vec<HeaderTag>,
    /// Request header fields.
    pub request_headers: Vec<HeaderAttribute>,
    /// Response header fields.
    pub response_headers: Vec<HeaderAttribute>,
    /// Keys of baggage members, with wildcards.
    pub baggage: Vec<String>,
}

/// An attribute whose value is known beforehand.
#[derive(Clone, Debug)]
pub struct FixedAttribute {
    key: String,
    encoded: Vec<u8>,
}

/// A request header field under a name of its own, as Istio's `customTags` have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderTag {
    /// Key of the attribute.
    pub key: String,
    /// Name of the field, in lower case; of several the first counts.
    pub header: String,
    /// Its value where the field is absent.
    pub default: Option<String>,
}

/// All header fields of one name, under the names of the conventions.
#[derive(Clone, Debug)]
pub struct HeaderAttribute {
    header: String,
    http: String,
    rpc: String,
}

impl FixedAttribute {
    /// An attribute of spans, encoded once within these limits. `None` when it has no value.
    pub fn new(attribute: &KeyValue, limits: &AttributeLimits) -> Option<Self> {
        let key = attribute.key.as_str();
        let mut encoded = Vec::new();
        let out = &mut AttributeWriter::new(&mut encoded, ATTRIBUTES, limits, Detectors::default());
        match attribute.value.as_ref()?.value.as_ref()? {
            Value::String(text) => out.string(key, text.as_bytes()),
            Value::Bool(truth) => out.bool(key, *truth),
            Value::Int(number) => out.int(key, *number),
            Value::Double(number) => out.double(key, *number),
            Value::Array(_) => return None,
        }
        Some(Self { key: key.to_owned(), encoded })
    }
}

impl HeaderAttribute {
    /// Request header fields of this name, which is in lower case.
    pub fn of_request(header: &str) -> Self {
        Self::new(header, names::HTTP_REQUEST_HEADER, names::RPC_REQUEST_METADATA)
    }

    /// Response header fields of this name, which is in lower case.
    pub fn of_response(header: &str) -> Self {
        Self::new(header, names::HTTP_RESPONSE_HEADER, names::RPC_RESPONSE_METADATA)
    }

    fn new(header: &str, http: &str, rpc: &str) -> Self {
        let key = |prefix: &str| [prefix, header].concat();
        Self { header: header.to_owned(), http: key(http), rpc: key(rpc) }
    }
}

impl Extras {
    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.fixed.is_empty()
            && self.header_tags.is_empty()
            && self.request_headers.is_empty()
            && self.response_headers.is_empty()
            && self.baggage.is_empty()
    }

    /// Writes them all, but baggage.
    pub(super) fn write(
        &self,
        out: &mut AttributeWriter<'_>,
        is_grpc: bool,
        head: &RequestHead,
        response: &Pairs<'_>,
        redaction: &Redaction,
    ) {
        let request = &head.pairs();
        for attribute in &self.fixed {
            out.encoded(&attribute.encoded);
        }
        for tag in &self.header_tags {
            let field = request.clone().named(&tag.header).next();
            let field = field.map(|value| redaction.header(&tag.header, value));
            if let Some(value) = field.or(tag.default.as_deref().map(str::as_bytes)) {
                out.header(&tag.key, value);
            }
        }
        for (attributes, pairs) in
            [(&self.request_headers, request), (&self.response_headers, response)]
        {
            for attribute in attributes {
                let key = if is_grpc { &attribute.rpc } else { &attribute.http };
                let name = &attribute.header;
                let values = pairs.clone().named(name);
                out.headers(key, values.map(|value| redaction.header(name, value)));
            }
        }
    }

    /// Writes members of baggage whose keys are wanted and free, in whatever configured format they
    /// came. Of equal keys the last counts.
    pub(super) fn write_baggage(&self, out: &mut AttributeWriter<'_>, head: &RequestHead) {
        if self.baggage.is_empty() {
            return;
        }
        let mut members = single_members(head);
        members.extend(baggage::members(head.pairs().named(BAGGAGE)));
        let mut rest = members.as_slice();
        while let [(key, value), later @ ..] = rest {
            rest = later;
            let is_wanted = self.baggage.iter().any(|pattern| wildcard::matches(pattern, key));
            let is_free = !names::is_of_span(key) && !self.has_key(key);
            if is_wanted && is_free && later.iter().all(|(later, _)| later != key) {
                out.string(key, value);
            }
        }
    }

    fn has_key(&self, key: &str) -> bool {
        self.fixed.iter().any(|attribute| attribute.key == key)
            || self.header_tags.iter().any(|tag| tag.key == key)
    }
}
