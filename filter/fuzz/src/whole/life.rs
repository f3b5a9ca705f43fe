//! One VM in which things happen.

use std::collections::{BTreeMap, HashSet};

use spanmesh_fakehost::{Fault, Host, Vm};

use super::invariants::{answer_untouched, context_told, request_untouched};
use super::step::{Step, acceptance};

/// Properties that steps may set.
const PROPERTIES: [&str; 12] = [
    "xds\0listener_direction",
    "destination\0port",
    "source\0address",
    "upstream\0address",
    "request\0protocol",
    "request\0time",
    "response\0flags",
    "connection\0uri_san_peer_certificate",
    "xds\0node\0id",
    "xds\0node\0user_agent_build_version\0version\0minor_number",
    "xds\0node\0metadata\0ISTIO_VERSION",
    "xds\0node\0metadata\0PROXY_CONFIG\0tracing\0sampling",
];
pub(super) const MILLISECOND: u64 = 1_000_000;

/// One VM.
pub(super) struct Life<'a> {
    pub(super) vm: &'a Vm,
    pub(super) next: u32,
    /// Streams that have not ended.
    pub(super) streams: Vec<u32>,
    /// The most of them that there were at once.
    pub(super) most_streams: usize,
    /// Roots, and whether the host still wants them.
    pub(super) roots: BTreeMap<u32, bool>,
    pub(super) plain: HashSet<u32>,
    /// Streams whose spans were announced as sampled to the next hop.
    pub(super) announced: HashSet<u32>,
    /// Spans that must have been created.
    pub(super) expected: i64,
    pub(super) before: i64,
    /// Calls that have been looked at.
    pub(super) seen: usize,
    pub(super) settled: HashSet<String>,
    pub(super) lost: i64,
}

// === impl Life ===

impl<'a> Life<'a> {
    pub(super) fn new(vm: &'a Vm, lost: i64) -> Self {
        let before = vm.host(|host| {
            host.faults.clear();
            host.statistics.get("spanmesh_spans_created")
        });
        Self {
            vm,
            next: 1,
            streams: Vec::new(),
            most_streams: 0,
            roots: BTreeMap::new(),
            plain: HashSet::new(),
            announced: HashSet::new(),
            expected: 0,
            before,
            seen: 0,
            settled: HashSet::new(),
            lost,
        }
    }

