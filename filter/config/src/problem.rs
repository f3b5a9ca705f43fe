//! One thing that is wrong with a configuration.

use std::fmt;

/// Where a configuration is wrong, and why. Displays as `path: reason`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    path: String,
    reason: String,
}

impl Problem {
    pub(super) fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { path: path.into(), reason: reason.into() }
    }

    /// The option, as it is printed; empty for the whole configuration.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong with it.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "(configuration)" } else { &self.path };
        write!(f, "{path}: {}", self.reason)
    }
}
