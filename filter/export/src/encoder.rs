//! A batch in the form in which its destination wants it.

use std::borrow::Cow;

use crate::destination::{Encoding, Protocol};
use crate::encoding::{Gzip, otlp_json, zipkin_json};

/// Brings batches into the form of a destination; one for each.
#[derive(Debug)]
pub struct Encoder {
    encoding: Encoding,
    gzip: Option<(Gzip, usize)>,
    compressed: Vec<u8>,
}

impl Encoder {
    /// The encoder for destinations of this protocol.
    pub fn new(protocol: &Protocol) -> Self {
        let (encoding, gzip) = match protocol {
            Protocol::Http { encoding, gzip, .. } => (*encoding, *gzip),
            Protocol::Grpc => (Encoding::OtlpProtobuf, None),
        };
        let gzip = gzip.map(|settings| (Gzip::new(settings.level), settings.threshold));
        Self { encoding, gzip, compressed: Vec::new() }
    }

    /// The body for an encoded `ExportTraceServiceRequest`, and whether it is compressed.
    pub fn encode<'a>(&'a mut self, request: &'a [u8]) -> (Cow<'a, [u8]>, bool) {
        let body = match self.encoding {
            Encoding::OtlpProtobuf => Cow::Borrowed(request),
            Encoding::OtlpJson => Cow::Owned(written(request, otlp_json)),
            Encoding::ZipkinJson => Cow::Owned(written(request, zipkin_json)),
        };
        match &mut self.gzip {
            Some((gzip, threshold)) if body.len() >= *threshold => {
                self.compressed.clear();
                gzip.compress(&body, &mut self.compressed);
                (Cow::Borrowed(&self.compressed), true)
            }
            _ => (body, false),
        }
    }
}

fn written(request: &[u8], write: fn(&[u8], &mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    write(request, &mut out);
    out
}
