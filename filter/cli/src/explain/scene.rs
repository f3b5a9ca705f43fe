//! A configuration, a request and a place: all that a decision depends on.

use spanmesh_config::{Environment, inspect};
use spanmesh_core::counters::{Counter, Counters};
use spanmesh_core::entropy::EntropyPool;
use spanmesh_core::keep::KeepPolicy;
use spanmesh_core::propagation::Propagator;
use spanmesh_core::request_head::RequestHead;
use spanmesh_core::rules;
use spanmesh_core::shared_data::{Conflict, SharedData};
use spanmesh_core::span::SpanKind;
use spanmesh_core::tracer::{Placement, Surroundings, Tracer};
use spanmesh_core::trust::{Crossing, Edge, Peer, Trust};
use spanmesh_json::Value;

use super::Node;
use super::message::Request;
use crate::args::Explain;
use crate::check::variables;
use crate::plugin::{Kind, Plugin};
use crate::vm::Variable;

/// All that a decision depends on.
pub struct Scene {
    /// Which plugin it is, and where.
    pub title: String,
    /// The configuration as the filter compiles it.
    pub value: Value,
    /// The tracer.
    pub tracer: Tracer,
    /// What is kept after the fact.
    pub keep: Option<KeepPolicy>,
    /// Whether a header forces traces, by its name.
    pub force_header: Option<String>,
    /// The request.
    pub head: RequestHead,
    /// The side of the exchange.
    pub kind: SpanKind,
    /// Whether it crosses the boundary of the mesh.
    pub crossing: Crossing,
    /// Where the proxy is, and how that is known.
    pub place: String,
    /// Whether tracing is turned off by the environment.
    pub disabled: bool,
    /// Variables that the configuration asks for, and whose values are not known.
    pub unknown: Vec<String>,
    /// The listener's port.
    port: Option<u16>,
}

/// What comes of a request.
#[derive(Debug)]
pub struct Outcome {
    /// Its place.
    pub placement: Placement,
    /// What was counted.
    pub counters: Counters,
}

/// A store in which nothing has been written: budgets are full.
pub struct Empty;

impl SharedData for Empty {
    fn get(&self, _key: &str) -> Option<(Vec<u8>, u32)> {
        None
    }

    fn set(&self, _key: &str, _value: &[u8], _number: u32) -> Result<(), Conflict> {
        Ok(())
    }
}

/// Some moment, in nanoseconds.
pub const NOW: u64 = 1_800_000_000_000_000_000;

// === impl Scene ===

impl Scene {
    /// Sets the scene as the filter does (`filter/src/pipeline.rs`).
    ///
    /// # Errors
    /// Every problem of the configuration.
    pub fn new(plugin: &Plugin<'_>, request: &Request, options: &Explain) -> Result<Self, String> {
        let vm = &plugin.vm;
        let variable = |name: &str| vm.lookup(name);
        let mesh_sampling = options.mesh_sampling;
        let configuration = &plugin.configuration;
        let config = configuration.resolve(vm, mesh_sampling).map_err(|problems| {
            let told = problems.iter().map(|problem| {
                let line = configuration.line_of(problem.path());
                format!("{}:{line} {problem}", plugin.file)
            });
            let told: Vec<String> = told.collect();
            format!("the filter refuses this configuration:\n{}", told.join("\n"))
        })?;
        let surroundings =
            Environment { variable: &variable, mesh_sampling, node_metadata: &|_| None };
        let value = inspect::filled(&configuration.bytes, &surroundings).unwrap_or_default();
        let (node, why) = match options.node {
            Some(node) => (node, "as asked"),
            None => inferred(plugin),
        };
        let asked = if options.outbound { SpanKind::Client } else { SpanKind::Server };
        // Gateways serve, whatever their listeners say.
        let of_listener = if node == Node::Gateway { SpanKind::Server } else { asked };
        let kind = config.direction.unwrap_or(of_listener);
        let inbound = config.trust.inbound.unwrap_or_else(|| match node {
            Node::Gateway => Trust::Edge(Edge::default()),
            Node::Sidecar => Trust::Mesh,
        });
        let outbound = config.trust.outbound;
        let mut noticed = config.propagation.noticed();
        if !inbound.is_mesh() || !outbound.is_mesh() {
            noticed = noticed.with(Propagator::Baggage);
        }
        let head = RequestHead::noticing(noticed, request.serialised());
        let port = options.listener_port;
        let peer = Peer {
            address: &|| options.peer.as_ref().map(|it| it.clone().into_bytes()),
            certificate_uri: &|| options.peer_uri.as_ref().map(|it| it.clone().into_bytes()),
        };
        let asked = rules::Request { head: &head, listener: &rules::KnownListener { kind, port } };
        let crossing = match kind {
            SpanKind::Server => inbound.entering(&asked, peer),
            SpanKind::Client => outbound.leaving(&asked),
        };
        let (node, side) = match (node, kind) {
            (Node::Gateway, _) => ("gateway", "inbound"),
            (Node::Sidecar, SpanKind::Server) => ("sidecar", "inbound"),
            (Node::Sidecar, SpanKind::Client) => ("sidecar", "outbound"),
        };
        Ok(Self {
            title: format!("{} ({}:{})", plugin.title(), plugin.file, configuration.line),
            value,
            force_header: config.force.header.clone(),
            tracer: Tracer::new(
                config.sampler,
                config.force,
                config.propagation,
                config.keep.is_some(),
            ),
            keep: config.keep,
            head,
            kind,
            crossing,
            place: format!("{side} side of a {node} ({why})"),
            disabled: config.disabled,
            unknown: unknown(plugin),
            port,
        })
    }

