//! Spans that one VM leaves to the next, as they lie in shared data.
//!
//! ```text
//! value   = "" / version spans *batch
//! batch   = spans length *span
//! version = 1 byte
//! spans   = 4 bytes, little-endian: how many there are in all, or in this batch
//! length  = 4 bytes, little-endian: bytes of the spans of this batch
//! span    = field 2 of OTLP's ScopeSpans
//! ```
//!
//! Version and number of spans stand there in every version, so that a module that does not know a
//! version can account for what it cannot read.

/// The version that is written and read.
const VERSION: u8 = 1;
/// Bytes of version and number of spans.
const HEAD: usize = 5;
/// Most bytes of a value: all that the workers of a proxy leave.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// What is to be taken out of a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Taken<'a> {
    pub batches: Batches<'a>,
    /// Spans that nobody can read.
    pub lost: usize,
    /// The value that is left.
    pub rest: Vec<u8>,
}

/// Numbers of spans, and encoded spans, of batches one behind another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Batches<'a>(&'a [u8]);

/// Appends a batch to others; `false` where it has no room.
pub(super) fn append(batches: &mut Vec<u8>, spans: usize, encoded: &[u8]) -> bool {
    let fits = HEAD + batches.len() + 8 + encoded.len() <= MAX_BYTES;
    if fits {
        for part in [&number(spans)[..], &number(encoded.len()), encoded] {
            batches.extend_from_slice(part);
        }
    }
    fits
}

/// A value with these batches behind its own; `None` where they have no room, or where the value is
/// of another version.
pub(super) fn join(value: &[u8], spans: usize, batches: &[u8]) -> Option<Vec<u8>> {
    let (version, before, known) = read_head(value).unwrap_or((VERSION, 0, &[]));
    let fits = version == VERSION && HEAD + known.len() + batches.len() <= MAX_BYTES;
    fits.then(|| [&head(before.saturating_add(spans))[..], known, batches].concat())
}

/// Takes batches in their order while `fits` says so of their spans and bytes. What cannot be read
/// is taken too.
pub(super) fn take<'a>(value: &'a [u8], fits: &mut dyn FnMut(usize, usize) -> bool) -> Taken<'a> {
    let (version, mut left, all) = read_head(value).unwrap_or_default();
    let all = if version == VERSION { all } else { &[] };
    let (mut rest, mut is_over) = (Batches(all), true);
    let mut next = rest;
    while let Some((spans, encoded)) = next.next() {
        is_over = fits(spans, encoded.len());
        if !is_over {
            break;
        }
        left = left.saturating_sub(spans);
        rest = next;
    }
    let batches = Batches(all.get(..all.len() - rest.0.len()).unwrap_or_default());
    match is_over {
        true => Taken { batches, lost: left, rest: Vec::new() },
        false => Taken { batches, lost: 0, rest: [&head(left)[..], rest.0].concat() },
    }
}

impl<'a> Iterator for Batches<'a> {
    type Item = (usize, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (spans, rest) = read_number(self.0)?;
        let (length, rest) = read_number(rest)?;
        let (encoded, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((spans, encoded))
    }
}

/// Version, number of spans, and the batches.
fn read_head(value: &[u8]) -> Option<(u8, usize, &[u8])> {
    let (version, rest) = value.split_first()?;
    let (spans, rest) = read_number(rest)?;
    Some((*version, spans, rest))
}

fn read_number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u32::from_le_bytes(*number) as usize, rest))
}

fn head(spans: usize) -> [u8; HEAD] {
    let [a, b, c, d] = number(spans);
    [VERSION, a, b, c, d]
}

/// Queues have at most a million spans and a gigabyte.
fn number(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes()
}

#[cfg(test)]
mod tests;
