//! Invariants of the source tree that no compiler checks.

use std::fs;
use std::path::Path;

use spanmesh_harness::paths::repository;

use crate::configurations::files;

fn sources(folder: &str) -> Vec<(String, String)> {
    let root = repository();
    let read = |path: &Path| fs::read_to_string(path).unwrap();
    let name = |path: &Path| path.strip_prefix(&root).unwrap().display().to_string();
    files(&root.join(folder), &[".rs"]).iter().map(|path| (name(path), read(path))).collect()
}

#[test]
fn host_calls_and_unsafe_stand_in_one_module() {
    let sources = sources("filter");
    assert!(sources.len() > 30, "{}", sources.len());
    for (name, text) in &sources {
        let is_host = name.starts_with("filter/src/host");
        let is_marker = name == "filter/src/lib.rs";
        // Exports are functions of the C ABI with names of their own, and nothing else is unsafe.
        let exports = name == "filter/src/exports.rs";
        let mut text = text.replace("unsafe_code", "");
        if exports {
            text = text.replace("#[unsafe(export_name = ", "").replace("extern \"C\" fn on_", "");
        }
        let says = |word: &str| text.contains(word);
        assert!(is_host || is_marker || !says("unsafe"), "{name}: unsafe");
        assert!(is_host || !says("hostcalls"), "{name}: host calls of the SDK");
        assert!(is_host || !says("extern \"C\""), "{name}: host calls of its own");
    }
}

#[test]
fn the_core_knows_no_host_clock_entropy_or_log() {
    let manifest = fs::read_to_string(repository().join("filter/core/Cargo.toml")).unwrap();
    let dependencies = manifest.split("[target.").next().unwrap();
    for absent in ["proxy-wasm", "getrandom", "log"] {
        let line = format!("\n{absent}");
        assert!(!dependencies.contains(&line), "{absent} in the core's manifest");
    }
    for (name, text) in sources("filter/core/src") {
        for absent in ["SystemTime", "Instant::now", "println!", "std::env", "std::fs", "std::net"]
        {
            assert!(!text.contains(absent), "{name}: {absent}");
        }
    }
}

#[test]
fn files_are_small() {
    let root = repository();
    let mut large = Vec::new();
    let mut count = 0;
    for folder in ["filter", "tests", "examples"] {
        for (name, text) in sources(folder) {
            count += 1;
            let lines = text.lines().count();
            // Tables of cases may be longer.
            let is_table = name.ends_with("tests.rs") || name.contains("/tests/");
            let limit = if is_table { 400 } else { 300 };
            assert!(lines <= limit, "{name} has {lines} lines");
            large.extend((lines > 150).then_some(name));
        }
    }
    assert!(
        root.join("filter").is_dir() && large.len() * 4 < count,
        "most files are small: {large:?}"
    );
}
