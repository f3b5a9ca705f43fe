//! The packages that are linked into the module, as Cargo resolves them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// A package that is linked into the module. Macros and build scripts are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence, an SPDX expression.
    pub license: String,
    /// What it is for, in its authors' words.
    pub description: String,
    /// Where its source is developed, if it says so.
    pub repository: Option<String>,
    /// SHA-256 of its archive, hexadecimal; `None` for packages of this repository.
    pub checksum: Option<String>,
    /// Names of the packages that it uses itself.
    pub dependencies: Vec<String>,
}

/// The packages in the module, by name, the filter's own among them. `repository` is the root of the
/// repository. Panics where Cargo fails or one name has two versions, which `make deny` refuses.
pub fn packages(repository: &Path) -> BTreeMap<String, Package> {
    let described = described(repository);
    let checksums = checksums(repository);
    let mut found: BTreeMap<String, Package> = BTreeMap::new();
    // The names of the packages that the line is below, the filter first.
    let mut path: Vec<String> = Vec::new();
    for line in tree(repository).lines() {
        let digits = line.find(|c: char| !c.is_ascii_digit()).expect("a name behind the depth");
        let (depth, rest) = line.split_at(digits);
        let depth: usize = depth.parse().expect("a depth");
        let mut words = rest.split(' ');
        let name = words.next().expect("a name").to_owned();
        let version = words.next().expect("a version").trim_start_matches('v').to_owned();
        path.truncate(depth);
        if let Some(user) = path.last().and_then(|user| found.get_mut(user))
            && !user.dependencies.contains(&name)
        {
            user.dependencies.push(name.clone());
        }
        path.push(name.clone());
        let key = (name.clone(), version.clone());
        let known = found.entry(name).or_insert_with(|| {
            let checksum = checksums.get(&key).cloned();
            let described = described.get(&key).expect("cargo metadata knows it");
            package(key.clone(), described, checksum)
        });
        assert_eq!(known.version, version, "two versions of {}", known.name);
    }
    for package in found.values_mut() {
        package.dependencies.sort();
    }
    found
}

fn package(
    (name, version): (String, String),
    described: &Value,
    checksum: Option<String>,
) -> Package {
    let text = |field: &str| described[field].as_str().map(str::to_owned);
    // The slash is how licences were listed before SPDX expressions.
    let license = text("license").unwrap_or_else(|| panic!("{name} has no licence"));
    let license = license.replace(" / ", " OR ").replace('/', " OR ");
    let description = text("description").unwrap_or_default();
    let description = description.split_whitespace().collect::<Vec<_>>().join(" ");
    let repository = text("repository");
    Package { name, version, license, description, repository, checksum, dependencies: vec![] }
}

/// Each line a depth, a name and a version; what stands deeper is used by what stands above.
fn tree(repository: &Path) -> String {
    cargo(
        repository,
        &[
            "tree",
            "--locked",
            "--package=spanmesh-filter",
            "--target=wasm32-wasip1",
            "--edges=normal,no-proc-macro",
            "--prefix=depth",
            "--no-dedupe",
        ],
    )
}

/// What Cargo knows of every package, by name and version.
fn described(repository: &Path) -> BTreeMap<(String, String), Value> {
    let arguments =
        ["metadata", "--locked", "--format-version=1", "--filter-platform=wasm32-wasip1"];
    let metadata: Value = serde_json::from_str(&cargo(repository, &arguments)).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let key = |package: &Value| (text(&package["name"]), text(&package["version"]));
    packages.iter().map(|package| (key(package), package.clone())).collect()
}

/// Checksums of archives by name and version, from Cargo.lock.
fn checksums(repository: &Path) -> BTreeMap<(String, String), String> {
    let lock = std::fs::read_to_string(repository.join("Cargo.lock")).expect("Cargo.lock");
    let field = |package: &str, name: &str| {
        let line = package.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \""));
        line.map(|value| value.trim_end_matches('"').to_owned())
    };
    let checksum = |package: &str| {
        let key = (field(package, "name")?, field(package, "version")?);
        Some((key, field(package, "checksum")?))
    };
    lock.split("[[package]]").filter_map(checksum).collect()
}

fn cargo(repository: &Path, arguments: &[&str]) -> String {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(program).args(arguments).current_dir(repository).output();
    let output = output.expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {arguments:?}: {said}");
    String::from_utf8(output.stdout).expect("UTF-8")
}
