//! Where the repository, the third-party binaries and the built module are.

use std::env;
use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn repository() -> PathBuf {
    let harness = Path::new(env!("CARGO_MANIFEST_DIR"));
    harness.ancestors().nth(2).expect("tests/harness lies two levels below the root").to_path_buf()
}

/// The Envoy binary to test with, from the environment variable `SPANMESH_ENVOY`.
pub fn envoy_binary() -> PathBuf {
    from_environment("SPANMESH_ENVOY", "the Envoy binary")
}

/// Jaeger's all-in-one, from the environment variable `SPANMESH_JAEGER`.
pub fn jaeger_binary() -> PathBuf {
    from_environment("SPANMESH_JAEGER", "the binary of Jaeger's all-in-one")
}

/// The OpenTelemetry Collector, from the environment variable `SPANMESH_OTELCOL`.
pub fn otelcol_binary() -> PathBuf {
    from_environment("SPANMESH_OTELCOL", "the binary of the OpenTelemetry Collector")
}

/// The jar of Zipkin's server, from the environment variable `SPANMESH_ZIPKIN`.
pub fn zipkin_jar() -> PathBuf {
    from_environment("SPANMESH_ZIPKIN", "the jar of Zipkin's server")
}

/// The Python that has the foreign propagators, from the environment variable
/// `SPANMESH_PROPAGATORS`.
pub fn propagators_python() -> PathBuf {
    from_environment("SPANMESH_PROPAGATORS", "the Python interpreter with the foreign propagators")
}

/// The Python that has OpenTelemetry's protobuf messages, from the environment variable
/// `SPANMESH_OTLP`.
pub fn otlp_python() -> PathBuf {
    from_environment("SPANMESH_OTLP", "the Python interpreter with opentelemetry-proto")
}

/// The Python that has Grafana's schema of dashboards, from the environment variable
/// `SPANMESH_GRAFANA`.
pub fn grafana_python() -> PathBuf {
    from_environment("SPANMESH_GRAFANA", "the Python interpreter with Grafana's Foundation SDK")
}

/// A file of the Kubernetes API server's installation (`bin/kube-apiserver`, `bin/etcd`,
/// `bin/kubectl`), from the directory in the environment variable `SPANMESH_KUBERNETES`.
pub fn kubernetes(file: &str) -> PathBuf {
    below("SPANMESH_KUBERNETES", file, "the Kubernetes API server")
}

/// A file of Istio's installation (`bin/pilot-discovery`, `share/crds.yaml` …), from the
/// directory in the environment variable `SPANMESH_ISTIO`.
pub fn istio(file: &str) -> PathBuf {
    below("SPANMESH_ISTIO", file, "istiod and its agent")
}

/// A file of the OCI registry's installation (`bin/registry`, `bin/crane`), from the directory
/// in the environment variable `SPANMESH_REGISTRY`.
pub fn registry(file: &str) -> PathBuf {
    below("SPANMESH_REGISTRY", file, "the OCI registry and its client")
}

/// A JSON schema of CycloneDX (`bom-1.6.SNAPSHOT.schema.json` …), from the directory in the
/// environment variable `SPANMESH_CYCLONEDX`.
pub fn cyclonedx(file: &str) -> PathBuf {
    below("SPANMESH_CYCLONEDX", file, "the schemas of CycloneDX")
}

/// The built module, from the environment variable `SPANMESH_WASM`.
pub fn module() -> PathBuf {
    from_environment("SPANMESH_WASM", "the built spanmesh.wasm")
}

/// The module that makes the filter's host calls and no more, from the environment variable
/// `SPANMESH_HOST_CALLS`.
pub fn host_calls() -> PathBuf {
    from_environment("SPANMESH_HOST_CALLS", "the assembled tests/bench/config/host-calls.wat")
}

fn from_environment(variable: &str, what: &str) -> PathBuf {
    existing(variable, named(variable, what))
}

fn below(variable: &str, file: &str, what: &str) -> PathBuf {
    existing(variable, named(variable, &format!("the directory of {what}")).join(file))
}

fn named(variable: &str, what: &str) -> PathBuf {
    let Some(value) = env::var_os(variable).filter(|value| !value.is_empty()) else {
        panic!("{variable} must name {what}; run the tests with `make test`, which sets it");
    };
    // Relative paths count from the repository: cargo runs each test in its package's directory.
    repository().join(value)
}

fn existing(variable: &str, path: PathBuf) -> PathBuf {
    assert!(
        path.is_file(),
        "{variable} asks for {}, which is not there; `make test` installs or builds it",
        path.display()
    );
    path
}
