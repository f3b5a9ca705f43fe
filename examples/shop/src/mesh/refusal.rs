//! What a proxy logs about a configuration that the filter refuses.

use std::time::Duration;

use spanmesh_harness::wait;
use spanmesh_mesh::Pod;

/// How long the refusal may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for a line with this reason, and gives it.
///
/// # Errors
///
/// If the reason is not logged.
pub async fn wait_for(pod: &Pod, reason: &str) -> Result<String, String> {
    let line = || pod.log().lines().find(|line| line.contains(reason)).map(short);
    let line = wait::until(PATIENCE, line).await;
    line.ok_or_else(|| format!("the proxy does not log {reason:?}"))
}

/// The line without the place in Envoy's source that logs it, and without the thread.
fn short(line: &str) -> String {
    let is_told = |field: &&str| !field.starts_with("envoy wasm") && !field.starts_with("thread=");
    line.split('\t').filter(is_told).collect::<Vec<_>>().join("  ")
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn a_line_is_cut_to_what_an_operator_looks_for() {
        let line = "2026-11-22T01:05:27.6Z\terror\tenvoy wasm source/extensions/common/wasm/\
                    context.cc:1157\twasm log: spanmesh: configuration refused: a: b\tthread=6482";
        assert_eq!(
            short(line),
            "2026-11-22T01:05:27.6Z  error  wasm log: spanmesh: configuration refused: a: b"
        );
    }
}
