//! Configurations of what spans hold.

use super::*;
use spanmesh_core::header_map::serialise;
use spanmesh_core::redact::Detectors;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// All options in use, resolved in an environment with variables, metadata and custom tags.
#[test]
fn every_option_of_attributes_has_an_effect() {
    let json = json!({
        "exporter": {"otlp_http": {"cluster": "c"}},
        "attributes": {
            "request_headers": ["x-tenant", "accept", "x-tenant"], "response_headers": ["x-cache"],
            "baggage": ["user.*"],
            "constant": {"team": "shop", "replica": 3, "canary": true, "share": 0.5, "long": "1234567"},
            "environment": {"region": "REGION", "zone": "ZONE", "empty": "EMPTY"},
            "node_metadata": {"mesh": "MESH_ID", "version": ["LABELS", "version"], "none": "NONE",
                "interception": ["A", "B"]},
        },
        "limits": {"attribute_count_limit": 5, "attribute_value_length_limit": 6,
            "header_bytes_limit": 7},
    });
    let literal = |value: &str| {
        let value = serialise([(b"value".as_slice(), value.as_bytes())]);
        serialise([(b"literal".as_slice(), value.as_slice())])
    };
    let header = serialise([(b"name".as_slice(), b"X-Tenant".as_slice())]);
    let header = serialise([(b"header".as_slice(), header.as_slice())]);
    let (of_mesh, shadowed) = (literal("mesh"), literal("shadowed"));
    let tags = serialise([
        (b"of_mesh".as_slice(), of_mesh.as_slice()),
        (b"team", &shadowed),
        (b"tenant", &header),
        (b"region", &header),
    ]);
    let environment = Environment {
        variable: &|name| match name {
            "REGION" => Some("north".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        },
        mesh_sampling: None,
        node_metadata: &|path| match path {
            ["MESH_ID"] => Some(b"cluster.local".to_vec()),
            ["LABELS", "version"] => Some(b"v2".to_vec()),
            ["A", "B"] => Some(2.0_f64.to_le_bytes().to_vec()),
            ["PROXY_CONFIG", "tracing", "customTags"] => Some(tags.clone()),
            _ => None,
        },
    };
    let span = Config::resolve(json.to_string().as_bytes(), &environment).unwrap().span;
    let limits = &span.limits;
    assert_eq!((limits.count, limits.value_length, limits.header_bytes), (5, 6, 7));
    let extras = format!("{:?}", span.extras);
    let keys: Vec<&str> = extras
        .split("FixedAttribute { key: \"")
        .skip(1)
        .filter_map(|it| it.split('"').next())
        .collect();
    let expected = [
        "canary",
        "long",
        "replica",
        "share",
        "team",
        "region",
        "interception",
        "mesh",
        "version",
        "of_mesh",
    ];
    assert_eq!(keys, expected, "what has no value is left out");
    let [tag] = &span.extras.header_tags[..] else { panic!("{extras}") };
    assert_eq!((tag.key.as_str(), tag.header.as_str()), ("tenant", "x-tenant"));
    assert_eq!((span.extras.request_headers.len(), span.extras.response_headers.len()), (2, 1));
    assert_eq!(span.extras.baggage, ["user.*"]);
    let bytes = |text: &str| format!("{:?}", text.as_bytes()).trim_matches(['[', ']']).to_owned();
    assert!(
        extras.contains(&bytes("cluste")) && !extras.contains(&bytes("cluster")),
        "cut: {extras}"
    );
}

#[test]
fn every_option_of_redact_and_routes_has_an_effect() {
    let json = json!({
        "exporter": {"otlp_http": {"cluster": "c"}},
        "routes": ["/orders/{id}"],
        "mask_ids": true,
        "redact": {
            "query": ["token", {"prefix": "secret"}, {"regex": "(?i)key"}],
            "headers": ["cookie", {"suffix": "-Key"}],
            "paths": ["/reset/{token}", {"regex": "ssn-[0-9]+"}],
            "detectors": ["email", "card_number"],
        },
    });
    let span = parse(&json).unwrap().span;
    let template = |path: &'static str| {
        let template = span.routes.template(path.as_bytes(), || path.as_bytes().into());
        template.map(|template| template.into_owned())
    };
    assert_eq!(template("/orders/7").as_deref(), Some("/orders/{id}"));
    assert_eq!(template("/carts/7").as_deref(), Some("/carts/{id}"));
    let redaction = &span.redaction;
    let query = redaction.query(b"token=1&secret_a=2&KEY=3&page=4");
    assert_eq!(&*query, b"token=REDACTED&secret_a=REDACTED&KEY=REDACTED&page=4");
    assert_eq!(redaction.header("cookie", b"v"), b"REDACTED");
    assert_eq!(redaction.header("x-api-key", b"v"), b"REDACTED", "names are in lower case");
    assert_eq!(&*redaction.paths.clean(b"/reset/abc"), b"/reset/REDACTED");
    assert_eq!(&*redaction.paths.clean(b"/a/ssn-1"), b"/a/REDACTED");
    let expected = Detectors { card_number: true, email: true, bearer_token: false };
    assert_eq!(redaction.detectors, expected);
}

