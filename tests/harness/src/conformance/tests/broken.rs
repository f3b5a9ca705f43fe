//! A table: the rule, how an export breaks it, and why that is wrong.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest as Export;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::span::Event;
use opentelemetry_proto::tonic::trace::v1::{Span, Status};

use super::good::{attribute, client, failed, grpc, server, text, texts};
use super::{rules_broken, span_of};
use crate::conformance::{Documented, Rule};

type Row = (Rule, Export, &'static str);

fn broken(mut export: Export, change: impl FnOnce(&mut Export)) -> Export {
    change(&mut export);
    export
}

fn span(mut export: Export, change: impl FnOnce(&mut Span)) -> Export {
    change(span_of(&mut export));
    export
}

fn value_of<'a>(attributes: &'a mut [KeyValue], key: &str) -> &'a mut Option<AnyValue> {
    let attribute = attributes.iter_mut().find(|attribute| attribute.key == key);
    &mut attribute.unwrap_or_else(|| panic!("no {key}")).value
}

fn with(export: Export, key: &str, value: Value) -> Export {
    span(export, |span| match span.attributes.iter().any(|attribute| attribute.key == key) {
        true => *value_of(&mut span.attributes, key) = Some(AnyValue { value: Some(value) }),
        false => span.attributes.push(attribute(key, value)),
    })
}

fn without(export: Export, key: &str) -> Export {
    span(export, |span| {
        let before = span.attributes.len();
        span.attributes.retain(|attribute| attribute.key != key);
        assert_eq!(span.attributes.len() + 1, before, "{key}");
    })
}

fn resource(change: impl FnOnce(&mut Vec<KeyValue>)) -> Export {
    broken(server(), |export| {
        change(&mut export.resource_spans[0].resource.as_mut().unwrap().attributes)
    })
}

fn unset(export: Export) -> Export {
    span(export, |span| span.status = None)
}

fn of_envelope() -> Vec<Row> {
    use Rule::{Envelope, Resource, SchemaUrl, Scope};
    let scope = |change: fn(&mut Export)| broken(server(), change);
    vec![
        (Envelope, Export::default(), "no resource"),
        (Envelope, scope(|it| it.resource_spans[0].scope_spans.clear()), "no scope"),
        (Envelope, scope(|it| it.resource_spans[0].scope_spans[0].spans.clear()), "no span"),
        (SchemaUrl, scope(|it| it.resource_spans[0].schema_url.clear()), "the resource's"),
        (SchemaUrl, scope(|it| it.resource_spans[0].scope_spans[0].schema_url += "0"), "another"),
        (Scope, scope(|it| it.resource_spans[0].scope_spans[0].scope = None), "none"),
        (Resource, resource(|it| it.retain(|a| a.key != "service.name")), "required"),
        (Resource, resource(|it| it.retain(|a| a.key != "telemetry.sdk.version")), "required"),
        (Resource, resource(|it| it.push(attribute("team", text("a")))), "unknown"),
        (Resource, resource(|it| it.push(attribute("url.path", text("/")))), "a span's"),
        (
            Resource,
            resource(|it| {
                let go = AnyValue { value: Some(text("go")) };
                *value_of(it, "telemetry.sdk.language") = Some(go);
            }),
            "not ours",
        ),
        (
            Rule::Type,
            resource(|it| it.push(attribute("host.name", Value::IntValue(1)))),
            "a number",
        ),
    ]
}

