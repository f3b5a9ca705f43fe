//! OTEL_PROPAGATORS, as a mesh sets it for all its proxies.

use serde_json::{Value, json};

use super::lab::Lab;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN: &str = "b7ad6b7169203331";

/// A lab in whose VMs the variable has this value.
async fn lab(variable: &'static str, options: &[Value]) -> Lab {
    const VARIABLES: &str = "/filter_chains/0/filters/0/typed_config/http_filters/0/typed_config/config/vm_config/environment_variables/key_values";
    let names: Vec<_> = (0..options.len()).map(|number| format!("inbound-{number}")).collect();
    let names = names.into_iter().chain(["inbound", "outbound"].map(str::to_owned));
    Lab::start_with(options, |config| {
        names.fold(config, |config, name| {
            config.set_in_listener(&name, VARIABLES, json!({"OTEL_PROPAGATORS": variable}))
        })
    })
    .await
}

#[tokio::test]
async fn the_environment_names_the_formats_unless_the_configuration_does() {
    let configured = json!({"propagators": ["tracecontext"]});
    let lab = lab("b3multi, b3,xray-lambda,b3", &[json!({}), configured]).await;
    let w3c = format!("00-{TRACE}-{SPAN}-01");
    let b3 = format!("463ac35c9f6413ad-{SPAN}-1");
    let fields = [("traceparent", &*w3c), ("b3", &*b3)];

    let outcome = lab.send(0, &fields, true).await;
    let span = outcome.span();
    assert_eq!(span.trace_id(), "0000000000000000463ac35c9f6413ad");
    assert_eq!(outcome.field("traceparent"), w3c, "not among them");
    assert_eq!(outcome.field("b3"), format!("463ac35c9f6413ad-{}-1", span.span_id()));
    assert_eq!(outcome.field("x-b3-spanid"), span.span_id(), "both are written");

    let outcome = lab.send(1, &fields, true).await;
    assert_eq!((&*outcome.span().trace_id(), outcome.field("b3")), (TRACE, b3));
    lab.account(2).await;
    let log = lab.log();
    assert!(log.contains("OTEL_PROPAGATORS is ignored"), "an unknown name is told: {log}");
    assert!(!log.contains("xray-lambda"), "values of variables are not: {log}");
}

#[tokio::test]
async fn none_of_the_environment_reads_and_writes_nothing() {
    let lab = lab("none", &[json!({})]).await;
    let w3c = format!("00-{TRACE}-{SPAN}-01");
    let outcome = lab.send(0, &[("traceparent", &w3c), ("b3", "0")], true).await;
    assert_eq!(outcome.span().parent_span_id(), "");
    assert_ne!(outcome.span().trace_id(), TRACE);
    assert_eq!((outcome.field("traceparent"), outcome.field("b3")), (w3c, "0".to_owned()));
    lab.account(1).await;
}
