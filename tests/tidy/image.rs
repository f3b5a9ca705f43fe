//! The OCI image that `make image` writes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};
use std::{env, fs};

use serde_json::Value;
use spanmesh_harness::paths;

/// Writes the image of a copy of the module that was modified so long ago.
fn image(name: &str, age: Duration) -> PathBuf {
    let layout = env::temp_dir().join(format!("spanmesh-{name}-{}", std::process::id()));
    let module = layout.with_extension("wasm");
    fs::copy(paths::module(), &module).unwrap();
    let file = fs::File::options().append(true).open(&module).unwrap();
    file.set_modified(SystemTime::now() - age).unwrap();
    let script = paths::repository().join("filter/setup/image");
    output(Command::new(script).arg(&module).arg(&layout));
    fs::remove_file(module).unwrap();
    layout
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Checks a descriptor against its blob; returns the blob's path.
fn blob(layout: &Path, descriptor: &Value, media_type: &str) -> PathBuf {
    assert_eq!(descriptor["mediaType"], format!("application/vnd.oci.image.{media_type}"));
    let digest = descriptor["digest"].as_str().unwrap().strip_prefix("sha256:").unwrap();
    let path = layout.join("blobs/sha256").join(digest);
    assert_eq!(descriptor["size"], fs::metadata(&path).unwrap().len());
    assert_eq!(digest, output(Command::new("sha256sum").arg(&path)).get(..64).unwrap());
    path
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_image_holds_the_module_and_is_the_same_twice() {
    let [first, second] = [("image-a", 0), ("image-b", 100_000)]
        .map(|(name, age)| image(name, Duration::from_secs(age)));
    let index = json(&first.join("index.json"));
    assert_eq!(index, json(&second.join("index.json")), "the time shows in the image");

    let manifest = json(&blob(&first, &index["manifests"][0], "manifest.v1+json"));
    let config = json(&blob(&first, &manifest["config"], "config.v1+json"));
    // Of other types Istio's agent refuses an image.
    let layer = blob(&first, &manifest["layers"][0], "layer.v1.tar+gzip");
    assert_eq!(manifest["layers"].as_array().unwrap().len(), 1);
    assert_eq!(manifest["annotations"], config["config"]["Labels"]);
    assert_eq!(
        manifest["annotations"]["org.opencontainers.image.version"],
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(manifest["annotations"]["org.opencontainers.image.licenses"], "Apache-2.0");

    let unpacked =
        output(Command::new("sh").arg("-c").arg("gzip -dc \"$0\" | sha256sum").arg(&layer));
    assert_eq!(config["rootfs"]["diff_ids"][0], format!("sha256:{}", unpacked.get(..64).unwrap()));
    assert_eq!(output(Command::new("tar").arg("tzf").arg(&layer)), "plugin.wasm\n");
    assert!(
        Command::new("tar")
            .arg("xzf")
            .arg(&layer)
            .arg("-C")
            .arg(&first)
            .status()
            .unwrap()
            .success()
    );
    assert!(fs::read(first.join("plugin.wasm")).unwrap() == fs::read(paths::module()).unwrap());

    for layout in [first, second] {
        fs::remove_dir_all(layout).unwrap();
    }
}