    fn number(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    fn begin(&mut self, stream: u32) {
        self.streams.push(stream);
        self.most_streams = self.most_streams.max(self.streams.len());
    }

    fn stream(&self, index: u8) -> Option<u32> {
        let count = self.streams.len();
        self.streams.get(usize::from(index) % count.max(1)).copied()
    }

    fn root(&self, index: usize) -> Option<u32> {
        let roots: Vec<u32> = self.roots.keys().copied().collect();
        roots.get(index % roots.len().max(1)).copied()
    }

    fn serving(&self, index: usize) -> Option<u32> {
        let serving = self.roots.iter().filter(|(_, wanted)| **wanted);
        let roots: Vec<u32> = serving.map(|(root, _)| *root).collect();
        roots.get(index % roots.len().max(1)).copied()
    }

    pub(super) fn take(&mut self, step: &Step<'_>) {
        let vm = self.vm;
        match *step {
            Step::Configure(configuration) => {
                if self.roots.len() >= 4 {
                    return;
                }
                let root = self.number();
                let counts = |host: &mut Host| (host.refusals, host.faults.failed);
                let (refusals, failed) = vm.host(counts);
                let is_taken = vm.start(root, &configuration.bytes());
                let (now_refusals, now_failed) = vm.host(counts);
                let is_given = now_failed == failed;
                if is_given && configuration.is_good() {
                    assert!(is_taken && now_refusals == refusals, "{configuration:?}");
                }
                if is_taken {
                    self.roots.insert(root, true);
                    if is_given && configuration.is_plain() {
                        self.plain.insert(root);
                    }
                }
            }
            Step::Begin(request) => {
                let Some(root) = self.serving(request.root()) else { return };
                let (stream, exchange) = (self.number(), request.exchange(root));
                let before = exchange.request.clone();
                vm.accept(stream, exchange);
                let failed = vm.host(|host| host.faults.failed);
                vm.request_headers(stream);
                self.begin(stream);
                let (after, failed) = vm.host(|host| {
                    (host.streams[&stream].request.clone(), host.faults.failed != failed)
                });
                request_untouched(&before, &after);
                if !failed && self.plain.contains(&root) && context_told(&before, &after) {
                    self.announced.insert(stream);
                }
            }
            Step::Miss(request) => {
                let Some(root) = self.serving(request.root()) else { return };
                let stream = self.number();
                vm.accept(stream, request.exchange(root));
                self.begin(stream);
            }
            Step::Respond(stream, response) => {
                let Some(stream) = self.stream(stream) else { return };
                let before = response.headers();
                vm.host(|host| {
                    host.streams.get_mut(&stream).expect("known").response = Some(before.clone());
                });
                vm.response_headers(stream);
                let after = vm.host(|host| host.streams[&stream].response.clone());
                answer_untouched(&before, &after.expect("it stays"));
            }
            Step::Trail(stream, response) => {
                let Some(stream) = self.stream(stream) else { return };
                let before = response.trailers();
                vm.host(|host| {
                    host.streams.get_mut(&stream).expect("known").trailers = Some(before.clone());
                });
                vm.response_trailers(stream);
                let after = vm.host(|host| host.streams[&stream].trailers.clone());
                answer_untouched(&before, &after.expect("they stay"));
            }
            Step::Set(stream, property, value) => {
                let path = PROPERTIES[usize::from(property) % PROPERTIES.len()].to_owned();
                let stream = self.stream(stream);
                vm.host(|host| {
                    let own = stream.and_then(|stream| host.streams.get_mut(&stream));
                    let properties = own.map_or(&mut host.node, |it| &mut it.properties);
                    properties.insert(path, value.to_vec());
                });
            }
            Step::End(stream) => {
                if let Some(stream) = self.stream(stream) {
                    self.end(stream);
                }
            }
            Step::Tick(root) => {
                if let Some(root) = self.root(root.into()) {
                    vm.tick(root);
                }
            }
            Step::Wait(milliseconds) => self.wait(milliseconds.into()),
            Step::SetClock(seconds) => {
                vm.host(|host| host.now = u64::from(seconds) * 1_000 * MILLISECOND);
            }
            Step::Answer(call, reply) => {
                let count = vm.host(|host| host.calls.len());
                if count > 0 {
                    self.answer(count - 1 - usize::from(call) % count, reply.answer());
                }
            }
            Step::Accept => {
                if let Some(call) = vm.host(|host| host.calls.len().checked_sub(1)) {
                    self.answer(call, Some(acceptance()));
                }
            }
            Step::Fail(fault, times) => {
                let fault = Fault::ALL[usize::from(fault) % Fault::ALL.len()];
                vm.host(|host| host.faults.set(fault, times));
            }
            Step::Retire(root) => {
                if let Some(root) = self.serving(root.into()) {
                    self.retire(root);
                }
            }
            Step::Scribble(key, value) => vm.host(|host| {
                let keys = host.shared.foreign_keys();
                if let Some(key) = keys.get(usize::from(key) % keys.len().max(1)) {
                    host.shared.set(key, value, 0);
                }
            }),
            Step::Stray(context, callback) => self.stray(context.into(), callback),
            Step::Replace(_) => {}
        }
        self.check();
    }

    /// A callback with a number that means nothing, or something else, to the filter.
    fn stray(&mut self, context: u32, callback: u8) {
        let vm = self.vm;
        let is_root = self.roots.contains_key(&context);
        let is_stream = self.streams.contains(&context);
        match callback % 8 {
            0 if !is_stream => vm.request_headers(context),
            1 if !is_stream => vm.response_headers(context),
            2 if !is_stream => vm.response_trailers(context),
            3 if !is_stream => vm.log(context),
            4 if !is_stream && !is_root => assert!(vm.done(context)),
            5 if !is_root => vm.tick(context),
            _ => {}
        }
    }
}
