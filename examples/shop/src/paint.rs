//! Colour, where it is wanted.

use std::env;
use std::io::IsTerminal;

/// Puts colour around text, or leaves it as it is.
#[derive(Clone, Copy)]
pub struct Paint {
    colour: bool,
}

impl Paint {
    /// Colour if standard output is a terminal and `NO_COLOR` is unset or empty.
    pub fn of_stdout() -> Self {
        let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { colour: std::io::stdout().is_terminal() && !refused }
    }

    /// No colour.
    #[cfg(test)]
    pub fn plain() -> Self {
        Self { colour: false }
    }

    /// Colour.
    #[cfg(test)]
    pub fn coloured() -> Self {
        Self { colour: true }
    }

    /// A heading.
    pub fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    /// What matters less.
    pub fn dim(self, text: &str) -> String {
        self.wrap("2", text)
    }

    /// A failure.
    pub fn red(self, text: &str) -> String {
        self.wrap("31", text)
    }

    /// A success.
    pub fn green(self, text: &str) -> String {
        self.wrap("32", text)
    }

    /// A call.
    pub fn cyan(self, text: &str) -> String {
        self.wrap("36", text)
    }

    fn wrap(self, code: &str, text: &str) -> String {
        if self.colour && !text.is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}
