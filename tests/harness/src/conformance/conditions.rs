//! Conditions of requirement levels, as far as a span itself shows them.

use serde::Deserialize;

use super::conventions::Conventions;
use super::value::text;
use crate::collector::ReceivedSpan;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;

/// A condition in the list.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Always.
    Always,
    /// What only the program knows: it binds nobody.
    NotVisible,
    /// The status is Error.
    Failed,
    /// `http.request.method` is `_OTHER`.
    HttpMethodIsOther,
    /// `rpc.method` is `_OTHER`.
    RpcMethodIsOther,
    /// `error.type` is an HTTP status code, so there was one.
    ErrorTypeIsANumber,
    /// The name has more than the method.
    NameHasATarget,
    /// `server.address` is there.
    ServerAddressIsSet,
    /// There was no authority: `url.full` has no host.
    NoAuthority,
    /// No gRPC status was seen: neither is one in `error.type`.
    NoGrpcStatus,
}

impl Condition {
    pub(super) fn holds(self, span: &ReceivedSpan) -> bool {
        let is = |key: &str, value: &str| text(span, key) == Some(value);
        match self {
            Condition::Always => true,
            Condition::NotVisible => false,
            Condition::Failed => span.status() == StatusCode::Error,
            Condition::HttpMethodIsOther => is("http.request.method", "_OTHER"),
            Condition::RpcMethodIsOther => is("rpc.method", "_OTHER"),
            Condition::ErrorTypeIsANumber => {
                text(span, "error.type").is_some_and(|kind| kind.parse::<u16>().is_ok())
            }
            Condition::NameHasATarget => span.name().contains(' '),
            Condition::ServerAddressIsSet => text(span, "server.address").is_some(),
            Condition::NoAuthority => text(span, "url.full")
                .and_then(|url| url.split_once("://"))
                .is_some_and(|(_, rest)| rest.is_empty() || rest.starts_with(['/', '?', ':'])),
            Condition::NoGrpcStatus => {
                let names = &Conventions::current().grpc_status.names;
                let known = |kind: &str| names.iter().any(|name| name == kind);
                !text(span, "error.type").is_some_and(known)
            }
        }
    }
}
