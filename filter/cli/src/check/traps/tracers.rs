//! The proxy's own tracer beside the plugin.

use crate::finding::Finding;
use crate::mesh::{Mesh, Place};
use crate::plugin::Plugin;

/// Tracers that are left on. What Istio says counts only for plugins in Istio.
pub fn traps(plugins: &[Plugin<'_>], mesh: &Mesh) -> Vec<Finding> {
    let in_istio = plugins.iter().any(Plugin::is_istio);
    let mut found = Vec::new();
    let mut warn = |places: &[Place], mend: &str| {
        for Place { file, line, path } in places {
            let reason = "Envoy's own tracer is on: its router overwrites the traceparent that the plugin \
                 writes, so that traces fall apart";
            found.push(Finding::problem(file, *line, path, reason).trap("native-tracer", mend));
        }
    };
    if in_istio {
        warn(
            &mesh.telemetry_tracers,
            "set disableSpanReporting: true there, for the whole mesh or where the plugin is",
        );
    }
    if in_istio && !mesh.is_tracing_off {
        warn(
            &mesh.mesh_tracers,
            "leave it out, or turn it off by a Telemetry with tracing: [{disableSpanReporting: true}]",
        );
    }
    warn(
        &mesh.connection_managers,
        "leave tracing out of the connection manager (or set no_context_propagation, Envoy 1.38)",
    );
    found
}
