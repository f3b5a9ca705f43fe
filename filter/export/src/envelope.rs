//! What stands around the spans of a batch: resource, scope and schema, encoded once.

use prost::Message;

use spanmesh_core::otlp::messages::{InstrumentationScope, Resource};
use spanmesh_core::otlp::wire::{put_bytes, put_header, varint_length};
use spanmesh_core::semconv::SCHEMA_URL;

/// Encodes an `ExportTraceServiceRequest` around spans that are already in the buffer.
///
/// A buffer starts with [`Envelope::headroom`] unused bytes; spans are appended behind them.
/// [`Envelope::close`] then writes the front, whose length depends on the spans, right-aligned
/// into the headroom, so that no span is ever copied.
#[derive(Clone, Debug)]
pub struct Envelope {
    resource: Vec<u8>,
    scope: Vec<u8>,
    schema: Vec<u8>,
}

impl Envelope {
    /// The envelope of one resource and the scope `spanmesh`.
    pub fn new(resource: &Resource) -> Self {
        let scope = InstrumentationScope {
            name: "spanmesh".into(),
            version: spanmesh_core::VERSION.into(),
        };
        let field = |number, body: &[u8]| {
            let mut out = Vec::new();
            put_bytes(&mut out, number, body);
            out
        };
        Self {
            resource: field(1, &resource.encode_to_vec()),
            scope: field(1, &scope.encode_to_vec()),
            schema: field(3, SCHEMA_URL.as_bytes()),
        }
    }

    /// Bytes to leave free in front of the spans.
    pub fn headroom(&self) -> usize {
        // Two tags and two lengths of at most ten bytes.
        self.resource.len() + self.scope.len() + 2 * (1 + 10)
    }

    /// Bytes that [`Self::close`] appends behind the spans.
    pub fn tail(&self) -> usize {
        2 * self.schema.len()
    }

    /// Completes the request around the spans that follow the headroom of `buffer`; the request
    /// starts at the returned offset.
    pub fn close(&self, buffer: &mut Vec<u8>) -> usize {
        let spans = buffer.len().saturating_sub(self.headroom());
        let scope_spans = self.scope.len() + spans + self.schema.len();
        let scope_spans_field = 1 + varint_length(scope_spans as u64) + scope_spans;
        let resource_spans = self.resource.len() + scope_spans_field + self.schema.len();

        let mut front = Vec::with_capacity(self.headroom());
        put_header(&mut front, 1, resource_spans);
        front.extend_from_slice(&self.resource);
        put_header(&mut front, 2, scope_spans);
        front.extend_from_slice(&self.scope);

        let start = self.headroom().saturating_sub(front.len());
        if let Some(target) = buffer.get_mut(start..self.headroom()) {
            target.copy_from_slice(&front);
        }
        // The schema of the scope, then the schema of the resource.
        buffer.extend_from_slice(&self.schema);
        buffer.extend_from_slice(&self.schema);
        start
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spanmesh_core::otlp::messages::{
        ExportTraceServiceRequest, KeyValue, ResourceSpans, ScopeSpans, Span,
    };
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn equals_what_prost_writes_whatever_the_size() {
        let resource = Resource { attributes: vec![KeyValue::string("service.name", "cart")] };
        let envelope = Envelope::new(&resource);
        for count in [1, 2, 100, 5_000] {
            let span = Span { name: "GET".into(), span_id: vec![7; 8], ..Span::default() };
            let mut buffer = vec![0; envelope.headroom()];
            for _ in 0..count {
                put_bytes(&mut buffer, 2, &span.encode_to_vec());
            }
            let before = buffer.len();
            let start = envelope.close(&mut buffer);
            assert_eq!(buffer.len(), before + envelope.tail());

            let scope = InstrumentationScope {
                name: "spanmesh".into(),
                version: spanmesh_core::VERSION.into(),
            };
            let scope_spans = ScopeSpans {
                scope: Some(scope),
                spans: vec![span; count],
                schema_url: SCHEMA_URL.into(),
            };
            let expected = ExportTraceServiceRequest {
                resource_spans: vec![ResourceSpans {
                    resource: Some(resource.clone()),
                    scope_spans: vec![scope_spans],
                    schema_url: SCHEMA_URL.into(),
                }],
            };
            assert!(buffer[start..] == expected.encode_to_vec(), "{count} spans");
        }
    }
}
