//! An outbound edge: upstreams that are strangers are told nothing, and believed nothing.

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use serde_json::{Value, json};
use spanmesh_harness::{EnvoyConfig, RecordedRequest, Request};

use super::strangers::strangers;
use super::{ALL_FORMATS, FORCE, add_listener, carries};
use crate::support::{PARENT_ID, Sidecar, TRACE_ID, final_account, plugin};

/// An Envoy with an outbound listener at each of these documented ports.
async fn outbound_at(listeners: &[(u16, Value)]) -> Sidecar {
    Sidecar::start_with(json!({}), |config: EnvoyConfig| {
        listeners.iter().fold(config, |config, (port, more)| {
            add_listener(config, "outbound", *port, &plugin(more.clone()))
        })
    })
    .await
}

/// The fields that a stranger must not get.
fn carried(request: &RecordedRequest) -> Vec<&str> {
    let names = request.headers.iter().map(|(name, _)| name.as_str());
    names.filter(|name| carries(name)).collect()
}

#[tokio::test]
async fn strangers_are_told_nothing_in_any_format() {
    let options = |sampler: Value, except: Value| {
        json!({
            "propagators": ALL_FORMATS,
            "sampler": sampler,
            "force": {"header": FORCE},
            "trust": {"outbound": {"edge": {"except": except}}},
        })
    };
    let except = json!({"host": ["partner.example"], "header": {"x-partner": "s3cret"}});
    let off = json!("always_off");
    let sidecar = outbound_at(&[
        (15100, options(json!("always_on"), except)),
        (15101, options(off, json!({}))),
    ])
    .await;
    let contexts = strangers();
    for port in [15100, 15101] {
        for context in &contexts {
            sidecar.send(port, context.request()).await;
        }
        let new = Request::get("/new").host("a.example").header("baggage", "a=1");
        sidecar.send(port, new).await;
    }
    for request in sidecar.upstream.requests() {
        assert_eq!(carried(&request), [""; 0], "{}", request.path);
    }
    // What the application forced is recorded even by the sampler that records nothing.
    let created = 2 * contexts.len() as u64 + 1;
    sidecar.settled(created).await.check();
    let spans = sidecar.collector.spans();
    for context in &contexts {
        let path = format!("http://a.example/{}", context.name);
        let found: Vec<_> =
            spans.iter().filter(|span| span.str_attr("url.full").as_ref() == Some(&path)).collect();
        assert_eq!(found.len(), 2, "{path}");
        for span in found {
            assert_eq!((span.kind(), span.links()), (SpanKind::Client, vec![]), "{path}");
            let parent = if context.has_span { PARENT_ID } else { "" };
            assert_eq!(span.parent_span_id(), parent, "{path}: the application's span");
            assert_eq!(span.trace_id() == TRACE_ID, context.has_span, "{path}");
        }
    }

    let rows = [
        ("partner.example", "", true, "a trusted host"),
        ("PARTNER.example:8443", "", true, "in capitals, with a port"),
        ("partner.example.evil", "", false, "another"),
        ("a.example", "s3cret", true, "a trusted header"),
        ("a.example", "guess", false, "another"),
    ];
    for (host, header, is_told, why) in rows {
        let request = Request::get("/").host(host).header("x-partner", header);
        sidecar.send(15100, request.header("baggage", "a=1")).await;
        let seen = sidecar.upstream.requests().pop().unwrap();
        assert_eq!(!carried(&seen).is_empty(), is_told, "{why}: {host}");
        assert_eq!(seen.header("traceparent").is_some(), is_told, "{why}: {host}");
        assert_eq!(seen.header("baggage").is_some(), is_told, "{why}: {host}");
    }
    let account = final_account(&sidecar.envoy).await;
    assert_eq!(account.of("contexts_foreign"), 0, "applications are no strangers");
    account.check();
}

/// A caller that did not sample passes untouched within the mesh, but not out of it.
#[tokio::test]
async fn what_passes_unread_does_not_leave() {
    let listeners = [(15100, json!({"trust": {"outbound": "edge"}})), (15101, json!({}))];
    let sidecar = outbound_at(&listeners).await;
    for (port, stays) in [(15100, false), (15101, true)] {
        let request = Request::get("/")
            .host("a.example")
            .header("traceparent", format!("00-{TRACE_ID}-{PARENT_ID}-00"))
            .header("tracestate", "a=1");
        sidecar.send(port, request).await;
        let seen = sidecar.upstream.requests().pop().unwrap();
        assert_eq!(!carried(&seen).is_empty(), stays, "{port}: {seen:?}");
    }
    sidecar.settled(0).await.check();
}

/// Who is believed may have a trace kept by saying that it kept its own part.
#[tokio::test]
async fn strangers_cannot_have_a_trace_kept() {
    let options = |path_header: &str, outbound: &str| {
        json!({
            "sampler": {"parent_based": {"root": "always_off"}},
            "keep": {"errors": true, "path_header": path_header},
            "trust": {"outbound": outbound},
        })
    };
    let listeners = [
        (15100, options("x-spanmesh-kept", "edge")),
        (15101, options("server-timing", "edge")),
        (15102, options("x-spanmesh-kept", "mesh")),
        (15103, options("server-timing", "mesh")),
    ];
    let sidecar = outbound_at(&listeners).await;
    let timing = format!("server-timing: trace;desc=00-{TRACE_ID}-{PARENT_ID}-01");
    let rows = [
        (15100, "x-spanmesh-kept: 1", false, "a stranger"),
        (15101, &*timing, false, "the same in the draft's form"),
        (15102, "x-spanmesh-kept: 1", true, "a hop of the mesh"),
        (15103, &timing, true, "the same in the draft's form"),
    ];
    for (port, field, _, why) in rows {
        for flags in ["00", "01"] {
            let request = Request::get(&format!("/{port}/{flags}"))
                .host("a.example")
                .header("traceparent", format!("00-{TRACE_ID}-{PARENT_ID}-{flags}"))
                .header("x-upstream", "/")
                .header("x-upstream-header", field);
            let answer = sidecar.send(port, request).await;
            assert_eq!(answer.header("x-spanmesh-kept"), None, "{why}: it goes no further");
        }
    }
    let kept = rows.iter().filter(|row| row.2).count();
    let account = sidecar.settled((rows.len() + kept) as u64).await;
    account.check();
    assert_eq!(account.of("spans_kept"), kept as u64);
    let spans = sidecar.collector.spans();
    for (port, _, is_kept, why) in rows {
        let path = format!("http://a.example/{port}/00");
        let span = spans.iter().find(|span| span.str_attr("url.full").as_ref() == Some(&path));
        let reason = span.and_then(|span| span.str_attr("spanmesh.keep.reason"));
        assert_eq!(reason.as_deref(), is_kept.then_some("path"), "{why}");
    }
}
