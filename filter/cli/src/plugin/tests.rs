use super::*;

/// Kind, name and line.
type Shown<'a> = (Kind, &'a str, usize);

/// Kind, name and line of each plugin in a text.
fn found(text: &str) -> Vec<(Kind, String, usize)> {
    let source = Source::parse("a.yaml", text.to_owned(), false).unwrap();
    let plugins = find(&source, &[]);
    plugins.iter().map(|p| (p.kind, p.name.clone(), p.configuration.line)).collect()
}

#[test]
fn plugins_of_ours_are_found_and_no_others() {
    let cases: [(&str, Vec<Shown<'_>>, &str); 13] = [
        (
            "kind: WasmPlugin\nmetadata: {name: x}\nspec:\n  url: oci://r/spanmesh:1\n  pluginConfig:\n    a: 1\n",
            vec![(Kind::WasmPlugin, "x", 5)],
            "by its URL",
        ),
        (
            "kind: WasmPlugin\nmetadata: {name: x}\nspec: {url: oci://r/other, pluginConfig: {exporter: {}}}\n",
            vec![(Kind::WasmPlugin, "x", 3)],
            "by its configuration",
        ),
        (
            "kind: WasmPlugin\nmetadata: {name: x}\nspec: {url: oci://r/other, pluginConfig: {rules: []}}\n",
            vec![],
            "another one",
        ),
        (
            "kind: WasmPlugin\nmetadata: {name: SpanMesh}\nspec: {url: oci://r/o}\n",
            vec![(Kind::WasmPlugin, "SpanMesh", 3)],
            "by its name, without a configuration",
        ),
        (
            "kind: TrafficExtension\nmetadata: {name: x}\nspec:\n  wasm: {url: file:///spanmesh.wasm, pluginConfig: {}}\n",
            vec![(Kind::TrafficExtension, "x", 4)],
            "by its file",
        ),
        (
            "kind: TrafficExtension\nmetadata: {name: spanmesh}\nspec: {lua: {inlineCode: x}}\n",
            vec![],
            "no WebAssembly",
        ),
        (
            "kind: EnvoyExtensionPolicy\nspec: {wasm: [{name: a, config: {exporter: {}}}, {name: b, config: {}}, {name: c, code: {image: {url: r/spanmesh}}}]}\n",
            vec![(Kind::EnvoyExtensionPolicy, "a", 2), (Kind::EnvoyExtensionPolicy, "c", 2)],
            "two of three",
        ),
        (
            "kind: EnvoyFilter\nspec:\n  configPatches:\n  - patch:\n      value:\n        name: spanmesh\n        typed_config:\n          '@type': type.googleapis.com/udpa.type.v1.TypedStruct\n          value:\n            config:\n              vm_config: {}\n              configuration:\n                '@type': type.googleapis.com/google.protobuf.StringValue\n                value: |\n                  {}\n",
            vec![(Kind::EnvoyFilter, "spanmesh", 15)],
            "in a TypedStruct of a patch",
        ),
        (
            "name: x\ntypedConfig: {config: {vmConfig: {vmId: spanmesh}, configuration: {'@type': t, value: {exporter: 1}}}}\n",
            vec![(Kind::Envoy, "x", 2)],
            "ECDS, in protobuf's other spelling",
        ),
        (
            "f: [&a {name: spanmesh, config: {vm_config: {}}}, *a]\n",
            vec![(Kind::Envoy, "spanmesh", 1)],
            "an alias is no second one",
        ),
        (
            "exporter: {zipkin: {cluster: a}}\n",
            vec![(Kind::Bare, "a.yaml", 1)],
            "a configuration alone",
        ),
        ("exporters: {zipkin: {}}\n", vec![], "the Collector's"),
        (
            "spanmesh:\n  pluginConfig:\n    exporter: {}\n",
            vec![(Kind::Bare, "a.yaml", 2)],
            "values of a chart",
        ),
    ];
    for (text, expected, why) in cases {
        let expected: Vec<_> = expected.into_iter().map(|(k, n, l)| (k, n.to_owned(), l)).collect();
        assert_eq!(found(text), expected, "{why}");
    }
}

#[test]
fn a_resource_without_url_is_a_patch() {
    let text = "kind: WasmPlugin\nmetadata: {name: spanmesh}\nspec: {pluginConfig: {sampler: 1}}\n";
    let source = Source::parse("a.yaml", text.to_owned(), false).unwrap();
    assert!(find(&source, &[]).first().unwrap().is_patch());
}
