//! Times to sit out.

/// A time to sit out, in nanoseconds since the Unix epoch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wait {
    from: u64,
    pub until: u64,
}

impl Wait {
    /// `length` from now on.
    pub fn new(now: u64, length: u64) -> Self {
        Self { from: now, until: now.saturating_add(length) }
    }

    /// `length` from when it began, instead of what it was.
    pub fn set_length(&mut self, length: u64) {
        *self = Self::new(self.from, length);
    }

    /// A clock that was set back counts as over: how long is left cannot be known.
    pub fn is_over(self, now: u64) -> bool {
        now >= self.until || now < self.from
    }
}
