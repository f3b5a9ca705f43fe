//! What a fake received, shared between the fake's tasks and the test.

use std::sync::{Mutex, MutexGuard};

/// Entries in order of arrival, each of which can still be completed after others came.
#[derive(Debug)]
pub(crate) struct Record<T>(Mutex<Entries<T>>);

#[derive(Debug)]
struct Entries<T> {
    forgotten: usize,
    kept: Vec<T>,
}

impl<T> Default for Record<T> {
    fn default() -> Record<T> {
        Record(Mutex::new(Entries { forgotten: 0, kept: Vec::new() }))
    }
}

impl<T: Clone> Record<T> {
    /// Adds an entry and gives the number by which it can be updated.
    pub(crate) fn push(&self, entry: T) -> usize {
        let mut entries = self.lock();
        entries.kept.push(entry);
        entries.forgotten + entries.kept.len() - 1
    }

    /// Changes an entry, unless it was forgotten.
    pub(crate) fn update(&self, number: usize, change: impl FnOnce(&mut T)) {
        let mut entries = self.lock();
        let index = number.checked_sub(entries.forgotten);
        if let Some(entry) = index.and_then(|index| entries.kept.get_mut(index)) {
            change(entry);
        }
    }

    /// A copy of all entries.
    pub(crate) fn all(&self) -> Vec<T> {
        self.look(<[T]>::to_vec)
    }

    /// Looks at all entries without copying them.
    pub(crate) fn look<R>(&self, view: impl FnOnce(&[T]) -> R) -> R {
        view(&self.lock().kept)
    }

    /// Forgets all entries.
    pub(crate) fn clear(&self) {
        let mut entries = self.lock();
        entries.forgotten += entries.kept.len();
        entries.kept.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Entries<T>> {
        self.0.lock().expect("no holder panics")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_never_hits_another_entry() {
        let record = Record::default();
        let old = record.push(1);
        record.clear();
        let new = record.push(2);
        record.update(old, |entry| *entry = 10);
        assert_eq!(record.all(), [2]);
        record.update(new, |entry| *entry = 20);
        assert_eq!(record.all(), [20]);
    }
}
