//! The real kubectl.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use spanmesh_harness::paths;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// kubectl with the kubeconfig of one cluster.
#[derive(Clone, Debug)]
pub struct Kubectl {
    kubeconfig: PathBuf,
    directory: PathBuf,
}

impl Kubectl {
    pub(crate) fn new(kubeconfig: PathBuf) -> Kubectl {
        Kubectl { kubeconfig, directory: PathBuf::from(".") }
    }

    /// The same, with relative paths of files counted from this directory.
    pub fn in_directory(&self, directory: &Path) -> Kubectl {
        Kubectl { directory: directory.to_owned(), ..self.clone() }
    }

    /// The kubeconfig, for others who talk to the same cluster.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// Runs it: what it printed, or what it complained of.
    pub async fn run(&self, arguments: &[&str]) -> Result<String, String> {
        self.run_with(arguments, "").await
    }

    /// As [`Kubectl::run`], with something on its standard input.
    pub async fn run_with(&self, arguments: &[&str], input: &str) -> Result<String, String> {
        let mut command = Command::new(paths::kubernetes("bin/kubectl"));
        command.arg("--kubeconfig").arg(&self.kubeconfig).args(arguments);
        command.current_dir(&self.directory);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.kill_on_drop(true).spawn().map_err(|error| error.to_string())?;
        if let Some(mut stdin) = child.stdin.take() {
            // It may not want it all.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
        let output = child.wait_with_output().await.map_err(|error| error.to_string())?;
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        match output.status.success() {
            true => Ok(text(&output.stdout)),
            false => Err(text(&output.stderr)),
        }
    }

    /// Runs it; panics with its complaint.
    pub async fn must(&self, arguments: &[&str]) -> String {
        let result = self.run(arguments).await;
        result.unwrap_or_else(|error| panic!("kubectl {}: {error}", arguments.join(" ")))
    }

    /// Applies this object or these documents; panics when they are refused.
    pub async fn apply(&self, manifest: &str) {
        if let Err(error) = self.try_apply(manifest).await {
            panic!("kubectl apply: {error}\n{manifest}");
        }
    }

    /// Applies this object or these documents.
    pub async fn try_apply(&self, manifest: &str) -> Result<String, String> {
        self.run_with(&["apply", "--server-side", "--force-conflicts", "-f", "-"], manifest).await
    }

    /// An object, or `None` when there is none.
    pub async fn get(&self, namespace: &str, kind: &str, name: &str) -> Option<Value> {
        let json = self.run(&["--namespace", namespace, "get", kind, name, "-o", "json"]).await;
        json.ok().map(|json| serde_json::from_str(&json).expect("kubectl prints JSON"))
    }

    /// Merges `patch` into an object, as `kubectl patch --type merge`.
    pub async fn patch(&self, namespace: &str, object: &str, patch: &Value) {
        let patch = patch.to_string();
        self.must(&["--namespace", namespace, "patch", object, "--type", "merge", "-p", &patch])
            .await;
    }
}
