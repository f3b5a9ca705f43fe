//! What a request speaks, told by its path and content type.

use http::Version;

use super::{Answer, ExportRequest};

pub(super) const PROTOBUF: &str = "application/x-protobuf";
pub(super) const JSON: &str = "application/json";
pub(super) const GRPC: &str = "application/grpc";
const GRPC_PATH: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

/// The protocols of the collector.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Protocol {
    /// OTLP/HTTP in protobuf.
    OtlpProtobuf,
    /// OTLP/HTTP in JSON.
    OtlpJson,
    /// OTLP/gRPC.
    OtlpGrpc,
    /// Zipkin v2 in JSON.
    ZipkinJson,
}

/// Where the protocols over HTTP are found; the path of gRPC is fixed.
#[derive(Debug)]
pub(super) struct Paths {
    pub otlp: String,
    pub zipkin: String,
}

impl Default for Paths {
    fn default() -> Paths {
        Paths { otlp: "/v1/traces".to_owned(), zipkin: "/api/v2/spans".to_owned() }
    }
}

impl Protocol {
    /// The protocol of a request, or what any collector answers to one that it does not know.
    pub(super) fn of(request: &ExportRequest, paths: &Paths) -> Result<Protocol, Answer> {
        let kind = request.header("content-type").unwrap_or_default();
        // Parameters such as `charset` change nothing.
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if kind == GRPC || kind == "application/grpc+proto" {
            return Protocol::of_grpc(request);
        }
        let (in_protobuf, in_json) = if request.path == paths.otlp {
            (Some(Protocol::OtlpProtobuf), Protocol::OtlpJson)
        } else if request.path == paths.zipkin {
            (None, Protocol::ZipkinJson)
        } else {
            return Err(Answer::Status(404));
        };
        match kind {
            _ if request.method != "POST" => Err(Answer::Status(405)),
            PROTOBUF => in_protobuf.ok_or(Answer::Status(415)),
            JSON => Ok(in_json),
            _ => Err(Answer::Status(415)),
        }
    }

    fn of_grpc(request: &ExportRequest) -> Result<Protocol, Answer> {
        if request.version != Version::HTTP_2 {
            Err(Answer::Status(505))
        } else if request.method != "POST" {
            Err(Answer::Status(405))
        } else if request.path != GRPC_PATH {
            Err(Answer::grpc(12, &format!("unknown method {}", request.path)))
        } else {
            Ok(Protocol::OtlpGrpc)
        }
    }
}
