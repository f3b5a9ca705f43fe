//! TLS on a listener.

use serde_json::{Value, json};

use crate::tls::Authority;

const CONTEXT: &str =
    "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext";

/// What a listener wants of its clients. A certificate that is shown must be the authority's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ClientCertificate {
    /// None is needed, as with permissive mTLS.
    Optional,
    /// One is needed, as with strict mTLS.
    Required,
}

/// Sets TLS on every filter chain of a listener.
pub(super) fn set(listener: &mut Value, authority: &Authority, client: ClientCertificate) {
    let server = authority.server();
    let inline = |text: String| json!({"inline_string": text});
    let socket = json!({
        "name": "envoy.transport_sockets.tls",
        "typed_config": {
            "@type": CONTEXT,
            "require_client_certificate": client == ClientCertificate::Required,
            "common_tls_context": {
                "tls_certificates": [{
                    "certificate_chain": inline(server.certificate_pem()),
                    "private_key": inline(server.key_pem()),
                }],
                "validation_context": {"trusted_ca": inline(authority.certificate_pem())},
            },
        },
    });
    let chains = listener["filter_chains"].as_array_mut().expect("a listener has filter chains");
    chains.iter_mut().for_each(|chain| chain["transport_socket"] = socket.clone());
}
