//! Where batches go, and in what form.

use spanmesh_core::otlp::wire::put_bytes;

/// Service and method of OTLP/gRPC.
pub const GRPC_SERVICE: &str = "opentelemetry.proto.collector.trace.v1.TraceService";
/// As [`GRPC_SERVICE`].
pub const GRPC_METHOD: &str = "Export";

const NANOS_PER_MILLI: u64 = 1_000_000;
/// The exporter's name by OTLP 1.11.
const USER_AGENT: (&str, &str) =
    ("user-agent", concat!("OTel-OTLP-Exporter-spanmesh/", env!("CARGO_PKG_VERSION")));

/// A backend and the clusters by which it is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The cluster of first choice, then those that stand in for it.
    pub clusters: Vec<Cluster>,
    /// Additional header fields.
    pub headers: Vec<(String, String)>,
    /// Nanoseconds after which an export has failed.
    pub timeout: u64,
    /// The transport.
    pub protocol: Protocol,
}

/// An Envoy cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// Its name.
    pub name: String,
    /// Value of `:authority`.
    pub authority: String,
    /// Path of the option that names it.
    pub option: &'static str,
}

/// How an export is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// As an HTTP request.
    Http {
        /// Value of `:path`.
        path: String,
        /// Form of the body.
        encoding: Encoding,
        /// Whether and how the body is compressed.
        gzip: Option<GzipSettings>,
    },
    /// As a gRPC call of OTLP.
    Grpc,
}

/// The form of an HTTP body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// OTLP, protobuf.
    OtlpProtobuf,
    /// OTLP, JSON.
    OtlpJson,
    /// Zipkin v2, JSON.
    ZipkinJson,
}

/// How bodies are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GzipSettings {
    /// From 1 to 9, the smallest; 2 to 4 are the fastest.
    pub level: u8,
    /// Bytes below which a body is left as it is.
    pub threshold: usize,
}

impl Encoding {
    /// Value of `content-type`.
    fn content_type(self) -> &'static str {
        match self {
            Self::OtlpProtobuf => "application/x-protobuf",
            Self::OtlpJson | Self::ZipkinJson => "application/json",
        }
    }
}

impl Cluster {
    /// What the log calls it.
    pub fn label(&self) -> String {
        [self.option, " \"", &self.name, "\""].concat()
    }

    /// The other end of a gRPC call, as an encoded `envoy.config.core.v3.GrpcService`.
    pub fn grpc_service(&self) -> Vec<u8> {
        let mut envoy_grpc = Vec::new();
        put_bytes(&mut envoy_grpc, 1, self.name.as_bytes());
        put_bytes(&mut envoy_grpc, 2, self.authority.as_bytes());
        let mut service = Vec::new();
        put_bytes(&mut service, 1, &envoy_grpc);
        service
    }
}

impl Destination {
    /// The header fields of an HTTP request to `cluster`.
    pub fn http_headers<'a>(
        &'a self,
        cluster: &'a Cluster,
        path: &'a str,
        encoding: Encoding,
        is_gzip: bool,
    ) -> Vec<(&'a str, &'a str)> {
        let mut headers = vec![
            (":method", "POST"),
            (":path", path),
            (":authority", cluster.authority.as_str()),
            ("content-type", encoding.content_type()),
        ];
        if is_gzip {
            headers.push(("content-encoding", "gzip"));
        }
        self.add_configured(&mut headers);
        headers
    }

    /// `text` without the values of configured fields: a backend may repeat in its answer what it
    /// refuses.
    pub fn conceal(&self, text: String) -> String {
        let values = self.headers.iter().map(|(_, value)| value.as_str());
        // Of `Bearer token` the token alone is a secret too.
        let secrets = values.flat_map(|value| [value, value.rsplit(' ').next().unwrap_or(value)]);
        let secrets = secrets.filter(|secret| secret.len() >= 4);
        secrets.fold(text, |text, secret| text.replace(secret, "REDACTED"))
    }

    /// Value of `grpc-timeout`.
    pub fn grpc_timeout(&self) -> String {
        (self.timeout / NANOS_PER_MILLI).to_string() + "m"
    }

    /// The initial metadata of a gRPC call.
    pub fn grpc_metadata<'a>(&'a self, timeout: &'a str) -> Vec<(&'a str, &'a str)> {
        let mut headers = vec![("grpc-timeout", timeout)];
        self.add_configured(&mut headers);
        headers
    }

    /// Adds the configured fields, and a user agent unless they have one.
    fn add_configured<'a>(&'a self, headers: &mut Vec<(&'a str, &'a str)>) {
        let configured = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        headers.extend(configured);
        if headers.iter().all(|(name, _)| *name != USER_AGENT.0) {
            headers.push(USER_AGENT);
        }
    }
}

#[cfg(test)]
mod tests;
