//! Kinds of requests, and of applications that answer more than they should.

use spanmesh_harness::H2Client;
use spanmesh_harness::h2_client::{grpc_request, request};

use super::Fields;
use crate::support::sampled_parent;

/// A kind of request; its path says whether the head sampler takes it.
pub struct Case {
    /// The path.
    pub path: &'static str,
    /// `x-upstream` and the like.
    wishes: &'static [(&'static str, &'static str)],
    status: u16,
    /// Whether it reaches the application.
    pub is_answered: bool,
    /// Whether its span is exported.
    pub is_recorded: bool,
}

const fn case(
    path: &'static str,
    wishes: &'static [(&'static str, &'static str)],
    status: u16,
    is_answered: bool,
    is_recorded: bool,
) -> Case {
    Case { path, wishes, status, is_answered, is_recorded }
}

/// Every way in which a request can end, in short.
pub const CASES: [Case; 12] = [
    case("/sampled/app/ok", &[], 200, true, true),
    case("/sampled/app/error", &[("x-upstream", "/status/500")], 500, true, true),
    case("/unsampled/app/ok", &[], 200, true, false),
    case("/unsampled/app/kept", &[("x-upstream", "/status/500")], 500, true, true),
    case("/sampled/nowhere", &[], 404, false, true),
    case("/unsampled/nowhere", &[], 404, false, false),
    case("/sampled/dead", &[], 503, false, true),
    case("/unsampled/dead", &[], 503, false, true),
    case("/sampled.Grpc/Ok", &[], 200, true, true),
    case("/unsampled.Grpc/Ok", &[], 200, true, false),
    case("/unsampled.Grpc/Kept", &[("x-grpc-status", "14")], 200, true, true),
    case(
        "/unsampled.Grpc/TrailersOnly",
        &[("x-grpc-status", "14"), ("x-grpc-trailers-only", "1")],
        200,
        true,
        true,
    ),
];

/// What the application answers beside an echo of its request.
const ANSWERED: [&str; 8] = [
    "x-own: 1",
    "server-timing: db;dur=5, trace;desc=\"00-x\"",
    "server-timing: cache;desc=\"hit\", traceparent;desc=\"00-x\"",
    "baggage: user=internal",
    "traceresponse: 00-x",
    "x-trace-id: x",
    "x-spanmesh-kept: 1",
    "x-b3-flags: 1",
];

/// Sends a case, and gives all fields of its answer, those of its trailers too.
pub async fn answer(port: u16, case: &Case) -> Fields {
    let parent = sampled_parent();
    let mut fields: Vec<(&str, &[u8])> =
        vec![("traceparent", parent.as_bytes()), ("x-upstream-echo", b"headers")];
    let is_trailers_only = case.wishes.iter().any(|(name, _)| *name == "x-grpc-trailers-only");
    fields.extend(case.wishes.iter().map(|(name, value)| (*name, value.as_bytes())));
    fields.extend(ANSWERED.iter().map(|field| ("x-upstream-header", field.as_bytes())));
    if !is_trailers_only {
        fields.push(("x-upstream-echo", b"trailers"));
        fields.extend(ANSWERED.iter().map(|field| ("x-upstream-trailer", field.as_bytes())));
    }
    let request = match case.path.contains("Grpc") {
        true => grpc_request("a.example", case.path, &fields),
        false => request("GET", "a.example", case.path, &fields, ""),
    };
    let response = H2Client::connect(port).await.send(request).await.unwrap();
    assert_eq!(response.status, case.status, "{}", case.path);
    let all = response.headers.iter().chain(response.trailers.iter().flatten());
    all.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect()
}
