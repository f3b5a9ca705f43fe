//! The messages of a request, as a table.

/// A field: number, name in JSON, and what it holds.
pub(super) type FieldType = (u32, &'static str, Kind);

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// Bytes that are written in hexadecimal.
    Id,
    Bytes,
    Bool,
    Int32,
    Uint32,
    /// A varint, as a decimal string.
    Int64,
    /// Eight bytes, as a decimal string.
    Fixed64,
    Double,
    One(Message),
    Many(Message),
}

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Message {
    Request,
    ResourceSpans,
    Resource,
    ScopeSpans,
    Scope,
    Span,
    Event,
    Link,
    Status,
    Attribute,
    AnyValue,
    ArrayValue,
    KeyValueList,
}

// === impl Message ===

impl Message {
    /// Its fields, from `opentelemetry/proto/{common,resource,trace,collector/trace}/v1`.
    pub(super) fn fields(self) -> &'static [FieldType] {
        use Kind::{Bool, Bytes, Double, Fixed64, Id, Int32, Int64, Many, One, Text, Uint32};
        match self {
            Self::Request => &[(1, "resourceSpans", Many(Self::ResourceSpans))],
            Self::ResourceSpans => &[
                (1, "resource", One(Self::Resource)),
                (2, "scopeSpans", Many(Self::ScopeSpans)),
                (3, "schemaUrl", Text),
            ],
            Self::Resource => {
                &[(1, "attributes", Many(Self::Attribute)), (2, "droppedAttributesCount", Uint32)]
            }
            Self::ScopeSpans => &[
                (1, "scope", One(Self::Scope)),
                (2, "spans", Many(Self::Span)),
                (3, "schemaUrl", Text),
            ],
            Self::Scope => &[
                (1, "name", Text),
                (2, "version", Text),
                (3, "attributes", Many(Self::Attribute)),
                (4, "droppedAttributesCount", Uint32),
            ],
            Self::Span => &[
                (1, "traceId", Id),
                (2, "spanId", Id),
                (3, "traceState", Text),
                (4, "parentSpanId", Id),
                (5, "name", Text),
                (6, "kind", Int32),
                (7, "startTimeUnixNano", Fixed64),
                (8, "endTimeUnixNano", Fixed64),
                (9, "attributes", Many(Self::Attribute)),
                (10, "droppedAttributesCount", Uint32),
                (11, "events", Many(Self::Event)),
                (12, "droppedEventsCount", Uint32),
                (13, "links", Many(Self::Link)),
                (14, "droppedLinksCount", Uint32),
                (15, "status", One(Self::Status)),
                (16, "flags", Uint32),
            ],
            Self::Event => &[
                (1, "timeUnixNano", Fixed64),
                (2, "name", Text),
                (3, "attributes", Many(Self::Attribute)),
                (4, "droppedAttributesCount", Uint32),
            ],
            Self::Link => &[
                (1, "traceId", Id),
                (2, "spanId", Id),
                (3, "traceState", Text),
                (4, "attributes", Many(Self::Attribute)),
                (5, "droppedAttributesCount", Uint32),
                (6, "flags", Uint32),
            ],
            Self::Status => &[(2, "message", Text), (3, "code", Int32)],
            Self::Attribute => &[(1, "key", Text), (2, "value", One(Self::AnyValue))],
            Self::AnyValue => &[
                (1, "stringValue", Text),
                (2, "boolValue", Bool),
                (3, "intValue", Int64),
                (4, "doubleValue", Double),
                (5, "arrayValue", One(Self::ArrayValue)),
                (6, "kvlistValue", One(Self::KeyValueList)),
                (7, "bytesValue", Bytes),
            ],
            Self::ArrayValue => &[(1, "values", Many(Self::AnyValue))],
            Self::KeyValueList => &[(1, "values", Many(Self::Attribute))],
        }
    }
}
