//! A pod with a proxy of the mesh: created in the API server, injected by istiod, and then run
//! as its container says, by the test instead of a kubelet.

mod container;
mod volumes;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use spanmesh_harness::nursery::bound_to_this_process;
use spanmesh_harness::wait::{self, Looks};
use spanmesh_harness::{Client, Process, Request, SECONDS, TempDir, free_port, paths};
use tokio::time::sleep;

use crate::as_text;
use crate::kubectl::Kubectl;
use container::Container;

/// What a pod's proxy is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Beside an application.
    Sidecar,
    /// At the edge of the mesh.
    Gateway,
}

/// A pod that is to be created.
#[derive(Clone, Debug)]
pub struct PodBuilder {
    kind: Kind,
    namespace: String,
    name: String,
    address: String,
    labels: Value,
    proxy_config: Value,
}

/// A running proxy and its pod. Dropping it kills the proxy.
#[derive(Debug)]
pub struct Pod {
    process: Process,
    admin_port: u16,
    proxy_config: Value,
    _directory: TempDir,
}

/// An address of the loopback interface that no other pod has, of this process or another.
pub fn free_address() -> String {
    let [high, low] = free_port().to_be_bytes();
    format!("127.{}.{low}.1", u16::from(high) + 1)
}

impl Pod {
    /// A pod of the application `app`, by whose name it goes too.
    pub fn builder(kind: Kind, namespace: &str, app: &str) -> PodBuilder {
        PodBuilder {
            kind,
            namespace: namespace.to_owned(),
            name: format!("{app}-0"),
            address: free_address(),
            labels: json!({"app": app}),
            proxy_config: json!({}),
        }
    }

    /// What the injector wrote into `PROXY_CONFIG`.
    pub fn proxy_config(&self) -> &Value {
        &self.proxy_config
    }

    /// The port of Envoy's admin interface.
    pub fn admin_port(&self) -> u16 {
        self.admin_port
    }

    /// What the agent and its Envoy have logged.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// Waits until the log has this text, and gives the first line with it.
    pub async fn wait_for_log(&self, text: &str, timeout: Duration) -> String {
        let found = || self.log().lines().find(|line| line.contains(text)).map(str::to_owned);
        let line = wait::until(timeout, found).await;
        line.unwrap_or_else(|| panic!("no {text:?} within {timeout:?} in:\n{}", self.log()))
    }

    /// Asks Envoy's admin interface.
    pub async fn admin(&self, path: &str) -> String {
        let mut client = Client::connect(self.admin_port).await;
        client.send(&Request::get(path)).await.text()
    }

    /// The filter's counters and gauges, without their prefix.
    pub async fn stats(&self) -> BTreeMap<String, u64> {
        let stats = self.envoy_stats("spanmesh_").await.into_iter();
        stats
            .filter_map(|(name, n)| Some((name.rsplit_once("spanmesh_")?.1.to_owned(), n)))
            .collect()
    }

    /// Waits until one of those is as wanted. Panics with the last value.
    pub async fn wait_for_stat(&self, name: &str, wanted: impl Fn(u64) -> bool) {
        let mut looks = Looks::within(30 * SECONDS);
        let mut last = None;
        while looks.another().await {
            last = self.stats().await.get(name).copied();
            if last.is_some_and(&wanted) {
                return;
            }
        }
        panic!("{name} is {last:?}:\n{}", self.log());
    }

    /// Waits until its listeners have the plugin (`true`) or have it no more (`false`), and no
    /// connection is left from before: on that nothing changes. Only for one that
    /// [drains soon](PodBuilder::drains_soon). A request that is sent meanwhile may meet the end of its
    /// connection.
    pub async fn wait_until_plugged(&self, wanted: bool) {
        let mut looks = Looks::within(60 * SECONDS);
        let mut listeners = BTreeMap::new();
        while looks.another().await {
            let plugged = self.admin("/config_dump?resource=ecds_filters").await.contains("Wasm");
            listeners = self.envoy_stats("^listener_manager.*_(warming|draining)$").await;
            if plugged == wanted && listeners.values().eq(&[0; 3]) {
                return;
            }
        }
        panic!("not plugged as wanted ({wanted}): {listeners:?}\n{}", self.log());
    }

    /// Envoy's counters and gauges of which the names fit this pattern.
    async fn envoy_stats(&self, pattern: &str) -> BTreeMap<String, u64> {
        let text = self.admin(&format!("/stats?filter={pattern}")).await;
        let number = |line: &str| {
            let (name, value) = line.split_once(": ")?;
            Some((name.to_owned(), value.trim().parse().ok()?))
        };
        text.lines().filter_map(number).collect()
    }

