//! Templates of paths: `http.route`, `url.template` and names.

use serde_json::json;
use spanmesh_harness::{Request, grpc_call};

use super::{get, grpc_sidecar};
use crate::support::{INBOUND, OUTBOUND, SOON, Sidecar};

#[tokio::test]
async fn templates_name_spans_on_both_sides() {
    let routes = ["/orders/{id}", "/users/{name}/cart", "/orders/new", "/files/{*path}"];
    let sidecar = Sidecar::start(json!({"routes": routes})).await;
    let cases = [
        (get("/orders/7?page=2"), "GET /orders/{id}", Some("/orders/{id}")),
        (get("/orders/new"), "GET /orders/{id}", Some("/orders/{id}")),
        (get("/users/bob/cart"), "GET /users/{name}/cart", Some("/users/{name}/cart")),
        (get("/files/a/b.txt"), "GET /files/{*path}", Some("/files/{*path}")),
        (Request::new("PURGE", "/orders/7"), "HTTP /orders/{id}", Some("/orders/{id}")),
        (get("/orders/7/items"), "GET", None),
        (get("/orders/%ff"), "GET /orders/{id}", Some("/orders/{id}")),
    ];
    for (listener, key, other) in
        [(INBOUND, "http.route", "url.template"), (OUTBOUND, "url.template", "http.route")]
    {
        for (request, name, template) in &cases {
            let (_, span) = sidecar.span_of(listener, request.clone()).await;
            assert_eq!(
                (span.name(), span.str_attr(key).as_deref()),
                (*name, *template),
                "{request}"
            );
            assert_eq!(span.str_attr(other), None, "{request}");
        }
    }
}

#[tokio::test]
async fn ids_are_masked_where_no_template_is_known() {
    let sidecar = Sidecar::start(json!({"mask_ids": true, "routes": ["/orders/{number}"]})).await;
    let uuid = "123e4567-e89b-12d3-a456-426614174000";
    let long = format!("/{}", "long".repeat(60));
    let cases = [
        ("/orders/7".to_owned(), "GET /orders/{number}"),
        (format!("/carts/{uuid}/items/12?token=1"), "GET /carts/{id}/items/{id}"),
        ("/v1/users/bob@example.com".to_owned(), "GET /v1/users/{id}"),
        ("/about".to_owned(), "GET /about"),
        (long, "GET"),
    ];
    for (target, name) in cases {
        let (_, span) = sidecar.span_of(INBOUND, get(&target)).await;
        let path = target.split('?').next().map(str::to_owned);
        assert_eq!((span.name(), span.str_attr("url.path")), (name, path), "{target}");
        let route = name.strip_prefix("GET ").map(str::to_owned);
        assert_eq!(span.str_attr("http.route"), route, "{target}");
    }
}

#[tokio::test]
async fn grpc_calls_keep_their_names() {
    let sidecar = grpc_sidecar(json!({"mask_ids": true, "routes": ["/{service}/{method}"]})).await;
    grpc_call(sidecar.envoy.port(INBOUND), "/shop.Cart/Add", &[]).await;
    let span = sidecar.collector.wait_for_spans(1, SOON).await.remove(0);
    assert_eq!((span.name(), span.str_attr("http.route")), ("shop.Cart/Add", None));
}
