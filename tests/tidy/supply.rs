//! What the module is made of: the documents, the bill of materials and the module say the same.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;
use spanmesh_harness::paths;
use spanmesh_supply::linked::packages;
use spanmesh_supply::sizes::{self, C_LIBRARY, STANDARD_LIBRARY, Sizes};

use crate::configurations::files;

fn read(path: &str) -> String {
    fs::read_to_string(paths::repository().join(path)).unwrap()
}

fn measured() -> Sizes {
    let module = paths::module();
    let names = fs::read_to_string(sizes::names_file(&module)).unwrap();
    sizes::sizes(&fs::read(module).unwrap(), &names)
}

/// Rows of ARCHITECTURE.md: what it is, its bytes, why it is there.
fn told() -> Vec<(String, usize, String)> {
    let text = read("ARCHITECTURE.md");
    let (_, section) = text.split_once("\n## What is in the module\n").expect("the section");
    let rows = section.split("\n## ").next().unwrap().lines();
    let cells = rows.filter_map(|row| row.strip_prefix("| ")?.strip_suffix(" |"));
    let row = |cells: &str| {
        let cells: Vec<&str> = cells.split(" | ").collect();
        let [what, bytes, why] = cells.as_slice() else { panic!("three cells: {cells:?}") };
        let bytes = bytes.replace(',', "").parse().unwrap_or_else(|e| panic!("{bytes}: {e}"));
        (what.replace('`', ""), bytes, (*why).to_owned())
    };
    // Without the head of the table.
    cells.skip(1).map(row).collect()
}

#[test]
fn every_part_of_the_module_is_told_with_its_size_and_reason() {
    let (told, measured) = (told(), measured());
    let packages = packages(&paths::repository());
    let others = [STANDARD_LIBRARY, C_LIBRARY, "constants", "the rest"];
    let expected: BTreeSet<&str> = packages.keys().map(String::as_str).chain(others).collect();
    let names: BTreeSet<&str> = told.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, expected, "ARCHITECTURE.md, left, and the module");
    for (name, bytes, why) in &told {
        let is = match name.as_str() {
            "constants" => measured.constants,
            "the rest" => measured.rest,
            name => measured.code.get(&sizes::crate_name(name)).copied().unwrap_or(0),
        };
        let tolerance = 2_048.max(is / 5);
        assert!(bytes.abs_diff(is) <= tolerance, "{name}: {is} bytes, not {bytes} (`make sizes`)");
        assert!(why.len() > 6, "{name} has no reason");
    }
}

