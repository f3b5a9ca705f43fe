//! The manifests of `istio/`, with the settings of an installation.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use spanmesh_harness::{TempDir, paths};

use crate::as_text;
use crate::kubectl::Kubectl;

/// A copy of `istio/` whose `settings/settings.yaml` somebody has filled in.
#[derive(Debug)]
pub struct Manifests {
    directory: TempDir,
}

impl Manifests {
    /// Of this image, its digest (`sha256:…`), and a collector's cluster.
    pub fn with_settings(url: &str, digest: &str, cluster: &str) -> Manifests {
        let manifests = Manifests { directory: TempDir::create() };
        let source = paths::repository().join("istio");
        let status = Command::new("cp").arg("-r").arg(source).arg(manifests.path("")).status();
        assert!(status.is_ok_and(|status| status.success()), "istio/ can be copied");

        let settings = manifests.path("istio/settings/settings.yaml");
        let text = fs::read_to_string(&settings).expect("istio/ has settings");
        let mut map: Value = serde_yaml_ng::from_str(&text).expect("one document");
        let digest = digest.strip_prefix("sha256:").expect("a digest");
        map["data"] = json!({"url": url, "sha256": digest, "cluster": cluster});
        write(&settings, &map);
        manifests
    }

    /// Applies an overlay as it is shipped, such as `wasmplugin/mesh`.
    pub async fn apply(&self, kubectl: &Kubectl, overlay: &str) {
        let path = self.path("istio").join(overlay);
        kubectl.must(&["apply", "-k", as_text(&path)]).await;
    }

    /// Applies an overlay that a user has written: the base of this kind (`wasmplugin` or
    /// `trafficextension`) in a namespace, with a merge patch.
    pub async fn apply_base(&self, kubectl: &Kubectl, kind: &str, namespace: &str, patch: &Value) {
        let overlay = self.path("istio").join(kind).join("ours");
        fs::create_dir_all(&overlay).expect("the temporary directory is writable");
        let name = match kind {
            "wasmplugin" => "WasmPlugin",
            _ => "TrafficExtension",
        };
        let patch = json!({
            "apiVersion": "extensions.istio.io/v1alpha1", "kind": name,
            "metadata": {"name": "spanmesh"}, "spec": patch,
        });
        let kustomization = json!({
            "apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization",
            "namespace": namespace, "resources": ["../base"], "components": ["../../settings"],
            "patches": [{"patch": patch.to_string()}],
        });
        write(&overlay.join("kustomization.yaml"), &kustomization);
        self.apply(kubectl, &format!("{kind}/ours")).await;
    }

    /// The directory that has `istio`, as the repository has it.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    fn path(&self, file: &str) -> PathBuf {
        self.directory.path().join(file)
    }
}

fn write(path: &Path, document: &Value) {
    // JSON is YAML.
    fs::write(path, document.to_string()).expect("the temporary directory is writable");
}