    /// What rules may ask.
    pub fn with_request<T>(&self, ask: impl FnOnce(rules::Request<'_>) -> T) -> T {
        let port = self.port;
        ask(rules::Request {
            head: &self.head,
            listener: &rules::KnownListener { kind: self.kind, port },
        })
    }

    /// What the tracer makes of the request, where ids drawn anew have this randomness (56 bits).
    pub fn outcome(&self, randomness: u64) -> Outcome {
        let mut entropy = EntropyPool::default();
        entropy.refill(|bytes| fill(bytes, randomness));
        let mut counters = Counters::default();
        let surroundings = Surroundings { now: &|| NOW, shared: &Empty };
        let placement = self.with_request(|request| {
            self.tracer.start(request, self.crossing, surroundings, &mut entropy, &mut counters)
        });
        Outcome { placement, counters }
    }
}

impl Outcome {
    /// Whether the request is sampled.
    pub fn is_sampled(&self) -> bool {
        matches!(&self.placement, Placement::Hop(hop) if hop.context.flags.is_sampled())
    }

    /// Whether its caller forced that.
    pub fn is_forced(&self) -> bool {
        self.counters.get(Counter::TracesForced) > 0
    }
}

/// Bytes of which a trace id and an explicit random value both get this randomness: the id from the end of
/// its sixteen bytes, the value from the first eight, backwards.
fn fill(bytes: &mut [u8], randomness: u64) -> bool {
    bytes.fill(1);
    let [_, id @ ..] = randomness.to_be_bytes();
    let value = (randomness << 8 | 1).to_le_bytes();
    let source = value.iter().chain(&[1]).chain(&id);
    bytes.iter_mut().zip(source).for_each(|(byte, from)| *byte = *from);
    true
}

/// Variables that the proxy's host has, or may have.
fn unknown(plugin: &Plugin<'_>) -> Vec<String> {
    let mut names = Vec::new();
    let Ok(root) = &plugin.configuration.node else { return names };
    root.walk("", &mut |_, node| {
        for name in node.text().map(variables).unwrap_or_default() {
            if plugin.vm.variable(&name) == Variable::Unknown && !names.contains(&name) {
                names.push(name);
            }
        }
    });
    names
}

/// Gateways of Istio, as far as the resource tells.
fn inferred(plugin: &Plugin<'_>) -> (Node, &'static str) {
    let spec = plugin.document.get("spec");
    let labels = spec.and_then(|spec| spec.get("selector")?.get("matchLabels"));
    // Istio's own profiles, its chart and the Gateway API each have a label of their own.
    let label = labels.and_then(|labels| labels.text_at(&["istio"])).unwrap_or_default();
    let is_labelled = label.contains("gateway")
        || ["ingress", "egress"].contains(&label)
        || labels.is_some_and(|it| it.get("gateway.networking.k8s.io/gateway-name").is_some());
    let is_gateway = |it: &&crate::node::Node| {
        it.text_at(&["kind"]) == Some("Gateway")
            && !it.text_at(&["name"]).is_some_and(|name| name.contains("waypoint"))
    };
    let refs = spec.and_then(|spec| spec.get("targetRefs"));
    let refs = refs.map(crate::node::Node::items).unwrap_or_default();
    if matches!(plugin.kind, Kind::WasmPlugin | Kind::TrafficExtension) {
        if is_labelled {
            return (Node::Gateway, "by its selector; --sidecar says otherwise");
        }
        if refs.iter().any(|it| is_gateway(&it)) {
            return (Node::Gateway, "by its targetRefs; --sidecar says otherwise");
        }
    }
    (Node::Sidecar, "--gateway, --direction outbound say otherwise")
}
