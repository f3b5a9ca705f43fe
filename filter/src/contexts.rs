//! The contexts that the host knows by their numbers: a root for each plugin configuration, and a
//! stream for each request.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::root::Root;
use crate::stream::Stream;

thread_local! {
    static CONTEXTS: RefCell<Contexts> = RefCell::default();
}

/// All contexts of a VM.
#[derive(Debug, Default)]
pub struct Contexts {
    /// Few: one or two for each plugin configuration.
    roots: Vec<(u32, Root)>,
    streams: HashMap<u32, Stream, BuildHasherDefault<Spread>>,
}

/// Runs `act` on the contexts of this VM; `otherwise` where that cannot be. It always can: the host
/// enters the VM for one callback at a time.
pub fn with_contexts<T>(otherwise: T, act: impl FnOnce(&mut Contexts) -> T) -> T {
    CONTEXTS.with(|contexts| match contexts.try_borrow_mut() {
        Ok(mut contexts) => act(&mut contexts),
        Err(_) => otherwise,
    })
}

// === impl Contexts ===

impl Contexts {
    /// A new root, for `root` 0; else a new stream below that root.
    pub fn create(&mut self, context: u32, root: u32) {
        if root == 0 {
            self.roots.push((context, Root::default()));
        } else if let Some(root) = self.root(root) {
            let stream = Stream::new(root.pipeline());
            self.streams.insert(context, stream);
        }
    }

    /// The root of this number.
    pub fn root(&mut self, context: u32) -> Option<&mut Root> {
        self.roots.iter_mut().find(|(number, _)| *number == context).map(|(_, root)| root)
    }

    /// Configures a root; whether the host may take the configuration.
    pub fn configure(&mut self, context: u32) -> bool {
        let Some(root) = self.root(context) else { return false };
        if !root.on_configure() {
            let Some(plugin) = self.find(context).map(Root::plugin_name) else { return false };
            let former = self.roots.iter().rev().find_map(|(_, it)| it.configuration_of(plugin));
            if !self.root(context).is_some_and(|root| root.on_refusal(former)) {
                return false;
            }
        }
        self.root(context).map(Root::serve).is_some()
    }

    /// The stream of this number.
    pub fn stream(&mut self, context: u32) -> Option<&mut Stream> {
        self.streams.get_mut(&context)
    }

    /// Lets a root send what is due, and roots that are lost leave what they have to those that serve.
    pub fn tick(&mut self, context: u32) {
        if self.root(context).is_some_and(Root::on_tick) {
            self.roots.retain_mut(|(_, root)| {
                let is_lost = root.is_lost();
                if is_lost {
                    root.hand_over();
                }
                !is_lost
            });
        }
        self.forget_if_gone(context);
    }

    /// Whether the host may delete the context now; forgets it then. With the last root that serves,
    /// the host deletes the VM, whatever it is answered, and all roots that still wait with it.
    pub fn done(&mut self, context: u32) -> bool {
        if self.streams.remove(&context).is_some() {
            return true;
        }
        if !self.roots.iter().any(|(number, root)| *number != context && root.is_serving()) {
            self.roots.iter_mut().for_each(|(_, root)| root.hand_over());
        }
        let is_done = self.root(context).is_none_or(Root::on_done);
        if is_done {
            self.forget(context);
        }
        is_done
    }

    /// Forgets a root that has told the host that it is done.
    pub fn forget_if_gone(&mut self, context: u32) {
        if self.root(context).is_some_and(|root| root.is_gone()) {
            self.forget(context);
        }
    }

    fn find(&self, context: u32) -> Option<&Root> {
        self.roots.iter().find(|(number, _)| *number == context).map(|(_, root)| root)
    }

    fn forget(&mut self, context: u32) {
        self.roots.retain(|(number, _)| *number != context);
    }
}

/// Hashes the host's numbers, which count up, by one multiplication.
#[derive(Debug, Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u32(u32::from(byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}
