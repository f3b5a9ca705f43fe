//! What a set of files says about the mesh around the plugins.

use crate::node::Node;
use crate::plugin::{Kind, Plugin};
use crate::source::{Source, embedded};

/// A setting and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The setting.
    pub path: String,
}

/// What is around the plugins.
#[derive(Debug, Default)]
pub struct Mesh {
    /// Percentages of `tracing.sampling`, which reach plugins by the node's metadata.
    pub sampling: Vec<(Place, f64)>,
    /// Tracers of the mesh's configuration.
    pub mesh_tracers: Vec<Place>,
    /// Tracers of Telemetry resources.
    pub telemetry_tracers: Vec<Place>,
    /// Percentages of Telemetry resources.
    pub telemetry_sampling: Vec<Place>,
    /// Tracers of connection managers that have a plugin of ours, or of patches.
    pub connection_managers: Vec<Place>,
    /// Whether a Telemetry turns tracing off in the whole mesh.
    pub is_tracing_off: bool,
    /// Header fields that RequestAuthentications write from tokens.
    pub claim_headers: Vec<(String, Place)>,
    /// Variables that the mesh or a pod gives to its proxies (`proxyMetadata`).
    pub proxy_variables: Vec<String>,
    /// Clusters that EnvoyFilters add.
    pub added_clusters: Vec<String>,
}

/// Where Istio's resources for the whole mesh are, unless its configuration says otherwise.
const ROOT_NAMESPACE: &str = "istio-system";

// === impl Mesh ===

