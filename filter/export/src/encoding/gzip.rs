//! gzip (RFC 1952) around deflate.

use std::fmt;

use crc::{CRC_32_ISO_HDLC, Crc};
use miniz_oxide::DataFormat;
use miniz_oxide::deflate::core::{CompressorOxide, TDEFLFlush, compress_to_output};

/// Magic number, method deflate, no flags, no time, no extra flags, system unknown.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// A compressor with about 300 KB of tables, which serves one body after the other.
pub struct Gzip {
    deflate: CompressorOxide,
    crc: Crc<u32>,
}

impl fmt::Debug for Gzip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gzip").finish_non_exhaustive()
    }
}

impl Gzip {
    /// A compressor of a level from 1 to 9, the smallest output. Level 2 is the fastest.
    #[inline(never)]
    pub fn new(level: u8) -> Self {
        let mut deflate = CompressorOxide::default();
        deflate.set_format_and_level(DataFormat::Raw, level.clamp(1, 9));
        // Not a constant, so that the table is no part of the module.
        Self { deflate, crc: Crc::<u32>::new(&CRC_32_ISO_HDLC) }
    }

    /// Appends `body` as one gzip member.
    #[inline(never)]
    pub fn compress(&mut self, body: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(&HEADER);
        self.deflate.reset();
        // It fails where the closure does.
        let _ = compress_to_output(&mut self.deflate, body, TDEFLFlush::Finish, |piece| {
            out.extend_from_slice(piece);
            true
        });
        out.extend_from_slice(&self.crc.checksum(body).to_le_bytes());
        // The length modulo 2^32.
        out.extend_from_slice(&(body.len() as u32).to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniz_oxide::inflate::decompress_to_vec;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_member_has_header_deflated_body_checksum_and_length() {
        // The first is the check value of the catalogue of checksums.
        for (body, checksum) in [(&b"123456789"[..], 0xcbf4_3926_u32), (b"", 0)] {
            for level in [0, 1, 2, 6, 9, 255] {
                let mut out = b"before".to_vec();
                Gzip::new(level).compress(body, &mut out);
                let member = out.strip_prefix(b"before").unwrap().strip_prefix(&HEADER).unwrap();
                let (deflated, trailer) = member.split_at(member.len() - 8);
                assert_eq!(decompress_to_vec(deflated).unwrap(), body, "level {level}");
                assert_eq!(trailer[..4], checksum.to_le_bytes());
                assert_eq!(trailer[4..], (body.len() as u32).to_le_bytes());
            }
        }
    }

    #[test]
    fn one_compressor_serves_many_bodies() {
        let mut gzip = Gzip::new(2);
        let mut first = Vec::new();
        gzip.compress(&b"the same again and again ".repeat(5_000), &mut first);
        assert!(first.len() < 2_000, "{}", first.len());
        gzip.compress(b"something else", &mut Vec::new());
        let mut again = Vec::new();
        gzip.compress(&b"the same again and again ".repeat(5_000), &mut again);
        assert!(first == again, "what came before leaves no trace");
    }
}
