//! Writes the module's bill of materials. Arguments: the repository, the module, the file to write,
//! the versions of the compiler and of binaryen.

use std::path::{Path, PathBuf};
use std::process::Command;

use spanmesh_supply::linked::packages;
use spanmesh_supply::sbom::{Build, bill};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [repository, module, out, rust, binaryen] = arguments.as_slice() else {
        panic!("five arguments, found {arguments:?}");
    };
    let build = Build {
        digest: digest(Path::new(module)),
        rust: rust.to_owned(),
        binaryen: binaryen.to_owned(),
    };
    let bill = bill(&packages(&PathBuf::from(repository)), &build);
    let text = serde_json::to_string_pretty(&bill).expect("JSON") + "\n";
    std::fs::write(out, text).unwrap_or_else(|e| panic!("{out}: {e}"));
}

/// SHA-256 of a file, hexadecimal.
fn digest(file: &Path) -> String {
    let output = Command::new("sha256sum").arg(file).output().expect("sha256sum runs");
    assert!(output.status.success(), "sha256sum {}", file.display());
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.split(' ').next().expect("a digest").to_owned()
}
