//! What the requests of one plugin configuration share: settings, queue and export.

use std::cell::RefCell;

use spanmesh_config::Config;
use spanmesh_core::propagation::{Propagator, PropagatorSet};
use spanmesh_core::request_head::RequestHead;
use spanmesh_core::resource;
use spanmesh_core::rules::{Listener, Request};
use spanmesh_core::semconv::network;
use spanmesh_core::span::{SpanKind, SpanSettings};
use spanmesh_core::tracer::{Surroundings, Tracer};
use spanmesh_core::trust::{Crossing, Edge, Peer, Trust};
use spanmesh_export::envelope::Envelope;

use crate::answers::Answers;
use crate::connection::{Connection, Connections};
use crate::host;
use crate::keeper::Keeper;
use crate::polls::Polls;
use crate::side::{Side, Sides};
use crate::state::State;

/// One per root context; streams hold it too, so that a reload never disturbs a request.
#[derive(Debug)]
pub struct Pipeline {
    /// How requests are placed into traces.
    pub tracer: Tracer,
    /// What spans have in common.
    pub span: SpanSettings,
    /// What tells callers of their trace, and keeps it from strangers.
    pub answers: Answers,
    /// Whether the ids are put into filter state.
    pub filter_state: bool,
    /// Most series of span metrics of this VM; `None`: there are no span metrics.
    pub span_metrics: Option<usize>,
    noticed: PropagatorSet,
    /// Whom to trust among callers.
    inbound: Trust,
    /// Whom to trust among upstreams.
    outbound: Trust,
    /// The side of the active stream's listener.
    pub sides: Sides,
    /// What is known of connections.
    pub connections: Connections,
    /// Promotes what the head sampler left out.
    pub keeper: Option<Keeper>,
    /// Polls of sampling strategies.
    pub polls: RefCell<Polls>,
    /// The parts that change.
    pub state: RefCell<State>,
}

// === impl Pipeline ===

impl Pipeline {
    /// Sets up a valid configuration; asks Envoy for the node's description.
    pub fn new(config: Config) -> Self {
        let node = |path: &[&str]| {
            let path = ["xds", "node"].iter().chain(path).copied().collect::<Vec<_>>().join("\0");
            String::from_utf8(host::property(&path)?).ok()
        };
        let resource = resource::detect(&config.resource, &node);
        let envelope = Envelope::new(&resource);
        let sides = Sides::new(config.direction, node(&["id"]));
        let is_gateway = sides.known().is_some_and(|side| side.is_gateway);
        let inbound = config.trust.inbound.unwrap_or_else(|| match is_gateway {
            true => Trust::Edge(Edge::default()),
            false => Trust::Mesh,
        });
        let outbound = config.trust.outbound;
        let mut noticed = config.propagation.noticed();
        if !inbound.is_mesh() || !outbound.is_mesh() {
            // Strangers must not send baggage, nor receive it, whoever else reads it.
            noticed = noticed.with(Propagator::Baggage);
        }
        let kept_header = config.keep.as_ref().and_then(|keep| keep.along_path.as_ref());
        let answers = Answers::new(config.response_headers, noticed, kept_header);
        let may_keep = config.keep.is_some();
        let tracer = Tracer::new(config.sampler, config.force, config.propagation, may_keep);
        let polls = Polls::of(tracer.sampler(), &resource);
        let state = State::new(config.batch, config.retry, config.exporter, envelope);
        Self {
            tracer,
            span: config.span,
            answers,
            filter_state: config.filter_state,
            span_metrics: config.span_metrics,
            noticed,
            inbound,
            outbound,
            sides,
            connections: Connections::new(),
            keeper: config.keep.map(Keeper::new),
            polls: RefCell::new(polls),
            state: RefCell::new(state),
        }
    }

    /// The kind of the active stream's exchange. Only to be called while a stream is active.
    pub fn kind(&self) -> SpanKind {
        self.side().kind
    }

    fn side(&self) -> Side {
        if let Some(side) = self.sides.known() {
            return side;
        }
        let marked = self.connections.find().and_then(|connection| connection.side);
        let side = self.sides.find(marked);
        if marked.is_none() && self.sides.are_shared() {
            self.connections.mark(Connection::on(side));
        }
        side
    }

    /// Whether there is an application behind this listener. At gateways and behind outbound
    /// listeners there is another hop.
    pub fn serves_application(&self) -> bool {
        let Side { kind, is_gateway } = self.side();
        kind == SpanKind::Server && !is_gateway
    }

    /// Whether strangers are on the other side of this listener, exceptions apart.
    pub fn is_edge(&self) -> bool {
        let (inbound, outbound) = (!self.inbound.is_mesh(), !self.outbound.is_mesh());
        if inbound == outbound {
            // The side makes no difference, and need not be asked for.
            return inbound;
        }
        match self.kind() {
            SpanKind::Server => inbound,
            SpanKind::Client => outbound,
        }
    }

    /// Whether a request crosses the boundary of the mesh.
    pub fn crossing(&self, head: &RequestHead) -> Crossing {
        if !self.is_edge() {
            return Crossing::Within;
        }
        let request = self.request(head);
        match self.kind() {
            SpanKind::Server => self.inbound.entering(&request, PEER),
            SpanKind::Client => self.outbound.leaving(&request),
        }
    }

    /// The headers of a request; `None` when the host does not give them.
    pub fn read_head(&self) -> Option<RequestHead> {
        Some(RequestHead::noticing(self.noticed, host::request_headers()?))
    }

    /// What rules may ask about a request.
    pub fn request<'a>(&'a self, head: &'a RequestHead) -> Request<'a> {
        Request { head, listener: self }
    }

    /// What decisions may ask for.
    pub fn surroundings(&self) -> Surroundings<'static> {
        Surroundings { now: &host::now, shared: &host::SharedStore }
    }

    /// Address and port of the other side. Whether a listener believes `x-forwarded-for` does not
    /// change, so a caller that it once hid is not asked for again when that header is there; with
    /// `xff_num_trusted_hops` nor is one whose header is too short to hide it.
    pub fn peer(
        &self,
        kind: SpanKind,
        head: &RequestHead,
        connection: &mut Connection,
    ) -> Option<Vec<u8>> {
        if kind == SpanKind::Client {
            return host::property("upstream\0address");
        }
        let is_forwarded = head.forwarded_for().is_some();
        if is_forwarded && connection.forwarded_hides_peer {
            return None;
        }
        let peer = host::property("source\0address")?;
        connection.forwarded_hides_peer |= is_forwarded && network::is_forwarded(&peer);
        Some(peer)
    }
}

impl Listener for Pipeline {
    fn kind(&self) -> SpanKind {
        Pipeline::kind(self)
    }

    fn port(&self) -> Option<u16> {
        host::number("destination\0port").and_then(|port| u16::try_from(port).ok())
    }
}

/// The other end of the connection of the active stream.
const PEER: Peer<'static> = Peer {
    address: &|| host::property("source\0address"),
    certificate_uri: &|| host::property("connection\0uri_san_peer_certificate"),
};
