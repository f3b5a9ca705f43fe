//! Header maps.

/// Pairs of name and value in their order, as Envoy keeps them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(pub Vec<(Vec<u8>, Vec<u8>)>);

// === impl Headers ===

impl Headers {
    /// The first value of that name.
    pub fn first(&self, name: &[u8]) -> Option<&[u8]> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_slice())
    }

    /// Every value of that name.
    pub fn all(&self, name: &[u8]) -> Vec<&[u8]> {
        let found = self.0.iter().filter(|(known, _)| known == name);
        found.map(|(_, value)| value.as_slice()).collect()
    }

    /// Appends a pair.
    pub fn add(&mut self, name: &[u8], value: &[u8]) {
        self.0.push((name.to_vec(), value.to_vec()));
    }

    /// Puts one pair in place of all of that name.
    pub fn replace(&mut self, name: &[u8], value: &[u8]) {
        self.remove(name);
        self.add(name, value);
    }

    /// Removes every pair of that name.
    pub fn remove(&mut self, name: &[u8]) {
        self.0.retain(|(known, _)| known != name);
    }

    /// As the ABI serialises it: the number of pairs, their lengths, and the texts, each with a NUL
    /// behind it.
    pub fn serialise(&self) -> Vec<u8> {
        let number = |number: usize| u32::try_from(number).expect("short").to_le_bytes();
        let mut bytes = number(self.0.len()).to_vec();
        for (name, value) in &self.0 {
            bytes.extend(number(name.len()));
            bytes.extend(number(value.len()));
        }
        for (name, value) in &self.0 {
            for text in [name, value] {
                bytes.extend(text);
                bytes.push(0);
            }
        }
        bytes
    }

    /// Reads what the filter serialised, which must be well formed.
    pub fn parse(bytes: &[u8]) -> Self {
        let number = |at: usize| {
            let bytes = bytes[at..at + 4].try_into().expect("four bytes");
            u32::from_le_bytes(bytes) as usize
        };
        let mut pairs = Vec::new();
        let count = number(0);
        let mut at = 4 + 8 * count;
        let mut text = |length: usize| {
            let text = bytes[at..at + length].to_vec();
            assert_eq!(bytes[at + length], 0, "a NUL ends each text");
            at += length + 1;
            text
        };
        for pair in 0..count {
            let (name, value) = (number(4 + 8 * pair), number(8 + 8 * pair));
            pairs.push((text(name), text(value)));
        }
        assert_eq!(at, bytes.len(), "nothing stands behind the pairs");
        Self(pairs)
    }
}