fn of_structure() -> Vec<Row> {
    use Rule::{Dropped, Flags, Ids, Kind, Links, Parent, Times, TraceState};
    let of = |change: fn(&mut Span)| span(server(), change);
    vec![
        (Ids, of(|it| it.trace_id = vec![0; 16]), "zero"),
        (Ids, of(|it| it.trace_id = vec![1; 8]), "64 bits"),
        (Ids, of(|it| it.span_id = vec![0; 8]), "zero"),
        (Ids, of(|it| it.span_id.clear()), "none"),
        (Parent, of(|it| it.parent_span_id = vec![0; 8]), "a root has no bytes there"),
        (Parent, of(|it| it.parent_span_id = vec![2; 8]), "its own parent"),
        (Parent, of(|it| it.parent_span_id = vec![3; 4]), "half an id"),
        (Flags, of(|it| it.flags = 0x302), "exported, so sampled"),
        (Flags, of(|it| it.flags = 0x001), "remoteness is known"),
        (Flags, of(|it| it.flags = 0x101), "the parent is remote"),
        (Flags, of(|it| it.parent_span_id.clear()), "a root has no remote parent"),
        (Flags, of(|it| it.flags = 0x305), "no such flag"),
        (TraceState, of(|it| it.trace_state = "vendor".into()), "no value"),
        (TraceState, of(|it| it.trace_state = "a=1,b=2,a=3".into()), "a key twice"),
        (TraceState, of(|it| it.trace_state = "A=1".into()), "upper case"),
        (TraceState, of(|it| it.trace_state = "a=1=2".into()), "no such value"),
        (TraceState, of(|it| it.trace_state = members(33)), "33 members"),
        (Times, of(|it| it.start_time_unix_nano = it.end_time_unix_nano + 1), "ends first"),
        (Times, of(|it| it.start_time_unix_nano = 0), "never begun"),
        (Times, of(|it| it.end_time_unix_nano += 60_000_000_000), "the future"),
        (Kind, of(|it| it.kind = 1), "INTERNAL"),
        (Links, of(|it| it.links[0].trace_id = vec![0; 16]), "zero"),
        (Links, of(|it| it.links[0].span_id.clear()), "none"),
        (Links, of(|it| it.links[0].flags = 1), "remoteness is known"),
        (Links, of(|it| it.links[0].trace_state = "=".into()), "malformed"),
        (Links, of(|it| it.links[0].attributes.push(attribute("a", text("")))), "attributes"),
        (Dropped, of(|it| it.events.push(Event::default())), "an event"),
        (Dropped, of(|it| it.dropped_attributes_count = 1), "no limit was set"),
    ]
}

fn members(count: usize) -> String {
    (0..count).map(|number| format!("k{number}=1")).collect::<Vec<_>>().join(",")
}

fn of_names_and_status() -> Vec<Row> {
    use Rule::{Conditional, ErrorType, Name, Status as StatusRule};
    let named = |export, name: &str| span(export, |span| span.name = name.to_owned());
    let code = |export, code| with(export, "http.response.status_code", Value::IntValue(code));
    let status = |export, rpc: &str| with(export, "rpc.response.status_code", text(rpc));
    let with_status = |export, status| span(export, |span| span.status = Some(status));
    vec![
        (Name, named(server(), "GET"), "the route is missing"),
        (Name, named(server(), "GET /orders/7"), "a path"),
        (Name, named(client(), "PURGE"), "an unknown method is HTTP"),
        (Name, named(grpc(3), "Add"), "the whole method"),
        (Name, with(grpc(2), "rpc.method", text("shop.Cart/Get")), "of another method"),
        (StatusRule, with_status(server(), Status { code: 1, ..Status::default() }), "Ok"),
        (
            StatusRule,
            with_status(client(), Status { code: 2, message: "Not Found".into() }),
            "a description that the code says",
        ),
        (StatusRule, code(server(), 500), "5xx is an error"),
        (StatusRule, without(unset(client()), "error.type"), "4xx is one of a client"),
        (StatusRule, without(unset(grpc(2)), "error.type"), "UNAVAILABLE is one of a server"),
        (StatusRule, status(unset(without(grpc(3), "error.type")), "NOT_FOUND"), "of a client"),
        (Conditional, span(server(), |span| span.status = failed()), "an error without type"),
        (Conditional, with(server(), "error.type", text("local_reset")), "a type without error"),
        (ErrorType, with(client(), "error.type", text("500")), "another code"),
        (ErrorType, with(client(), "error.type", text("it broke at 7")), "any text"),
        (ErrorType, with(grpc(2), "error.type", text("INTERNAL")), "another status"),
        (
            ErrorType,
            span(with(code(server(), 404), "error.type", text("404")), |it| it.status = failed()),
            "4xx is no error of a server",
        ),
        (
            ErrorType,
            status(with(grpc(2), "error.type", text("NOT_FOUND")), "NOT_FOUND"),
            "nor this",
        ),
    ]
}