impl Mesh {
    /// Reads all files.
    pub fn of(sources: &[Source], plugins: &[Plugin<'_>]) -> Self {
        let mut mesh = Self::default();
        let root = |mesh: &&Node| mesh.text_at(&["rootNamespace"]).map(str::to_owned);
        let documents = || sources.iter().flat_map(|s| s.documents.iter().map(move |d| (s, d)));
        let root = documents()
            .filter_map(|(_, document)| mesh_config(document))
            .find_map(|(it, _)| root(&it));
        let root = root.as_deref().unwrap_or(ROOT_NAMESPACE);
        for (source, document) in documents() {
            let file = &source.file;
            match document.text_at(&["kind"]) {
                Some("Telemetry") => mesh.telemetry(file, document, root),
                Some("RequestAuthentication") => mesh.request_authentication(file, document),
                Some("EnvoyFilter") => mesh.envoy_filter(file, document),
                _ => {}
            }
            if let Some((config, path)) = mesh_config(document) {
                mesh.mesh_config(file, config, path);
            }
            mesh.annotations(file, document);
        }
        plugins.iter().for_each(|plugin| mesh.connection_manager(plugin));
        mesh
    }

    fn telemetry(&mut self, file: &str, document: &Node, root: &str) {
        let is_everywhere = document.at(&["spec", "selector"]).is_none()
            && document.at(&["spec", "targetRefs"]).is_none()
            && document.text_at(&["metadata", "namespace"]).is_none_or(|name| name == root);
        let tracing = document.at(&["spec", "tracing"]).map(Node::items).unwrap_or_default();
        for (index, item) in tracing.iter().enumerate() {
            let place = |node: &Node, name: &str| {
                place(file, node, format!("spec.tracing[{index}].{name}"))
            };
            if item.get("disableSpanReporting").is_some_and(Node::is_true) {
                self.is_tracing_off |= is_everywhere;
                continue;
            }
            if let Some(providers) = item.get("providers").filter(|it| !it.items().is_empty()) {
                self.telemetry_tracers.push(place(providers, "providers"));
            }
            if let Some(percentage) = item.get("randomSamplingPercentage") {
                self.telemetry_sampling.push(place(percentage, "randomSamplingPercentage"));
            }
        }
    }

    fn request_authentication(&mut self, file: &str, document: &Node) {
        let rules = document.at(&["spec", "jwtRules"]).map(Node::items).unwrap_or_default();
        for rule in rules {
            let claims = rule.get("outputClaimToHeaders").map(Node::items).unwrap_or_default();
            let written = claims.iter().filter_map(|claim| claim.get("header"));
            for header in written.chain(rule.get("outputPayloadToHeader")) {
                let place = place(file, header, "spec.jwtRules".to_owned());
                let name = header.text().unwrap_or_default().to_ascii_lowercase();
                self.claim_headers.push((name, place));
            }
        }
    }

    fn envoy_filter(&mut self, file: &str, document: &Node) {
        let patches = document.at(&["spec", "configPatches"]).map(Node::items).unwrap_or_default();
        for patch in patches.iter().filter(|p| p.text_at(&["applyTo"]) == Some("CLUSTER")) {
            let name = patch.text_at(&["patch", "value", "name"]);
            self.added_clusters.extend(name.map(str::to_owned));
        }
        document.walk("", &mut |path, node| {
            let tracing = node.get("tracing").filter(|it| it.get("provider").is_some());
            if let Some(tracing) = tracing.filter(|tracing| !leaves_context(tracing)) {
                self.connection_managers.push(place(file, tracing, format!("{path}.tracing")));
            }
        });
    }

    fn mesh_config(&mut self, file: &str, config: &Node, path: &str) {
        if let Some(on) = config.get("enableTracing").filter(|on| on.is_true()) {
            self.mesh_tracers.push(place(file, on, format!("{path}.enableTracing")));
        }
        let providers = config.at(&["defaultProviders", "tracing"]);
        if let Some(providers) = providers.filter(|it| !it.items().is_empty()) {
            let path = format!("{path}.defaultProviders.tracing");
            self.mesh_tracers.push(place(file, providers, path));
        }
        self.proxy_variables(config.get("defaultConfig"));
        let sampling = config.at(&["defaultConfig", "tracing", "sampling"]);
        self.sampling(file, sampling, format!("{path}.defaultConfig.tracing.sampling"));
    }

    /// The annotation that changes a pod's `defaultConfig`, wherever there is a template of a pod.
    fn annotations(&mut self, file: &str, document: &Node) {
        const NAME: &str = "proxy.istio.io/config";
        document.walk("", &mut |path, node| {
            for config in node.get(NAME).map(embedded).unwrap_or_default() {
                self.proxy_variables(Some(&config));
                let sampling = config.at(&["tracing", "sampling"]);
                self.sampling(file, sampling, format!("{path}.{NAME}"));
            }
        });
    }

    fn proxy_variables(&mut self, config: Option<&Node>) {
        let variables = config.and_then(|config| config.get("proxyMetadata"));
        let names =
            variables.map(Node::entries).unwrap_or_default().iter().map(|it| it.key.clone());
        self.proxy_variables.extend(names);
    }

    /// Nought does not reach the node's metadata.
    fn sampling(&mut self, file: &str, node: Option<&Node>, path: String) {
        if let Some((node, percentage)) = node.and_then(|node| Some((node, node.number()?)))
            && percentage != 0.0
        {
            self.sampling.push((place(file, node, path), percentage));
        }
    }

    /// The connection manager that a plugin of Envoy's own configuration belongs to.
    fn connection_manager(&mut self, plugin: &Plugin<'_>) {
        if plugin.kind != Kind::Envoy {
            return;
        }
        let has_default = plugin.document.at(&["tracing", "http"]).is_some();
        // By its line, since aliases stand for the same plugin in several listeners.
        let own = plugin.settings.0.line;
        plugin.document.walk("", &mut |path, node| {
            let filters = node.get_any(&["http_filters", "httpFilters"]);
            let mut is_above = false;
            let mut look =
                |_: &str, inner: &Node| is_above |= inner.is_object() && inner.line == own;
            filters.into_iter().for_each(|filters| filters.walk("", &mut look));
            let tracing = node.get("tracing").filter(|_| is_above);
            let traces = |it: &&Node| has_default || it.get("provider").is_some();
            if let Some(tracing) = tracing.filter(traces).filter(|it| !leaves_context(it)) {
                let place = place(plugin.file, tracing, format!("{path}.tracing"));
                if !self.connection_managers.contains(&place) {
                    self.connection_managers.push(place);
                }
            }
        });
    }
}

/// The mesh's configuration in a document, and its path there.
fn mesh_config(document: &Node) -> Option<(&Node, &'static str)> {
    let own = document.get("meshConfig").map(|config| (config, "meshConfig"));
    own.or_else(|| Some((document.at(&["spec", "meshConfig"])?, "spec.meshConfig")))
}

/// Envoy 1.38 can leave the headers alone.
fn leaves_context(tracing: &Node) -> bool {
    let setting = tracing.get_any(&["no_context_propagation", "noContextPropagation"]);
    setting.is_some_and(Node::is_true)
}

fn place(file: &str, node: &Node, path: String) -> Place {
    Place { file: file.to_owned(), line: node.line, path: path.trim_start_matches('.').to_owned() }
}
