//! Names of spans: of low cardinality, and free of secrets.

use std::borrow::Cow;

use super::{SpanSettings, Target};
use crate::otlp::wire;
use crate::request_head::RequestHead;
use crate::semconv::{http, rpc};

/// Hands the name of a request's span to `take`: package.Service/Method of a gRPC call, else the
/// method, with the template of the path if there is one.
pub fn with_name<T>(
    head: &RequestHead,
    settings: &SpanSettings,
    take: impl FnOnce(&str) -> T,
) -> T {
    let is_grpc = head.is_grpc();
    let target = Target::new(head, settings, !is_grpc);
    let method = if is_grpc { rpc::clean_method(head, &target) } else { None };
    with(head, &target, method, settings, take)
}

/// The same, of a target that has been read; `method` is that of a gRPC call.
pub(super) fn with<T>(
    head: &RequestHead,
    target: &Target<'_>,
    method: Option<&[u8]>,
    settings: &SpanSettings,
    take: impl FnOnce(&str) -> T,
) -> T {
    let limit = settings.limits.value_length;
    let (name, limit) = if head.is_grpc() {
        (settings.redaction.detectors.clean(rpc::span_name(method)), limit)
    } else {
        match http::span_name(head, target.template.as_deref()) {
            Cow::Borrowed(name) => (Cow::Borrowed(name.as_bytes()), usize::MAX),
            Cow::Owned(name) => (Cow::Owned(name.into_bytes()), limit),
        }
    };
    take(&wire::limited(&name, limit))
}
