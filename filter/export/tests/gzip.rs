//! gzip: what another implementation reads is what was written.
#![cfg(not(target_arch = "wasm32"))]

use std::io::Read;

use flate2::read::GzDecoder;
use proptest::prelude::*;
use spanmesh_export::encoding::Gzip;

/// Whether `member` is `body` and nothing follows it; flate2 checks its checksum and length.
fn is_member(member: &[u8], body: &[u8]) -> bool {
    let mut decoder = GzDecoder::new(member);
    let mut read = Vec::new();
    decoder.read_to_end(&mut read).is_ok() && read == body && decoder.into_inner().is_empty()
}

fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn bodies_come_back() {
    let megabyte = 1 << 20;
    let cases = [
        (vec![], 40, "empty"),
        (b"x".to_vec(), 40, "one byte"),
        (vec![0; megabyte], 5_000, "one byte, a million times"),
        (noise(megabyte), megabyte + 1_000, "what cannot be compressed grows but little"),
        (noise(1_000).repeat(1_000), 40_000, "repeated within the window"),
        (noise(40_000).repeat(2), 81_000, "repeated beyond the window"),
    ];
    for level in 1..=9 {
        let mut gzip = Gzip::new(level);
        for (body, most, why) in &cases {
            let mut out = Vec::new();
            gzip.compress(body, &mut out);
            assert!(is_member(&out, body), "level {level}: {why}");
            assert!(out.len() <= *most, "level {level}: {why}: {} bytes", out.len());
        }
    }
}

proptest! {
    #[test]
    fn any_bodies_come_back(bodies: Vec<Vec<u8>>, level: u8) {
        let mut gzip = Gzip::new(level);
        for body in bodies {
            let mut out = Vec::new();
            gzip.compress(&body, &mut out);
            prop_assert!(is_member(&out, &body));
        }
    }
}
