//! What the host does with its contexts and calls, and what must hold afterwards.

use std::collections::HashSet;

use spanmesh_fakehost::Answer;

use super::exported;
use super::invariants::account;
use super::life::{Life, MILLISECOND};

impl Life<'_> {
    pub(super) fn wait(&self, milliseconds: u64) {
        self.vm.host(|host| {
            host.now = host.now.saturating_add(milliseconds.saturating_mul(MILLISECOND));
        });
    }

    pub(super) fn end(&mut self, stream: u32) {
        self.streams.retain(|known| *known != stream);
        let failed = self.vm.host(|host| host.faults.failed);
        self.vm.end(stream);
        let failed = self.vm.host(|host| host.faults.failed) != failed;
        self.expected += i64::from(self.announced.remove(&stream) && !failed);
    }

    pub(super) fn answer(&mut self, call: usize, answer: Option<Answer>) {
        let vm = self.vm;
        self.look();
        let (spans, delivered) = vm.host(|host| {
            (exported::spans(&host.calls[call]), host.statistics.get("spanmesh_spans_delivered"))
        });
        let is_accepted = answer.as_ref().is_some_and(|answer| {
            answer.status == 0
                && answer.body.is_empty()
                && answer.headers.first(b":status") == Some(b"200")
        });
        vm.answer(call, answer);
        let delivered = vm.host(|host| host.statistics.get("spanmesh_spans_delivered")) - delivered;
        if let Some(spans) = spans
            && delivered > 0
            && is_accepted
        {
            assert_eq!(delivered, i64::try_from(spans.len()).expect("few"));
            self.settled.extend(spans);
        }
    }

    /// The host does without a root: first its streams end.
    pub(super) fn retire(&mut self, root: u32) {
        let own = self.vm.host(|host| {
            let streams = host.streams.iter().filter(|(_, stream)| stream.root == root);
            streams.map(|(number, _)| *number).collect::<Vec<_>>()
        });
        own.into_iter().for_each(|stream| self.end(stream));
        let is_done = self.vm.done(root);
        if is_done {
            self.vm.host(|host| host.roots.remove(&root));
        }
        self.roots.insert(root, false);
    }

    /// What holds after every step.
    pub(super) fn check(&mut self) {
        let vm = self.vm;
        let known: HashSet<u32> = vm.host(|host| host.roots.keys().copied().collect());
        self.roots.retain(|root, _| known.contains(root));
        vm.host(|host| account(host, host.roots.len(), self.lost));
        self.look();
    }

    /// Looks at the calls that are new.
    pub(super) fn look(&mut self) {
        let seen = self.seen;
        self.seen = self.vm.host(|host| {
            for call in &host.calls[seen..] {
                let spans = exported::spans(call).unwrap_or_default();
                let again: Vec<_> =
                    spans.iter().filter(|span| self.settled.contains(*span)).collect();
                assert!(again.is_empty(), "sent again though accepted: {again:?}");
            }
            host.calls.len()
        });
    }
}
