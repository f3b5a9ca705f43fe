//! What vendors put beside the ids: fields of X-Ray, Datadog's tags and its member of tracestate.

use serde_json::json;

use super::lab::Lab;

const TRACE: &str = "5759e988bd862e3fe1be46a994272793";
const ROOT: &str = "Root=1-5759e988-bd862e3fe1be46a994272793";
const SPAN: &str = "53995c3f42cd8ad8";

#[tokio::test]
async fn what_others_put_into_the_field_of_x_ray_survives() {
    let lab = Lab::start(&[
        json!({"propagators": ["xray"]}),
        json!({"propagators": ["xray", "tracecontext"]}),
    ])
    .await;
    let balancer = "Self=1-67891234-12456789abcdef012345678a";
    let lineage = "Lineage=a87bd80c:1|68fd508a:5|c512fbe3:2";
    let rows = [
        (format!("{balancer};{ROOT}"), balancer.to_owned(), "", "a load balancer's"),
        (
            format!("{balancer};{ROOT};Parent={SPAN};Sampled=1;CalledFrom=app"),
            format!("{balancer};CalledFrom=app"),
            SPAN,
            "and an application's",
        ),
        (format!("{ROOT};Parent={SPAN};Sampled=1;{lineage}"), lineage.to_owned(), SPAN, "Lambda's"),
        (format!("{ROOT};Sampled=?;a=\u{e4}"), "a=\u{e4}".to_owned(), "", "no text"),
    ];
    for (field, kept, parent, why) in &rows {
        for listener in [0, 1] {
            let outcome = lab.send(listener, &[("x-amzn-trace-id", field)], true).await;
            let span = outcome.span();
            assert_eq!((&*span.trace_id(), &*span.parent_span_id()), (TRACE, *parent), "{why}");
            let expected = format!("{ROOT};Parent={};Sampled=1;{kept}", span.span_id());
            assert_eq!(outcome.field("x-amzn-trace-id"), expected, "{why}");
        }
    }
    // Without a trace the rest survives too: a new trace goes in front of it.
    let outcome = lab.send(0, &[("x-amzn-trace-id", lineage)], true).await;
    let id = outcome.span().trace_id();
    let (time, unique) = id.split_at(8);
    let span_id = outcome.span().span_id();
    let expected = format!("Root=1-{time}-{unique};Parent={span_id};Sampled=1;{lineage}");
    assert_eq!(outcome.field("x-amzn-trace-id"), expected);
    lab.account(2 * rows.len() as u64 + 1).await;
}

#[tokio::test]
async fn tags_and_origin_travel_in_both_forms_of_datadog() {
    let both = json!({"propagators": ["tracecontext", "datadog"]});
    let to_w3c = json!({"propagators": {"extract": ["datadog"], "inject": ["tracecontext"]}});
    let to_datadog = json!({"propagators": {"extract": ["tracecontext"], "inject": ["datadog"]}});
    let lab = Lab::start(&[both, to_w3c, to_datadog]).await;
    let own = [
        ("x-datadog-trace-id", "16266516598257821587"),
        ("x-datadog-parent-id", "6023947403358210776"),
        ("x-datadog-sampling-priority", "2"),
        ("x-datadog-origin", "rum"),
        ("x-datadog-tags", "_dd.p.dm=-4,_dd.p.tid=5759e988bd862e3f,_dd.p.usr.id=a=b"),
    ];
    let tags = ["_dd.p.tid=5759e988bd862e3f", "_dd.p.dm=-4", "_dd.p.usr.id=a=b"];

    let outcome = lab.send(0, &own, true).await;
    let span = outcome.span();
    assert_eq!((&*span.trace_id(), &*span.parent_span_id()), (TRACE, SPAN));
    let member = format!("dd=s:2;o:rum;p:{};t.dm:-4;t.usr.id:a~b", span.span_id());
    assert_eq!(outcome.field("tracestate"), member);
    assert_eq!(span.span.trace_state, member, "the span has it too");
    let left: Vec<_> = ["x-datadog-sampling-priority", "x-datadog-origin"]
        .map(|name| outcome.field(name))
        .to_vec();
    assert_eq!(left, ["2", "rum"]);
    assert_eq!(outcome.field("x-datadog-tags").split(',').collect::<Vec<_>>(), tags);

    let outcome = lab.send(1, &own, true).await;
    let span = outcome.span();
    let member = format!("dd=s:2;o:rum;p:{};t.dm:-4;t.usr.id:a~b", span.span_id());
    assert_eq!(outcome.field("tracestate"), member);
    for (name, _) in own {
        assert_eq!(outcome.field(name), "", "{name} is translated");
    }

    let parent = format!("00-{TRACE}-{SPAN}-01");
    let list = format!("dd=s:2;o:rum;p:{SPAN};t.dm:-4;t.usr.id:a~b,other=1");
    let outcome = lab.send(2, &[("traceparent", &parent), ("tracestate", &list)], true).await;
    for (name, value) in [("x-datadog-sampling-priority", "2"), ("x-datadog-origin", "rum")] {
        assert_eq!(outcome.field(name), value, "{name}");
    }
    assert_eq!(outcome.field("x-datadog-tags").split(',').collect::<Vec<_>>(), tags);
    assert_eq!((outcome.field("traceparent"), outcome.field("tracestate")), Default::default());
    lab.account(3).await;
}
