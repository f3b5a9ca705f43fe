//! Protobuf: what the reader reads, prost reads too; what prost reads, the reader reads unless it has a
//! group; and what was read is written and read again to the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use prost::Message as _;
use prost::encoding::decode_varint;
use spanmesh_core::otlp::reader::{Fields, Wire};
use spanmesh_core::otlp::wire::{put_bytes, put_fixed32, put_fixed64, put_integer};

fuzz_target!(|message: &[u8]| {
    // A message that knows no field reads and skips them all.
    let theirs = <()>::decode(message);
    let (mut fields, mut read, mut written) = (Fields::new(message), Vec::new(), Vec::new());
    loop {
        let mut rest = fields.rest();
        match fields.next() {
            None => break assert!(theirs.is_ok(), "{theirs:?}"),
            Some(Some((number, value))) => {
                let field = u32::try_from(number).expect("29 bits");
                match value {
                    Wire::Varint(value) => put_integer(&mut written, field, value),
                    Wire::Fixed64(value) => put_fixed64(&mut written, field, value),
                    Wire::Bytes(value) => put_bytes(&mut written, field, value),
                    Wire::Fixed32(value) => put_fixed32(&mut written, field, value),
                }
                read.push((number, value));
            }
            Some(None) => {
                let is_group = decode_varint(&mut rest).is_ok_and(|tag| matches!(tag & 7, 3 | 4));
                assert!(theirs.is_err() || is_group, "prost reads it");
                assert!(fields.next().is_none() && fields.rest().is_empty());
                break;
            }
        }
    }
    assert!(<()>::decode(written.as_slice()).is_ok());
    assert!(Fields::new(&written).eq(read.into_iter().map(Some)));
});
