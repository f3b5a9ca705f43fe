//! What the demonstration tells of the running shop.

use std::fmt::Write;

use spanmesh_harness::paths;
use spanmesh_mesh::Pod;

use super::shop::{EDGE, NAMESPACE, Shop};
use crate::backend::Backend;
use crate::demo::{Running, try_by_hand};

/// How many lines of each proxy are told when something is wrong.
const COMPLAINTS: usize = 5;

// === impl Shop ===

impl Shop {
    /// What runs where.
    pub fn places(&self) -> String {
        let mut text = String::new();
        let mut line = |name: &str, place: &str, rest: &str| {
            let _ = writeln!(text, "  {name:10}  {place:22}  {rest}");
        };
        let url = |port: u16| format!("http://127.0.0.1:{port}");
        for (name, pod) in self.proxies() {
            let (place, kind) = match name {
                EDGE => (url(self.edge), "gateway"),
                _ => (String::new(), "sidecar"),
            };
            let admin = url(pod.admin_port());
            line(name, &place, &format!("pod {name}-0, {kind}'s admin {admin}"));
        }
        line("provider", "", "outside the mesh, no Envoy");
        let [name, url, what] = self.backend.place();
        line(&name, &url, &what);
        line("registry", &format!("http://{}", self.plane.registry().host()), "the module's image");
        text
    }

    /// What the proxies have logged about the filter and about errors.
    pub fn complaints(&self) -> String {
        let is_telling = |line: &&str| {
            ["wasm log: spanmesh", "\terror\t", "\tcritical\t"]
                .iter()
                .any(|word| line.contains(word))
        };
        let of = |(name, pod): (&str, &Pod)| {
            let log = pod.log();
            let lines = log.lines().filter(is_telling).take(COMPLAINTS);
            lines.map(|line| format!("  {name}: {line}\n")).collect::<String>()
        };
        self.proxies().map(of).collect()
    }
}

impl Running for Shop {
    fn backend(&self) -> &Backend {
        &self.backend
    }

    fn suggestions(&self) -> String {
        let requests = try_by_hand(self.edge);
        let kubectl = paths::kubernetes("bin/kubectl");
        let kubeconfig = self.kubectl().kubeconfig().display().to_string();
        format!(
            "  export KUBECONFIG={kubeconfig}\n  \
             alias kubectl={}\n  \
             kubectl -n {NAMESPACE} get wasmplugins,sidecars,serviceentries,gateways\n  \
             kubectl -n {NAMESPACE} edit wasmplugin spanmesh\n{requests}",
            kubectl.display()
        )
    }
}
