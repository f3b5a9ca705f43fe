//! A VM: a thread, whose statics are the filter's.

use std::cell::RefCell;
use std::thread;

use crate::host::Host;
use crate::memory;

thread_local! {
    static HOST: RefCell<Host> = RefCell::default();
}

/// Acts on the host of this thread's VM.
pub(crate) fn with_host<T>(act: impl FnOnce(&mut Host) -> T) -> T {
    HOST.with_borrow_mut(act)
}

/// The filter in a VM of its own; methods that are callbacks of the ABI stand in `callbacks`.
#[derive(Debug)]
pub struct Vm(());

// === impl Vm ===

impl Vm {
    /// Runs a VM in this host from its beginning to its end. Callouts end with it.
    pub fn run(host: Host, life: impl FnOnce(&Self) + Send) -> Host {
        thread::scope(|scope| {
            let thread = thread::Builder::new().stack_size(1 << 20).spawn_scoped(scope, || {
                HOST.set(host);
                life(&Self(()));
                let mut host = HOST.take();
                host.roots.clear();
                host.streams.clear();
                host.calls.clear();
                host
            });
            thread.expect("a thread starts").join().expect("no panic")
        })
    }

    /// Acts on the host.
    pub fn host<T>(&self, act: impl FnOnce(&mut Host) -> T) -> T {
        with_host(act)
    }

    /// Bytes that the filter holds.
    pub fn held(&self) -> isize {
        memory::held()
    }
}
