//! Ratios that have no effect. What has an effect is asked of the filter's own code: the sampler that it
//! compiles is the same whatever the other place says.

use crate::finding::Finding;
use crate::mesh::Mesh;
use crate::plugin::Plugin;

const SAMPLER: &str = "OTEL_TRACES_SAMPLER";
const ARGUMENT: &str = "OTEL_TRACES_SAMPLER_ARG";

/// The sampler of the environment beside that of the configuration.
pub fn of_plugin(plugin: &Plugin<'_>, mesh: &Mesh) -> Vec<Finding> {
    let configured = plugin.configuration.node.as_ref().is_ok_and(|it| it.get("sampler").is_some());
    let is_set = plugin.vm.known.iter().any(|(name, value)| name == SAMPLER && !value.is_empty());
    let is_passed_on = plugin.vm.from_host.iter().any(|name| name == SAMPLER)
        && mesh.proxy_variables.iter().any(|name| name == SAMPLER);
    if !configured || !(is_set || is_passed_on) {
        return Vec::new();
    }
    let with = |sampler: &str, argument: &str| {
        let variable = |name: &str| match name {
            SAMPLER => Some(sampler.to_owned()),
            ARGUMENT => Some(argument.to_owned()),
            _ => plugin.vm.lookup(name),
        };
        let config = plugin.configuration.resolve_with(&variable, None).ok();
        config.map(|config| format!("{:?}", config.sampler))
    };
    let counts = with("always_off", "") != with("traceidratio", "0.123")
        || with("traceidratio", "0.123") != with("traceidratio", "0.877");
    if counts {
        return Vec::new();
    }
    let reason = format!("wins over {SAMPLER} of the VM's environment, which has no effect");
    let mend = "say it in one of both places";
    vec![of(plugin, reason).trap("sampling-twice", mend)]
}

/// The mesh's percentages, where no plugin takes them.
pub fn of_mesh(plugins: &[Plugin<'_>], mesh: &Mesh) -> Vec<Finding> {
    let in_istio: Vec<&Plugin<'_>> = plugins.iter().filter(|plugin| plugin.is_istio()).collect();
    let mut found = Vec::new();
    let takes = |plugin: &Plugin<'_>| {
        let with = |percentage| {
            let config = plugin.configuration.resolve(&plugin.vm, Some(percentage)).ok();
            config.map(|config| format!("{:?}", config.sampler))
        };
        // What cannot be compiled has other troubles.
        with(12.5) != with(87.5) || with(12.5).is_none()
    };
    if let Some((place, percentage)) = mesh.sampling.first()
        && !in_istio.iter().any(|plugin| takes(plugin))
    {
        for plugin in &in_istio {
            let (file, line) = (&place.file, place.line);
            let reason = format!(
                "wins over {percentage} % of {} ({file}:{line}), which has no effect",
                place.path
            );
            let mend =
                "say it in one of both places: `probability` without a ratio takes the mesh's";
            found.push(of(plugin, reason).trap("sampling-twice", mend));
        }
    }
    let hears_mark = |plugin: &Plugin<'_>| {
        let config = plugin.configuration.resolve(&plugin.vm, None);
        config.is_ok_and(|config| config.force.request_id)
    };
    if !in_istio.is_empty() && !in_istio.iter().any(|plugin| hears_mark(plugin)) {
        for place in &mesh.telemetry_sampling {
            let reason = "does not reach plugins: it is for the proxy's own tracer";
            let mend =
                "set the ratio in pluginConfig, or tracing.sampling in the mesh's defaultConfig";
            let finding = Finding::problem(&place.file, place.line, &place.path, reason);
            found.push(finding.trap("telemetry-sampling", mend));
        }
    }
    found
}

/// At the sampler of the configuration, or where the environment has one.
fn of(plugin: &Plugin<'_>, reason: String) -> Finding {
    let configuration = &plugin.configuration;
    let has_own = configuration.node.as_ref().is_ok_and(|node| node.get("sampler").is_some());
    if has_own {
        return Finding::problem(plugin.file, configuration.line_of("sampler"), "sampler", reason);
    }
    let variables = plugin.settings.0.at(&["vmConfig", "env"]).unwrap_or(plugin.settings.0);
    Finding::problem(plugin.file, variables.line, &plugin.path("vmConfig.env"), reason)
}
