//! The serialised header list of the proxy-wasm ABI, read in place.
//!
//! ```text
//! count: u32 | count × (name length: u32, value length: u32) | count × (name 0x00 value 0x00)
//! ```
//!
//! All integers are little-endian. The list keeps the order and the duplicates that Envoy saw,
//! which single-value reads do not (host sheet: `get_header_map_value` returns only the first).

/// Iterates over the `(name, value)` pairs of a serialised header list.
///
/// A list that contradicts itself (a count or a length that points outside the buffer) ends the
/// iteration; it never panics.
#[derive(Clone, Debug)]
pub struct Pairs<'a> {
    lengths: &'a [u8],
    data: &'a [u8],
}

impl<'a> Pairs<'a> {
    /// Starts reading `serialised`, the buffer that `proxy_get_header_map_pairs` filled.
    pub fn new(serialised: &'a [u8]) -> Self {
        Self::split(serialised).unwrap_or(Self { lengths: &[], data: &[] })
    }

    /// The values of all fields of this name (lower case), in their order.
    pub fn named<'n>(self, name: &'n str) -> impl Iterator<Item = &'a [u8]> + Clone + use<'a, 'n> {
        self.filter(move |(field, _)| *field == name.as_bytes()).map(|(_, value)| value)
    }

    fn split(serialised: &'a [u8]) -> Option<Self> {
        let (count, rest) = serialised.split_first_chunk::<4>()?;
        let count = usize::try_from(u32::from_le_bytes(*count)).ok()?;
        let (lengths, data) = rest.split_at_checked(count.checked_mul(8)?)?;
        Some(Self { lengths, data })
    }

    fn field(&mut self, length: [u8; 4]) -> Option<&'a [u8]> {
        let length = usize::try_from(u32::from_le_bytes(length)).ok()?;
        let (field, rest) = self.data.split_at_checked(length)?;
        let (_terminator, rest) = rest.split_first()?;
        self.data = rest;
        Some(field)
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, rest) = self.lengths.split_first_chunk::<4>()?;
        let (value, rest) = rest.split_first_chunk::<4>()?;
        self.lengths = rest;
        Some((self.field(*name)?, self.field(*value)?))
    }
}

/// Writes a header list in the same format: the input of tests, benchmarks and fuzzers.
pub fn serialise<'a>(pairs: impl IntoIterator<Item = (&'a [u8], &'a [u8])> + Clone) -> Vec<u8> {
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes();
    let count = u32::try_from(pairs.clone().into_iter().count()).unwrap_or(u32::MAX);
    let mut out = count.to_le_bytes().to_vec();
    for (name, value) in pairs.clone() {
        out.extend(length(name));
        out.extend(length(value));
    }
    for (name, value) in pairs {
        out.extend(name.iter().chain(&[0]).chain(value).chain(&[0]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn read(serialised: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
        Pairs::new(serialised).map(|(n, v)| (n.to_vec(), v.to_vec())).collect()
    }

    #[test]
    fn keeps_order_duplicates_and_arbitrary_bytes() {
        let pairs: [(&[u8], &[u8]); 4] =
            [(b"a", b"1"), (b"b", b""), (b"a", b"2"), (b"x", b"\xff\x00\xfe")];
        let read = read(&serialise(pairs));
        assert_eq!(read, pairs.map(|(n, v)| (n.to_vec(), v.to_vec())));
    }

    #[test]
    fn contradictions_end_the_list() {
        let good = serialise([(b"name".as_slice(), b"value".as_slice())]);
        for cut in 0..good.len() {
            assert_eq!(read(&good[..cut]), [], "cut at {cut}");
        }
        let mut huge_count = good.clone();
        huge_count[..4].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(read(&huge_count), []);
        let mut huge_length = good;
        huge_length[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(read(&huge_length), []);
    }
}
