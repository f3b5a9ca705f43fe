//! What was logged, so that a lasting trouble is told once and not for each batch.

/// Nanoseconds after which the same text may be told again: ten minutes.
const SILENCE: u64 = 600_000_000_000;
/// Most texts that are told within that time: a backend may put anything into its answers.
const MEMORY: usize = 32;

/// The texts that were logged lately.
#[derive(Debug, Default)]
pub(super) struct Journal(Vec<(String, u64)>);

impl Journal {
    /// Returns `text` unless it, or too much else, was told within the last ten minutes.
    pub fn tell(&mut self, now: u64, text: String) -> Option<String> {
        self.0.retain(|(_, at)| (*at..at.saturating_add(SILENCE)).contains(&now));
        if self.0.len() >= MEMORY || self.0.iter().any(|(known, _)| *known == text) {
            return None;
        }
        self.0.push((text.clone(), now));
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_same_text_is_told_once_in_ten_minutes() {
        let mut journal = Journal::default();
        let mut tell = |now, text: &str| journal.tell(now, text.to_owned()).is_some();
        assert!(tell(SILENCE, "a") && tell(SILENCE, "b"));
        assert!(!tell(SILENCE + 1, "a"), "told");
        assert!(!tell(2 * SILENCE - 1, "b"), "told, and nearly forgotten");
        assert!(tell(2 * SILENCE, "a"), "forgotten");
        assert!(tell(1, "a"), "a clock that was set back");
    }

    #[test]
    fn few_texts_are_told_whatever_they_are() {
        let mut journal = Journal::default();
        let told = (0..100).filter_map(|number| journal.tell(0, number.to_string())).count();
        assert_eq!(told, MEMORY);
        assert!(journal.tell(SILENCE, "later".to_owned()).is_some());
    }
}
