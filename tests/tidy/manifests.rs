//! The overlays of `istio/`, built by the real kubectl.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use spanmesh_config::json_schema;
use spanmesh_harness::paths::{kubernetes, repository};

use crate::configurations::{check, files, plugin_configurations};

/// What `kubectl kustomize` makes of a folder.
fn built(folder: &str) -> Vec<Value> {
    let mut kubectl = Command::new(kubernetes("bin/kubectl"));
    let output = kubectl.arg("kustomize").arg(repository().join(folder)).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{folder}: {said}");
    documents(&String::from_utf8(output.stdout).unwrap())
}

fn documents(text: &str) -> Vec<Value> {
    let documents = serde_yaml_ng::Deserializer::from_str(text);
    documents.map(|document| serde::Deserialize::deserialize(document).unwrap()).collect()
}

fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap()
}

/// Folders with a kustomization below `folder`.
fn kustomizations(folder: &str) -> Vec<String> {
    let found = files(&repository().join(folder), &["kustomization.yaml"]);
    let name = |path: PathBuf| {
        path.parent().unwrap().strip_prefix(repository()).unwrap().display().to_string()
    };
    found.into_iter().map(name).collect()
}

/// A WasmPlugin as the TrafficExtension that says the same.
fn as_traffic_extension(mut plugin: Value) -> Value {
    const OF_WASM: [&str; 7] =
        ["url", "sha256", "failStrategy", "imagePullPolicy", "pluginConfig", "vmConfig", "wasm"];
    let spec = plugin["spec"].as_object_mut().unwrap();
    let moved = OF_WASM.iter().filter_map(|name| spec.remove_entry(*name));
    let wasm: serde_json::Map<String, Value> = moved.collect();
    spec.insert("wasm".to_owned(), wasm.into());
    plugin["kind"] = json!("TrafficExtension");
    plugin
}

#[test]
fn every_overlay_is_a_plugin_with_the_settings() {
    let schema = jsonschema::validator_for(&json_schema::generate()).unwrap();
    let settings = documents(&read("istio/settings/settings.yaml")).remove(0);
    let setting = |name: &str| settings["data"][name].clone();
    let overlays = kustomizations("istio/wasmplugin");
    let overlays: Vec<_> = overlays.iter().filter(|name| !name.ends_with("/base")).collect();
    assert_eq!(overlays.len(), 6, "{overlays:?}");
    for overlay in overlays {
        let found = built(overlay);
        assert_eq!(found.len(), 1, "{overlay}: the settings are no object of the cluster");
        let plugin = &found[0];
        let spec = &plugin["spec"];
        assert_eq!(
            (&plugin["kind"], &plugin["metadata"]["name"]),
            (&json!("WasmPlugin"), &json!("spanmesh"))
        );
        assert_eq!((&spec["url"], &spec["sha256"]), (&setting("url"), &setting("sha256")));
        let cluster = &spec["pluginConfig"]["exporter"]["otlp_http"]["cluster"];
        assert_eq!(cluster, &setting("cluster"), "{overlay}");
        assert_eq!(spec["failStrategy"], "FAIL_OPEN", "{overlay}");
        let selects = ["selector", "targetRefs"].iter().any(|name| !spec[*name].is_null());
        let is_for_all = overlay.ends_with("/mesh") || overlay.ends_with("/namespace");
        assert_ne!(selects, is_for_all, "{overlay}");

        let mut configurations = Vec::new();
        plugin_configurations(plugin, &mut configurations);
        assert_eq!(configurations.len(), 1, "{overlay}");
        check(&schema, &repository().join(overlay), &configurations[0]);

        let other = built(&overlay.replace("wasmplugin", "trafficextension"));
        assert_eq!(other, [as_traffic_extension(plugin.clone())], "{overlay}: both kinds agree");
    }
}

/// The values in the settings and in the bases are placeholders of each other, and a change of the
/// settings reaches every field.
#[test]
fn the_settings_are_the_one_place() {
    let folder = std::env::temp_dir().join(format!("spanmesh-istio-{}", std::process::id()));
    let copied = Command::new("cp").arg("-r").arg(repository().join("istio")).arg(&folder).status();
    assert!(copied.unwrap().success());
    let settings = folder.join("settings/settings.yaml");
    let text = fs::read_to_string(&settings).unwrap();
    let changed = text
        .replace("oci://registry.example/spanmesh:v0.1.0", "oci://other.example/spanmesh:v9")
        .replace(&"0".repeat(64), &"a".repeat(64))
        .replace("outbound|4318||otel-collector", "outbound|4318||other-collector");
    fs::write(&settings, changed).unwrap();
    for kind in ["wasmplugin", "trafficextension"] {
        let built = format!("{:?}", built(folder.join(kind).join("mesh").to_str().unwrap()));
        for text in ["other.example/spanmesh:v9", &"a".repeat(64), "other-collector"] {
            assert!(built.contains(text), "{kind}: {text} in {built}");
        }
        assert!(!built.contains("registry.example"), "{built}");
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_collector_is_where_the_plugin_looks_for_it() {
    for folder in kustomizations("istio/collector") {
        assert!(!built(&folder).is_empty(), "{folder}");
    }
    let objects = built("istio/collector/base");
    let of_kind = |kind: &str| objects.iter().find(|object| object["kind"] == kind).unwrap();
    let service = of_kind("Service");
    let name = |object: &Value, field: &str| object["metadata"][field].as_str().unwrap().to_owned();
    let host =
        format!("{}.{}.svc.cluster.local", name(service, "name"), name(service, "namespace"));
    let settings = documents(&read("istio/settings/settings.yaml")).remove(0);
    assert_eq!(settings["data"]["cluster"], format!("outbound|4318||{host}"));
    let pod = &of_kind("Deployment")["spec"]["template"];
    assert_eq!(service["spec"]["selector"], pod["metadata"]["labels"]);
    let volume = &pod["spec"]["volumes"][0]["configMap"]["name"];
    assert_eq!(*volume, of_kind("ConfigMap")["metadata"]["name"], "with the hash of the file");
}

#[test]
fn every_folder_and_file_is_told_of() {
    let readme = read("istio/README.md");
    for folder in kustomizations("istio") {
        let link = format!("({}", folder.strip_prefix("istio/").unwrap());
        let is_base = folder.ends_with("plugin/base") || folder.ends_with("extension/base");
        let twin = folder.starts_with("istio/trafficextension/");
        assert!(is_base || twin || readme.contains(&link), "istio/README.md does not link {link}");
    }
    for file in ["mesh-config", "pod-annotation", "telemetry", "access-log", "span-metrics"] {
        assert!(readme.contains(&format!("({file}.yaml)")), "istio/README.md: {file}.yaml");
    }
}