#[test]
fn bad_options_are_refused_with_path_and_reason() {
    let cases = [
        (
            "limits.attribute_count_limit",
            json!(0),
            "limits.attribute_count_limit: must be a whole number from 1 to 65536, found 0",
        ),
        (
            "limits.header_bytes_limit",
            json!(-1),
            "limits.header_bytes_limit: must be a whole number from 1 to 1048576, found -1",
        ),
        (
            "attributes.request_headers",
            json!(["x-a", "X-Tenant"]),
            r#"attributes.request_headers[1]: must be a lower-case HTTP field name, found "X-Tenant""#,
        ),
        (
            "attributes.response_headers",
            json!(["two words"]),
            r#"attributes.response_headers[0]: must be a lower-case HTTP field name, found "two words""#,
        ),
        (
            "attributes.baggage",
            json!("user.*"),
            r#"attributes.baggage: must be a list, found "user.*""#,
        ),
        (
            "attributes.constant",
            json!({"http.route": "/"}),
            "attributes.constant.http.route: is written by spanmesh itself",
        ),
        (
            "attributes.environment",
            json!({"http.request.header.x-a": "A"}),
            "attributes.environment.http.request.header.x-a: is written by spanmesh itself",
        ),
        (
            "attributes.constant",
            json!({"a": ["b"]}),
            r#"attributes.constant.a: must be text, a number or a truth value, found ["b"]"#,
        ),
        (
            "attributes.environment",
            json!({"a": ""}),
            r#"attributes.environment.a: must be text that is not empty, found """#,
        ),
        (
            "attributes.node_metadata",
            json!({"a": []}),
            "attributes.node_metadata.a: must be a list with an item, found []",
        ),
        (
            "attributes.node_metadata",
            json!({"a": ["B", 1]}),
            "attributes.node_metadata.a[1]: must be text that is not empty, found 1",
        ),
        (
            "attributes",
            json!({"constant": {"a": 1}, "node_metadata": {"a": "A"}}),
            "attributes.node_metadata.a: is in attributes.constant too",
        ),
        (
            "attributes",
            json!({"environment": {"a": "A"}, "constant": {"a": 1}}),
            "attributes.environment.a: is in attributes.constant too",
        ),
        ("attributes.headers", json!([]), "attributes.headers: is no known option"),
        ("routes", json!(["/a", "orders"]), "routes[1]: is no path template: must start with /"),
        ("routes", json!([7]), "routes[0]: must be text that is not empty, found 7"),
        ("mask_ids", json!("yes"), r#"mask_ids: must be true or false, found "yes""#),
        (
            "redact.detectors",
            json!(["card_number", "iban"]),
            r#"redact.detectors[1]: must be one of card_number, email, bearer_token, found "iban""#,
        ),
        (
            "redact.headers",
            json!(["Cookie"]),
            r#"redact.headers[0]: must be a lower-case HTTP field name, found "Cookie""#,
        ),
        (
            "redact.paths",
            json!(["reset/{token}"]),
            "redact.paths[0]: is no path template: must start with /",
        ),
        (
            "redact.paths",
            json!([{"prefix": "/reset"}]),
            r#"redact.paths[0]: must be an object with exactly one of regex, found {"prefix":"/reset"}"#,
        ),
        (
            "redact.query",
            json!(["", {"template": "/a"}]),
            r#"redact.query[0]: must be text that is not empty, found """#,
        ),
    ];
    for (path, value, expected) in cases {
        let problems = parse(&with(path, value.clone())).unwrap_err();
        assert_eq!(problems[0], expected, "{path} {value}");
    }
    let regex = parse(&with("redact.paths", json!([{"regex": "("}]))).unwrap_err();
    assert!(regex[0].starts_with("redact.paths[0].regex: is no regular expression: "), "{regex:?}");
}
