//! Data that all workers of a proxy share.

/// A store of the host's: keys to values, each value with a number that changes on every write.
///
/// The one interface of this crate that the adapter implements: a budget or a notice for other
/// workers must be read and written in the middle of a decision.
pub trait SharedData {
    /// The value under `key` and its number.
    fn get(&self, key: &str) -> Option<(Vec<u8>, u32)>;

    /// Writes `value`. A `number` other than 0 must be the one that was read, or nothing is
    /// written.
    ///
    /// # Errors
    /// Another worker wrote first.
    fn set(&self, key: &str, value: &[u8], number: u32) -> Result<(), Conflict>;
}

/// Another worker wrote first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conflict;

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::{Cell, RefCell};
    use std::collections::HashMap;

    use super::*;

    /// A store as Envoy's is; `interfere` lets so many writes be forestalled.
    #[derive(Default)]
    pub(crate) struct Store {
        values: RefCell<HashMap<String, (Vec<u8>, u32)>>,
        pub(crate) interfere: Cell<u32>,
        pub(crate) reads: Cell<u32>,
    }

    impl SharedData for Store {
        fn get(&self, key: &str) -> Option<(Vec<u8>, u32)> {
            self.reads.set(self.reads.get() + 1);
            self.values.borrow().get(key).cloned()
        }

        fn set(&self, key: &str, value: &[u8], number: u32) -> Result<(), Conflict> {
            let mut values = self.values.borrow_mut();
            let known = values.get(key).map_or(0, |(_, number)| *number);
            if self.interfere.get() > 0 {
                self.interfere.set(self.interfere.get() - 1);
                return Err(Conflict);
            }
            if number != 0 && number != known {
                return Err(Conflict);
            }
            values.insert(key.to_owned(), (value.to_vec(), known + 1));
            Ok(())
        }
    }
}
