//! The end of a VM.

use std::mem::take;

use super::life::Life;
use super::step::acceptance;

/// Bytes that the filter may hold when nothing is left to do: names and numbers of statistics.
const IDLE_BYTES: usize = 4 * 1024;
/// Bytes for each stream that there was at once: its place in a table that keeps its size.
const STREAM_BYTES: usize = 640;

impl Life<'_> {
    /// Everything ends well: all calls are accepted, all roots are done, and nothing is left.
    pub(super) fn finish(mut self, is_last: bool) {
        let vm = self.vm;
        vm.host(|host| host.faults.clear());
        for stream in take(&mut self.streams) {
            self.end(stream);
        }
        let wanted: Vec<u32> = self.roots.iter().filter(|it| *it.1).map(|it| *it.0).collect();
        if is_last && !wanted.is_empty() {
            self.drain();
            self.check();
            assert_eq!(self.roots.keys().copied().collect::<Vec<_>>(), wanted, "the rest is done");
        }
        wanted.into_iter().for_each(|root| self.retire(root));
        self.check();
        if vm.host(|host| host.faults.statistics_incomplete) {
            return;
        }
        let created = vm.host(|host| host.statistics.get("spanmesh_spans_created"));
        assert!(created - self.before >= self.expected, "{created} spans");
        if self.roots.is_empty() {
            let most = (IDLE_BYTES + STREAM_BYTES * self.most_streams).cast_signed();
            assert!(vm.held() <= most, "{} bytes are held, instead of {most}", vm.held());
        }
    }

    /// Lets ticks come as they are asked for, and accepts every call, until nothing is queued.
    fn drain(&mut self) {
        let vm = self.vm;
        for round in 0..200_u64 {
            let is_empty = vm.host(|host| {
                let left = host.shared.spans_left() + self.lost;
                host.statistics.get("spanmesh_spans_queued") == left
            });
            if is_empty && self.roots.values().all(|is_wanted| *is_wanted) {
                return;
            }
            // A backend may have asked for a long pause.
            self.wait(if round > 100 { 3_600_000 } else { 0 });
            let open: Vec<usize> = vm.host(|host| {
                let calls = host.calls.iter().enumerate();
                calls.filter(|(_, call)| call.answers == 0).map(|(number, _)| number).collect()
            });
            for call in open {
                self.answer(call, Some(acceptance()));
            }
            let ticks: Vec<(u32, u32)> = vm.host(|host| {
                host.roots.iter().map(|(number, root)| (*number, root.tick)).collect()
            });
            for (root, tick) in ticks {
                if tick > 0 {
                    self.wait(tick.into());
                    vm.tick(root);
                }
            }
            self.check();
        }
        let is_known = !vm.host(|host| host.faults.statistics_incomplete);
        assert!(!is_known, "spans are stuck");
    }
}