#[test]
fn all_code_is_of_what_is_linked() {
    let measured = measured();
    let packages = packages(&paths::repository());
    let crates = packages.keys().map(|name| sizes::crate_name(name));
    let known: BTreeSet<String> =
        crates.chain([STANDARD_LIBRARY, C_LIBRARY].map(str::to_owned)).collect();
    let unknown: Vec<_> = measured.code.iter().filter(|(name, _)| !known.contains(*name)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn no_path_of_the_machine_that_built_it_is_in_the_module() {
    let module = fs::read(paths::module()).unwrap();
    let text = String::from_utf8_lossy(&module).into_owned();
    // Where sources are said to be, wherever they were.
    assert!(text.contains("/registry/regex-lite-") && text.contains("/rustc/"), "texts of panics");
    let home = std::env::var("HOME").unwrap();
    let here = paths::repository().display().to_string();
    for path in [home.as_str(), &here, "/home/", "/root/", "/tmp/", "/usr/", "/.cargo"] {
        assert!(!text.contains(path), "{path} is in the module");
    }
}

fn bill() -> Value {
    let out = std::env::temp_dir().join(format!("spanmesh-bill-{}.json", std::process::id()));
    let mut script = Command::new(paths::repository().join("filter/setup/sbom"));
    let status = script.arg("rustup").arg(paths::module()).arg(&out).status().unwrap();
    assert!(status.success());
    let bill = serde_json::from_slice(&fs::read(&out).unwrap()).unwrap();
    fs::remove_file(out).unwrap();
    bill
}

#[test]
fn the_bill_of_materials_is_cyclonedx_and_complete() {
    let bill = bill();
    let schema = |name: &str| -> Value {
        let file = paths::cyclonedx(&format!("{name}.SNAPSHOT.schema.json"));
        serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
    };
    let mut registry = jsonschema::Registry::new();
    for name in ["spdx", "jsf-0.82"] {
        let address = format!("http://cyclonedx.org/schema/{name}.SNAPSHOT.schema.json");
        registry = registry.add(address, schema(name)).unwrap();
    }
    let registry = registry.prepare().unwrap();
    let validator =
        jsonschema::options().with_registry(&registry).build(&schema("bom-1.6")).unwrap();
    let problems: Vec<_> = validator.iter_errors(&bill).map(|e| e.to_string()).collect();
    assert!(problems.is_empty(), "{problems:?}");
    let mut wrong = bill.clone();
    wrong["components"][0]["type"] = "crate".into();
    assert!(!validator.is_valid(&wrong), "the schema checks components");

    let digest = Command::new("sha256sum").arg(paths::module()).output().unwrap().stdout;
    let digest = String::from_utf8(digest).unwrap();
    let hash = &bill["metadata"]["component"]["hashes"][0];
    assert_eq!((&hash["alg"], &hash["content"]), (&"SHA-256".into(), &digest[..64].into()));

    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let components = bill["components"].as_array().unwrap();
    let names: BTreeSet<String> = components.iter().map(|part| text(&part["name"])).collect();
    let mut expected: BTreeSet<String> = packages(&paths::repository()).into_keys().collect();
    // That is the module itself.
    assert!(expected.remove("spanmesh-filter") && expected.insert("rust-std".to_owned()));
    assert_eq!(names, expected);

    let mut references: BTreeSet<String> =
        components.iter().map(|part| text(&part["bom-ref"])).collect();
    references.insert(text(&bill["metadata"]["component"]["bom-ref"]));
    let dependencies = bill["dependencies"].as_array().unwrap();
    assert_eq!(
        dependencies.iter().map(|entry| text(&entry["ref"])).collect::<BTreeSet<_>>(),
        references
    );
    for used in dependencies.iter().filter_map(|entry| entry["dependsOn"].as_array()).flatten() {
        assert!(references.contains(&text(used)), "{used}");
    }
}

#[test]
fn every_crate_of_the_registry_has_its_checksum() {
    let packages = packages(&paths::repository());
    for package in packages.values() {
        let is_ours = package.name.starts_with("spanmesh-");
        assert_eq!(package.checksum.is_none(), is_ours, "{package:?}");
        assert!(package.checksum.as_ref().is_none_or(|sum| sum.len() == 64), "{package:?}");
    }
}

#[test]
fn every_build_takes_the_locked_versions() {
    let root = paths::repository();
    let scripts = ["filter/setup", "tests/setup"].map(|folder| files(&root.join(folder), &[""]));
    let mut commands = 0;
    for path in scripts.into_iter().flatten().chain([root.join("Makefile")]) {
        // Some files of Go's modules are not text.
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).replace("\\\n", " ");
        for line in text.lines() {
            let calls = ["build", "clippy", "fetch", "install", "run", "test"]
                .map(|verb| [format!("cargo {verb} "), format!("\"$cargo\" {verb} ")]);
            if calls.iter().flatten().any(|call| line.contains(call))
                && !line.contains("clippy --version")
                // A tool, of which nothing reaches what is built.
                && !line.contains("wasm-bindgen-cli")
            {
                commands += 1;
                assert!(line.contains("--locked"), "{}: {line}", path.display());
            }
        }
    }
    assert!(commands >= 15, "{commands}");
    for package in ["", "tests/bench/", "tests/scale/", "filter/benches/", "filter/fuzz/"] {
        let lock = format!("{package}Cargo.lock");
        let mut tracked = Command::new("git");
        tracked.args(["ls-files", "--error-unmatch", &lock]).current_dir(&root);
        assert!(tracked.output().unwrap().status.success(), "{lock} is committed");
    }
}
