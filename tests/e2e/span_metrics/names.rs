//! Span names come out as labels, whatever callers put into them.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use spanmesh_harness::{Client, EnvoyConfig, Request};

use super::{CALLS, DURATION, Series, settled, sidecar};
use crate::support::{INBOUND, OUTBOUND, Sidecar};

const HTTP_FILTERS: &str = "/filter_chains/0/filters/0/typed_config/http_filters";
const ROUTES: &str = "/filter_chains/0/filters/0/typed_config/route_config/virtual_hosts/0/routes";

async fn send(sidecar: &Sidecar, port: u16, request: &Request) {
    let status = Client::connect(sidecar.envoy.port(port)).await.send(request).await.status;
    assert_eq!(status, 200, "{request}");
}

fn names(calls: impl IntoIterator<Item = Series>) -> BTreeSet<String> {
    calls.into_iter().map(|(name, ..)| name).collect()
}

/// Methods of gRPC calls are the callers' words.
#[tokio::test]
async fn words_of_callers_make_neither_labels_nor_metrics() {
    let sidecar = sidecar(json!({"sampler": "always_off"}), |config| config).await;
    let rows = [
        ("shop.v1.Cart/Add", "shop.v1.Cart/Add", "a proper one"),
        ("a:b/c:d|{e}", "a:b/c:d|{e}", "what Envoy replaces in other statistics"),
        ("..a...b/c..", "..a...b/c._", "dots, of which Envoy drops the last"),
        ("..a...b/c._", "..a...b/c._", "which is a name too"),
        ("k%C3%A4se/x", "k%C3%A4se/x", "percent-encoded"),
        ("a\"b\"/c\\n", "a\"b\"/c\\n", "quotes and backslashes"),
        ("'x'/y<>&", "'x'/y<>&", "other marks"),
        ("a;.;/b", "a;_;/b", "an end"),
        ("a/b;.;status_code=.=X;.;c", "a/b;_;status_code=_=X;_;c", "another status"),
        ("span_kind=.=X;.;/b", "span_kind=_=X;_;/b", "another kind"),
        ("otel_metric_overflow=.=true;.;/x", "otel_metric_overflow=_=true;_;/x", "an overflow"),
        ("x/y_rq_200", "x/y_rq_200", "what Envoy makes a tag of in other statistics"),
        ("only_one_part", "grpc", "no method"),
    ];
    for (method, ..) in rows {
        let request = Request::post(&format!("/{method}"), "");
        send(&sidecar, INBOUND, &request.header("content-type", "application/grpc")).await;
    }
    let calls = settled(&sidecar.envoy, rows.len() as u64).await;
    let expected: BTreeSet<String> = rows.iter().map(|(_, name, _)| name.to_string()).collect();
    assert_eq!(names(calls.into_keys()), expected);
    let page = sidecar.envoy.metrics_page().await;
    let own = |name: &&String| !name.starts_with("envoy_") && !name.starts_with("spanmesh_");
    let others: Vec<&String> = page.types.keys().filter(own).collect();
    assert_eq!(others, [CALLS, DURATION], "no metrics by other names");
}

/// Paths are the callers' words too, but no names.
#[tokio::test]
async fn only_templates_and_methods_are_names() {
    let options = json!({
        "sampler": "always_off",
        "routes": ["/orders/{id}", "/a.b/{c.d}", "/say \"x\"\\/{x}", "/käse/{größe}"],
    });
    let sidecar = sidecar(options, |config| {
        // No upstream is sent such paths.
        let answer = json!([{"match": {"prefix": "/"}, "direct_response": {"status": 200}}]);
        before_spanmesh(config, path_from_header()).set_in_listener("inbound", ROUTES, answer)
    })
    .await;
    let rows = [
        ("GET", "/orders/7?x=1", "GET /orders/{id}"),
        ("GET", "/orders/8", "GET /orders/{id}"),
        ("DELETE", "/a.b/c", "DELETE /a.b/{c.d}"),
        ("GET", "/say \"x\"\\/7", "GET /say \"x\"\\/{x}"),
        ("GET", "/käse/klein", "GET /käse/{größe}"),
        ("GET", "/wp-admin.php;.;", "GET"),
        ("GET", "/status_code=.=X;.;", "GET"),
        ("PROPFIND", "/pot", "HTTP"),
    ];
    for (method, path, _) in rows {
        send(&sidecar, INBOUND, &Request::new(method, "/").header("x-path", path)).await;
    }
    send(&sidecar, OUTBOUND, &Request::get("/orders/7")).await;
    let calls = settled(&sidecar.envoy, rows.len() as u64 + 1).await;
    let expected: BTreeSet<String> = rows.iter().map(|(.., name)| name.to_string()).collect();
    assert_eq!(names(calls.keys().cloned()), expected);
    let of =
        |name: &str, kind: &str| calls[&(name.into(), kind.into(), "STATUS_CODE_UNSET".into())];
    assert_eq!(of("GET", "SPAN_KIND_SERVER"), 2);
    assert_eq!(of("GET /orders/{id}", "SPAN_KIND_SERVER"), 2);
    assert_eq!(of("GET /orders/{id}", "SPAN_KIND_CLIENT"), 1);
}

/// Clients may not send some of these paths, but other filters may make them.
fn path_from_header() -> Value {
    const CODE: &str = r#"function envoy_on_request(it)
        it:headers():replace(":path", it:headers():get("x-path"))
    end"#;
    json!({
        "name": "envoy.filters.http.lua",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua",
            "default_source_code": {"inline_string": CODE},
        },
    })
}

fn before_spanmesh(mut config: EnvoyConfig, filter: Value) -> EnvoyConfig {
    let filters = config.listener("inbound").pointer_mut(HTTP_FILTERS).unwrap();
    filters.as_array_mut().unwrap().insert(0, filter);
    config
}
