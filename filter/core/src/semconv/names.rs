//! Attribute names of the conventions that spanmesh writes, and a value that they share.

#![allow(missing_docs, reason = "each constant is named like the attribute it holds")]

pub const CLIENT_ADDRESS: &str = "client.address";
pub const ERROR_TYPE: &str = "error.type";
pub const HTTP_REQUEST_METHOD: &str = "http.request.method";
pub const HTTP_REQUEST_METHOD_ORIGINAL: &str = "http.request.method_original";
pub const HTTP_REQUEST_HEADER: &str = "http.request.header.";
pub const HTTP_RESPONSE_HEADER: &str = "http.response.header.";
pub const HTTP_ROUTE: &str = "http.route";
pub const HTTP_RESPONSE_STATUS_CODE: &str = "http.response.status_code";
pub const JAEGER_DEBUG_ID: &str = "jaeger-debug-id";
pub const NETWORK_PEER_ADDRESS: &str = "network.peer.address";
pub const NETWORK_PEER_PORT: &str = "network.peer.port";
pub const NETWORK_PROTOCOL_VERSION: &str = "network.protocol.version";
pub const RPC_METHOD: &str = "rpc.method";
pub const RPC_METHOD_ORIGINAL: &str = "rpc.method_original";
pub const RPC_RESPONSE_STATUS_CODE: &str = "rpc.response.status_code";
pub const RPC_REQUEST_METADATA: &str = "rpc.request.metadata.";
pub const RPC_RESPONSE_METADATA: &str = "rpc.response.metadata.";
pub const RPC_SYSTEM_NAME: &str = "rpc.system.name";
pub const SERVER_ADDRESS: &str = "server.address";
pub const SERVER_PORT: &str = "server.port";
pub const URL_FULL: &str = "url.full";
pub const URL_PATH: &str = "url.path";
pub const URL_QUERY: &str = "url.query";
pub const URL_SCHEME: &str = "url.scheme";
pub const URL_TEMPLATE: &str = "url.template";
pub const USER_AGENT_ORIGINAL: &str = "user_agent.original";

/// The value that stands for a method outside the known ones.
pub const OTHER: &str = "_OTHER";

pub const HOST_NAME: &str = "host.name";
pub const K8S_CLUSTER_NAME: &str = "k8s.cluster.name";
pub const K8S_DEPLOYMENT_NAME: &str = "k8s.deployment.name";
pub const K8S_NAMESPACE_NAME: &str = "k8s.namespace.name";
pub const K8S_NODE_NAME: &str = "k8s.node.name";
pub const K8S_POD_NAME: &str = "k8s.pod.name";
pub const SERVICE_INSTANCE_ID: &str = "service.instance.id";
pub const SERVICE_NAME: &str = "service.name";
pub const SERVICE_NAMESPACE: &str = "service.namespace";
pub const SERVICE_VERSION: &str = "service.version";
pub const SPANMESH_KEEP_REASON: &str = "spanmesh.keep.reason";
pub const TELEMETRY_DISTRO_NAME: &str = "telemetry.distro.name";
pub const TELEMETRY_DISTRO_VERSION: &str = "telemetry.distro.version";
pub const TELEMETRY_SDK_LANGUAGE: &str = "telemetry.sdk.language";
pub const TELEMETRY_SDK_NAME: &str = "telemetry.sdk.name";
pub const TELEMETRY_SDK_VERSION: &str = "telemetry.sdk.version";

/// Attributes that spanmesh writes to spans, in alphabetical order.
pub const OF_SPANS: [&str; 22] = [
    CLIENT_ADDRESS,
    ERROR_TYPE,
    HTTP_REQUEST_METHOD,
    HTTP_REQUEST_METHOD_ORIGINAL,
    HTTP_RESPONSE_STATUS_CODE,
    HTTP_ROUTE,
    NETWORK_PEER_ADDRESS,
    NETWORK_PEER_PORT,
    NETWORK_PROTOCOL_VERSION,
    RPC_METHOD,
    RPC_METHOD_ORIGINAL,
    RPC_RESPONSE_STATUS_CODE,
    RPC_SYSTEM_NAME,
    SERVER_ADDRESS,
    SERVER_PORT,
    SPANMESH_KEEP_REASON,
    URL_FULL,
    URL_PATH,
    URL_QUERY,
    URL_SCHEME,
    URL_TEMPLATE,
    USER_AGENT_ORIGINAL,
];

/// What the attributes of captured header fields begin with.
pub const OF_HEADERS: [&str; 4] =
    [HTTP_REQUEST_HEADER, HTTP_RESPONSE_HEADER, RPC_REQUEST_METADATA, RPC_RESPONSE_METADATA];

/// Whether spanmesh itself writes attributes of this name to spans.
pub fn is_of_span(key: &str) -> bool {
    OF_SPANS.contains(&key) || OF_HEADERS.iter().any(|prefix| key.starts_with(prefix))
}
