//! What the host knows.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::callouts::{Answer, Callout};
use crate::faults::Faults;
use crate::headers::Headers;
use crate::shared_data::SharedData;
use crate::statistics::Statistics;

/// One process of Envoy's, seen by one worker.
#[derive(Debug, Default)]
pub struct Host {
    /// Nanoseconds since the Unix epoch.
    pub now: u64,
    /// Shared data of the process.
    pub shared: SharedData,
    /// Its statistics.
    pub statistics: Statistics,
    /// Properties that every context has.
    pub node: HashMap<String, Vec<u8>>,
    /// Root contexts of the VM.
    pub roots: BTreeMap<u32, RootSide>,
    /// Streams of the VM.
    pub streams: BTreeMap<u32, Exchange>,
    /// Every request that the filter has sent in this VM.
    pub calls: Vec<Callout>,
    /// Properties that live as long as a connection, by their roots.
    pub declared: HashSet<(u32, Vec<u8>)>,
    /// What the filter has put into the filter state of connections.
    pub connections: HashMap<(u32, Vec<u8>), Vec<u8>>,
    /// Which host calls fail.
    pub faults: Faults,
    /// Random bytes are made from this.
    pub seed: u64,
    /// Problems of configurations that the log has told.
    pub refusals: usize,
    pub(crate) active: u32,
    pub(crate) phase: Phase,
    pub(crate) shown: Answer,
}

/// A root context.
#[derive(Debug, Default)]
pub struct RootSide {
    /// Its plugin configuration.
    pub configuration: Vec<u8>,
    /// Milliseconds between ticks; 0: none.
    pub tick: u32,
    /// Whether the filter has said that it is done.
    pub is_done: bool,
}

/// A request, its answer, and what is known of them.
#[derive(Clone, Debug, Default)]
pub struct Exchange {
    /// Its root context.
    pub root: u32,
    /// The headers.
    pub request: Headers,
    /// The answer's headers, once there are any.
    pub response: Option<Headers>,
    /// The answer's trailers, once there are any.
    pub trailers: Option<Headers>,
    /// Properties.
    pub properties: HashMap<String, Vec<u8>>,
    /// What the filter has put into filter state.
    pub filter_state: HashMap<Vec<u8>, Vec<u8>>,
}

/// What the host is in the middle of: it decides which maps can be read and written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    #[default]
    Other,
    RequestHeaders,
    ResponseHeaders,
    ResponseTrailers,
    Log,
    HttpCallResponse,
    GrpcHeaders,
    GrpcMessage,
    GrpcTrailers,
    GrpcClose,
}

// === impl Host ===

impl Host {
    /// A process at this time, whose random bytes are made from `seed`.
    pub fn new(now: u64, seed: u64) -> Self {
        Self { now, seed, ..Self::default() }
    }

    /// The root of the active context.
    pub(crate) fn active_root(&self) -> u32 {
        self.streams.get(&self.active).map_or(self.active, |stream| stream.root)
    }

    /// The map of this number of the ABI, where it can be read now.
    pub(crate) fn map(&self, number: u32) -> Option<&Headers> {
        let stream = self.streams.get(&self.active);
        match (number, self.phase) {
            (0, Phase::RequestHeaders | Phase::Log) => Some(&stream?.request),
            (2, Phase::ResponseHeaders | Phase::Log) => stream?.response.as_ref(),
            (3, Phase::ResponseTrailers | Phase::Log) => stream?.trailers.as_ref(),
            (4, Phase::GrpcHeaders) | (6, Phase::HttpCallResponse) => Some(&self.shown.headers),
            (5, Phase::GrpcTrailers) | (7, Phase::HttpCallResponse) => Some(&self.shown.trailers),
            _ => None,
        }
    }

    /// The same where it can be written now.
    pub(crate) fn writable_map(&mut self, number: u32) -> Option<&mut Headers> {
        let stream = self.streams.get_mut(&self.active);
        match (number, self.phase) {
            (0, Phase::RequestHeaders) => Some(&mut stream?.request),
            (2, Phase::ResponseHeaders) => stream?.response.as_mut(),
            (3, Phase::ResponseTrailers) => stream?.trailers.as_mut(),
            _ => None,
        }
    }

    /// The buffer of this number of the ABI, where it can be read now.
    pub(crate) fn buffer(&self, number: u32) -> Option<&[u8]> {
        match (number, self.phase) {
            (4, Phase::HttpCallResponse) | (5, Phase::GrpcMessage) => Some(&self.shown.body),
            (7, _) => Some(&self.roots.get(&self.active_root())?.configuration),
            _ => None,
        }
    }

    /// A property of the active context.
    pub(crate) fn property(&self, path: &str) -> Option<&[u8]> {
        let stream = self.streams.get(&self.active);
        let own = stream.and_then(|stream| stream.properties.get(path));
        let state = || stream?.filter_state.get(path.as_bytes());
        let shared = || self.connections.get(&(self.connection(), path.as_bytes().to_vec()));
        own.or_else(state).or_else(shared).or_else(|| self.node.get(path)).map(Vec::as_slice)
    }

    /// Puts a value into the filter state of the active stream, or of its connection.
    pub(crate) fn set_property(&mut self, path: &[u8], value: &[u8]) -> bool {
        let declared = self.declared.contains(&(self.active_root(), path.to_vec()));
        let connection = self.connection();
        let Some(stream) = self.streams.get_mut(&self.active) else { return false };
        if declared {
            self.connections.insert((connection, path.to_vec()), value.to_vec());
        } else {
            stream.filter_state.insert(path.to_vec(), value.to_vec());
        }
        true
    }

    /// The connection of the active stream: one in four has the same.
    fn connection(&self) -> u32 {
        self.active % 4
    }
}
