//! The Collector configurations for users are ones that the real Collector accepts.

use std::fs;
use std::path::Path;
use std::process::Command;

use spanmesh_harness::paths::{otelcol_binary, repository};

use crate::configurations::files;

/// What the Collector says about a configuration: nothing where it accepts it.
fn complaints(config: &Path) -> String {
    let output = Command::new(otelcol_binary())
        .arg("validate")
        .arg(format!("--config={}", config.display()))
        // Signing is validated only where there is something to sign with.
        .env("AWS_ACCESS_KEY_ID", "id")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.success(), said.is_empty(), "{}: {said}", config.display());
    said
}

#[test]
fn every_collector_configuration_is_accepted_and_told_of() {
    let folder = repository().join("examples/collector");
    let readme = fs::read_to_string(folder.join("README.md")).unwrap();
    let configurations = files(&folder, &[".yaml"]);
    assert!(configurations.len() >= 6, "{configurations:?}");
    for path in configurations {
        assert_eq!(complaints(&path), "", "{}", path.display());
        let name = path.file_name().unwrap().display().to_string();
        assert!(readme.contains(&format!("({name})")), "its README does not link {name}");
    }
}

#[test]
fn the_one_of_the_manifests_is_too() {
    assert_eq!(complaints(&repository().join("istio/collector/base/config.yaml")), "");
}

#[test]
fn a_wrong_configuration_is_not() {
    let plain = fs::read_to_string(repository().join("examples/collector/plain.yaml")).unwrap();
    let wrong = std::env::temp_dir().join(format!("spanmesh-wrong-{}.yaml", std::process::id()));
    for (right, changed, complaint) in [
        ("verbosity", "verbosty", "verbosty"),
        ("exporters: [debug]", "exporters: [debugger]", "debugger"),
    ] {
        assert!(plain.contains(right), "{right}");
        fs::write(&wrong, plain.replace(right, changed)).unwrap();
        let said = complaints(&wrong);
        assert!(said.contains(complaint), "{changed}: {said}");
    }
    fs::remove_file(wrong).unwrap();
}
