//! A real OCI registry on loopback.

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use spanmesh_harness::nursery::bound_to_this_process;
use spanmesh_harness::{Process, TempDir, free_port, paths};

/// A registry that speaks plain HTTP and keeps its blobs in a directory. Dropping it kills it.
#[derive(Debug)]
pub struct Registry {
    port: u16,
    process: Mutex<Option<Process>>,
    directory: TempDir,
}

impl Registry {
    /// Starts an empty one on a free port.
    pub async fn start() -> Registry {
        let registry =
            Registry { port: free_port(), process: Mutex::default(), directory: TempDir::create() };
        let config = format!(
            "version: 0.1\nlog: {{level: warn}}\nhttp: {{addr: '127.0.0.1:{}'}}\n\
             storage: {{filesystem: {{rootdirectory: '{}'}}}}\n",
            registry.port,
            registry.directory.path().join("blobs").display()
        );
        fs::write(registry.config(), config).expect("the temporary directory is writable");
        registry.restart().await;
        registry
    }

    /// `127.0.0.1:PORT`.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The url of an image with this tag, for a plugin.
    pub fn url(&self, tag: &str) -> String {
        format!("oci://{}/spanmesh:{tag}", self.host())
    }

    /// Goes away; connections are refused.
    pub async fn stop(&self) {
        let process = self.process.lock().expect("no holder panics").take();
        if let Some(process) = process {
            process.last_words().await;
        }
    }

    /// Comes back with what it had.
    pub async fn restart(&self) {
        self.stop().await;
        let mut command = bound_to_this_process(&paths::registry("bin/registry"));
        command.arg("serve").arg(self.config());
        // It would send traces of its own to whatever listens on port 4318.
        command.env("OTEL_TRACES_EXPORTER", "none");
        let ready = async || Ok(TcpStream::connect(("127.0.0.1", self.port)).is_ok());
        let process = Process::start_until("the OCI registry", command, ready).await;
        *self.process.lock().expect("no holder panics") = Some(process);
    }

    /// Pushes an image of this module, as `make image` does, under this tag; gives its digest
    /// (`sha256:…`).
    pub async fn push(&self, module: &Path, tag: &str) -> String {
        let repository = format!("{}/spanmesh", self.host());
        let layout = self.directory.path().join("image");
        let output = Command::new(paths::repository().join("filter/setup/image"))
            .env("CRANE", paths::registry("bin/crane"))
            .args([module, &layout])
            .args([&repository, tag, "insecure"])
            .output()
            .expect("a script of this repository");
        let text = String::from_utf8_lossy(&output.stdout);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "cannot push to {repository}: {text}{complaint}");
        let digest = text.split_whitespace().find_map(|word| word.split_once('@'));
        digest.unwrap_or_else(|| panic!("no digest in {text}")).1.to_owned()
    }

    fn config(&self) -> std::path::PathBuf {
        self.directory.path().join("config.yaml")
    }
}