    /// Ends it in an orderly way, as the kubelet does; gives its log.
    pub async fn stop(self) -> String {
        self.process.last_words().await
    }
}

impl PodBuilder {
    /// Its address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Adds a label.
    pub fn label(mut self, name: &str, value: &str) -> PodBuilder {
        self.labels[name] = value.into();
        self
    }

    /// What the annotation `proxy.istio.io/config` says, beside what this machine needs.
    pub fn proxy_config(mut self, config: Value) -> PodBuilder {
        self.proxy_config = config;
        self
    }

    /// Connections from before a change of their listener's filters last for 2 seconds, instead of
    /// Istio's 45.
    pub fn drains_soon(mut self) -> PodBuilder {
        self.proxy_config["drainDuration"] = "2s".into();
        self
    }

    /// Creates the pod, runs its proxy, and returns when that is ready.
    pub async fn start(self, kubectl: &Kubectl) -> Pod {
        let directory = TempDir::create();
        let ports = [(); 4].map(|()| free_port());
        let [admin_port, status_port, ..] = ports;
        kubectl.apply(&self.manifest(directory.path(), ports).to_string()).await;
        self.mark_as_running(kubectl).await;

        let pod = kubectl.get(&self.namespace, "pod", &self.name).await.expect("it was created");
        let container = Container::of(&pod);
        let proxy_config = container.variable("PROXY_CONFIG");
        let proxy_config = serde_json::from_str(&proxy_config).expect("PROXY_CONFIG is JSON");
        volumes::mount(directory.path(), kubectl, &pod).await;

        let mut command = bound_to_this_process(&paths::istio("bin/pilot-agent"));
        command.current_dir(directory.path()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.args(container.arguments()).envs(container.environment());
        let ready = async || {
            // The agent logs each question to which the answer is no.
            sleep(Duration::from_millis(50)).await;
            let mut client = Client::try_connect(status_port).await?;
            Ok(client.try_send(&Request::get("/healthz/ready")).await?.status == 200)
        };
        let process = Process::start_until(&self.name, command, ready).await;
        Pod { process, admin_port, proxy_config, _directory: directory }
    }

    fn manifest(&self, directory: &Path, ports: [u16; 4]) -> Value {
        let config = self.proxy_config_on_this_machine(directory, ports);
        let mut annotations = json!({"proxy.istio.io/config": config.to_string()});
        let container = match self.kind {
            Kind::Sidecar => json!({"name": "app", "image": "registry.example/app"}),
            Kind::Gateway => {
                annotations["inject.istio.io/templates"] = "gateway".into();
                json!({"name": "istio-proxy", "image": "auto"})
            }
        };
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {
                "name": self.name, "namespace": self.namespace,
                "labels": self.labels, "annotations": annotations,
            },
            "spec": {"serviceAccountName": "default", "containers": [container]},
        })
    }

    /// All proxies run on one host, so that each needs ports and files of its own.
    fn proxy_config_on_this_machine(&self, directory: &Path, ports: [u16; 4]) -> Value {
        let [admin, status, health, prometheus] = ports;
        let mut config = self.proxy_config.clone();
        config["proxyAdminPort"] = admin.into();
        config["statusPort"] = status.into();
        config["configPath"] = as_text(&directory.join("etc/istio/proxy")).into();
        config["binaryPath"] = as_text(&envoy_that_ends_with_its_agent(directory)).into();
        config["proxyMetadata"]["ENVOY_STATUS_PORT"] = health.to_string().into();
        config["proxyMetadata"]["ENVOY_PROMETHEUS_PORT"] = prometheus.to_string().into();
        config
    }

    async fn mark_as_running(&self, kubectl: &Kubectl) {
        let status = json!({"status": {
            "phase": "Running", "podIP": self.address, "podIPs": [{"ip": self.address}],
            "conditions": [{"type": "Ready", "status": "True"}],
        }});
        let pod = format!("pod/{}", self.name);
        kubectl
            .must(&[
                "-n",
                &self.namespace,
                "patch",
                &pod,
                "--subresource",
                "status",
                "--type",
                "merge",
                "-p",
                &status.to_string(),
            ])
            .await;
    }
}

/// The agent starts Envoy; when the agent is killed, Envoy must not live on.
fn envoy_that_ends_with_its_agent(directory: &Path) -> PathBuf {
    let path = directory.join("envoy");
    let envoy = paths::envoy_binary();
    let script = format!("#!/bin/sh\nexec setpriv --pdeathsig KILL '{}' \"$@\"\n", envoy.display());
    fs::write(&path, script)
        .and_then(|()| fs::set_permissions(&path, PermissionsExt::from_mode(0o755)))
        .expect("the temporary directory is writable");
    path
}
