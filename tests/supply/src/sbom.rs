//! The bill of materials of the module, as CycloneDX 1.6.
//!
//! It has no time and no random number, so that one module has one bill.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::linked::Package;
use crate::sizes::STANDARD_LIBRARY;

/// The package whose library the module is.
const ROOT: &str = "spanmesh-filter";

/// What the module was made with.
#[derive(Clone, Debug)]
pub struct Build {
    /// SHA-256 of the module, hexadecimal.
    pub digest: String,
    /// Version of the compiler, and so of Rust's standard library in the module.
    pub rust: String,
    /// Version of binaryen, which optimises it.
    pub binaryen: String,
}

/// The bill of a module of these packages.
pub fn bill(packages: &BTreeMap<String, Package>, build: &Build) -> Value {
    let root = packages.get(ROOT).expect("the filter");
    let others = packages.values().filter(|package| package.name != ROOT);
    let mut components: Vec<Value> = others.map(component).collect();
    components.push(standard_library(build));
    let mut dependencies: Vec<Value> =
        packages.values().map(|package| dependency(package, packages, build)).collect();
    dependencies.push(json!({"ref": standard_library_reference(build)}));
    let mut module = component(root);
    module["name"] = json!("spanmesh");
    module["type"] = json!("application");
    module["mime-type"] = json!("application/wasm");
    module["hashes"] = hashes(&build.digest);
    let binaryen = json!({"type": "application", "name": "binaryen", "version": build.binaryen});
    let rustc = json!({"type": "application", "name": "rustc", "version": build.rust});
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "lifecycles": [{"phase": "build"}],
            "component": module,
            "tools": {"components": [binaryen, rustc]},
        },
        "components": components,
        "dependencies": dependencies,
        "compositions": [
            {"aggregate": "complete", "dependencies": [reference(root)]},
            {"aggregate": "incomplete", "dependencies": [standard_library_reference(build)]},
        ],
    })
}

fn component(package: &Package) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": reference(package),
        "name": package.name,
        "version": package.version,
        "description": package.description,
        "scope": "required",
        "licenses": [{"expression": package.license}],
    });
    // Packages of this repository are in no registry.
    if let Some(checksum) = &package.checksum {
        component["purl"] = json!(reference(package));
        component["hashes"] = hashes(checksum);
    }
    if let Some(repository) = &package.repository {
        component["externalReferences"] = json!([{"type": "vcs", "url": repository}]);
    }
    component
}

/// Rust's own library, with the parts of other projects that are compiled into it.
fn standard_library(build: &Build) -> Value {
    json!({
        "type": "library",
        "bom-ref": standard_library_reference(build),
        "name": "rust-std",
        "version": build.rust,
        "description": format!("{STANDARD_LIBRARY} for wasm32-wasip1, with wasi-libc"),
        "scope": "required",
        "licenses": [{"expression": "MIT OR Apache-2.0"}],
    })
}

fn standard_library_reference(build: &Build) -> String {
    format!("rust-std@{}", build.rust)
}

fn dependency(package: &Package, packages: &BTreeMap<String, Package>, build: &Build) -> Value {
    let used = package.dependencies.iter().filter_map(|name| packages.get(name)).map(reference);
    let used: Vec<String> = used.chain([standard_library_reference(build)]).collect();
    json!({"ref": reference(package), "dependsOn": used})
}

/// The package URL of a crate of the registry; what is named likewise of this repository.
fn reference(package: &Package) -> String {
    let version = package.version.replace('+', "%2B");
    match package.checksum {
        Some(_) => format!("pkg:cargo/{}@{version}", package.name),
        None => format!("{}@{version}", package.name),
    }
}

fn hashes(sha256: &str) -> Value {
    json!([{"alg": "SHA-256", "content": sha256}])
}