fn of_attributes() -> Vec<Row> {
    use Rule::{Conditional, Keys, Required, Type, Unknown, Value as ValueRule};
    let number = Value::IntValue;
    vec![
        (Keys, span(server(), |it| it.attributes.push(it.attributes[0].clone())), "twice"),
        (Unknown, with(server(), "team", text("a")), "not declared"),
        (Unknown, with(server(), "http.status_code", number(200)), "the old name"),
        (Unknown, with(server(), "url.full", text("http://a/")), "a client's"),
        (Unknown, with(client(), "client.address", text("10.0.0.1")), "a server's"),
        (Unknown, with(grpc(2), "http.request.header.x-a", texts(&["b"])), "of HTTP"),
        (Unknown, with(server(), "http.request.header.", texts(&["b"])), "no header"),
        (Type, with(server(), "url.path", number(1)), "a number"),
        (Type, with(server(), "http.response.status_code", text("200")), "text"),
        (Type, with(server(), "http.request.header.x-a", text("b")), "no list"),
        (Type, span(server(), |it| *value_of(&mut it.attributes, "url.query") = None), "none"),
        (ValueRule, with(server(), "http.request.header.X-A", texts(&["b"])), "upper case"),
        (ValueRule, with(server(), "network.protocol.version", text("HTTP/1.1")), "not so"),
        (ValueRule, with(server(), "server.port", number(0)), "no port"),
        (ValueRule, with(server(), "server.port", number(65_536)), "no port"),
        (ValueRule, with(server(), "http.response.status_code", number(0)), "no code"),
        (ValueRule, with(server(), "url.path", text("/orders?page=2")), "the query is apart"),
        (ValueRule, with(server(), "url.query", text("?page=2")), "without question mark"),
        (ValueRule, with(client(), "url.full", text("/orders")), "not absolute"),
        (ValueRule, with(client(), "url.full", text("http://me:pw@shop.example/")), "a secret"),
        (Required, without(server(), "url.path"), "of servers"),
        (Required, without(server(), "url.scheme"), "of servers"),
        (Required, without(client(), "url.full"), "of clients"),
        (Required, without(client(), "server.address"), "of clients, with a host"),
        (Required, without(client(), "server.port"), "of clients, with a host"),
        (Required, without(grpc(3), "server.address"), "of callers"),
        (Required, without(grpc(2), "rpc.response.status_code"), "a status was seen"),
        (Conditional, without(server(), "server.port"), "beside the address"),
        (Conditional, without(client(), "http.request.method_original"), "of _OTHER"),
        (Conditional, with(server(), "http.request.method_original", text("GET")), "no _OTHER"),
        (Conditional, with(grpc(2), "rpc.method_original", text("/a")), "no _OTHER"),
        (Conditional, without(client(), "http.response.status_code"), "a code was seen"),
        (Conditional, without(server(), "network.peer.address"), "a port of nobody"),
    ]
}

/// An unknown method is also named after another, so this one breaks two rules.
#[test]
fn an_unknown_method_is_not_a_value() {
    let export = with(server(), "http.request.method", text("PURGE"));
    assert_eq!(rules_broken(&export), [Rule::Name, Rule::Value]);
}

#[test]
fn each_rule_is_broken_by_something() {
    let tables = [of_envelope(), of_structure(), of_names_and_status(), of_attributes()];
    let rows: Vec<Row> = tables.into_iter().flatten().collect();
    for (rule, export, why) in &rows {
        let found = rules_broken(export);
        assert!(found.contains(rule), "{rule:?} ({why}): {found:?}");
        // An error code without its type, or the other way round, always breaks both.
        let beside = [Rule::Conditional, Rule::ErrorType, Rule::Required];
        let others: Vec<_> =
            found.iter().filter(|it| *it != rule && !beside.contains(it)).collect();
        assert!(others.is_empty(), "{rule:?} ({why}): {others:?} too");
    }
    let elsewhere = [Rule::Decodable, Rule::OtlpJson, Rule::ZipkinJson];
    for rule in Rule::ALL {
        let is_broken = rows.iter().any(|(broken, ..)| *broken == rule);
        assert!(is_broken || elsewhere.contains(&rule), "nothing breaks {rule:?}");
    }
    Documented::assert("Rules of the checker", "semantic-conventions 1.44.0", rows.len());
}
