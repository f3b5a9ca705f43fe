use super::*;
use crate::finding::{Format, shown};

/// Files and their texts, or places and names of findings.
type Pairs<'a> = &'a [(&'a str, &'a str)];

/// What is found in these files, a line each.
fn found(files: Pairs<'_>) -> Vec<String> {
    let sources: Vec<Source> = files
        .iter()
        .map(|(name, text)| Source::parse(name, (*text).to_owned(), false).unwrap())
        .collect();
    let findings = check(&sources, &[]).findings;
    shown(&findings, Format::Text, &|_| true).lines().map(str::to_owned).collect()
}

/// A WasmPlugin without problems or traps; `more` are further lines of its `spec`.
fn plugin(more: &str) -> String {
    let cluster = "outbound|4318||otel.observability.svc.cluster.local";
    format!(
        "kind: WasmPlugin\nmetadata: {{name: spanmesh}}\nspec:\n  url: oci://r/spanmesh@sha256:00\n  \
         failStrategy: FAIL_OPEN\n  pluginConfig:\n    exporter: {{otlp_http: {{cluster: \"{cluster}\"}}}}\n{more}"
    )
}

/// Where each finding is, and of which name; a problem has none.
fn names(files: Pairs<'_>) -> Vec<(String, String)> {
    let name = |line: &String| {
        let name = line.strip_suffix(']').and_then(|line| line.rsplit_once('['));
        let place = line.split(' ').next().unwrap_or_default().to_owned();
        (place, name.map_or(String::new(), |(_, name)| name.to_owned()))
    };
    found(files).iter().map(name).collect()
}

#[test]
fn a_good_plugin_has_nothing_to_complain_about() {
    assert_eq!(found(&[("a", &plugin(""))]), [""; 0]);
}

#[test]
fn each_trap_of_a_plugin_is_told_in_its_line() {
    let base = plugin("");
    let swapped = |from: &str, to: &str| {
        assert!(base.contains(from), "{from}");
        base.replace(from, to)
    };
    let cluster = "outbound|4318||otel.observability.svc.cluster.local";
    let cases = [
        (swapped("  failStrategy: FAIL_OPEN\n", ""), "a:3", "fail-closed", "missing"),
        (swapped("FAIL_OPEN", "FAIL_RELOAD"), "a:5", "fail-closed", "503 until it is loaded"),
        (plugin("  type: NETWORK\n"), "a:8", "plugin-type", "no HTTP filter"),
        (swapped("@sha256:00", ":v1"), "a:4", "mutable-image", "a tag"),
        (
            swapped("oci://r/spanmesh@sha256:00", "https://r/spanmesh.wasm"),
            "a:4",
            "mutable-image",
            "a download",
        ),
        (
            swapped("oci://r/spanmesh@sha256:00", "r/spanmesh"),
            "a:4",
            "mutable-image",
            "oci by default",
        ),
        (swapped(cluster, "otel-collector"), "a:7", "cluster-name", "plain Envoy's name"),
        (swapped(cluster, "outbound|4318||"), "a:7", "cluster-name", "no host"),
        (
            swapped(cluster, "outbound|4318|otel.obs.svc.cluster.local|"),
            "a:7",
            "cluster-name",
            "as subset",
        ),
        (swapped(cluster, "outbound|otlp||a.b.c"), "a:7", "cluster-name", "no port"),
        (swapped(cluster, "inbound|4318||a.b.c"), "a:7", "cluster-name", "cannot be called"),
        (swapped(cluster, "outbound|4318||otel"), "a:7", "cluster-name", "a short name"),
        (swapped(cluster, "outbound|4318||otel.obs.svc"), "a:7", "cluster-name", "half a name"),
        (swapped(cluster, "outbound|4317||a.b.c"), "a:7", "exporter-port", "the port of gRPC"),
        (swapped("otlp_http", "otlp_grpc"), "a:7", "exporter-port", "the port of HTTP"),
        (
            plugin("    resource: {attributes: {a: \"${env:POD}\"}}\n"),
            "a:8",
            "unset-variable",
            "not passed on",
        ),
        (
            plugin("    attributes: {environment: {pod: POD}}\n"),
            "a:8",
            "unset-variable",
            "not passed on",
        ),
        (
            plugin(
                "    sampler: always_on\n  vmConfig: {env: [{name: OTEL_TRACES_SAMPLER, value: always_off}]}\n",
            ),
            "a:8",
            "sampling-twice",
            "the configuration wins",
        ),
        (
            plugin("  vmConfig: {env: [{name: OTEL_BSP_SCHEDULE_DELAY, value: soon}]}\n"),
            "a:3",
            "ignored-variable",
            "no duration",
        ),
    ];
    for (text, place, name, why) in cases {
        let expected = [(place.to_owned(), name.to_owned())];
        assert_eq!(names(&[("a", &text)]), expected, "{why}: {:?}", found(&[("a", &text)]));
    }
}

#[test]
fn what_is_no_trap_is_not_told() {
    let base = plugin("");
    let cluster = "outbound|4318||otel.observability.svc.cluster.local";
    let env = |env: &str| format!("  vmConfig: {{env: [{env}]}}\n");
    let cases = [
        (plugin("  phase: STATS\n  priority: 10\n"), "late"),
        (plugin("  phase: AUTHN\n"), "early"),
        (base.replace("oci://r/spanmesh@sha256:00", "file:///etc/spanmesh.wasm"), "a file of the proxy"),
        (base.replace(cluster, "${env:CLUSTER:-outbound|4318||a.b.c}"), "a variable with a default"),
        (
            plugin(&format!("    resource: {{attributes: {{a: \"${{POD}}\"}}}}\n{}", env("{name: POD, valueFrom: HOST}"))),
            "a variable of the host",
        ),
        (
            plugin(&format!("    batch: {{schedule_delay: \"${{env:DELAY}}\"}}\n{}", env("{name: DELAY, valueFrom: HOST}"))),
            "what a host's variable holds is not known",
        ),
        (
            plugin(&format!(
                "    sampler: {{parent_based: {{root: probability}}}}\n{}",
                env("{name: OTEL_TRACES_SAMPLER, value: parentbased_traceidratio}, {name: OTEL_TRACES_SAMPLER_ARG, value: '0.1'}")
            )),
            "rules here, the number there",
        ),
        ("kind: WasmPlugin\nmetadata: {name: spanmesh}\nspec: {pluginConfig: {sampler: always_on}}\n".to_owned(), "a patch"),
        ("kind: WasmPlugin\nmetadata: {name: other}\nspec: {url: oci://r/other:v1}\n".to_owned(), "somebody else's"),
        ("exporter: {otlp_http: {cluster: otel-collector}}\n".to_owned(), "a configuration alone: which mesh?"),
    ];
    for (text, why) in cases {
        assert_eq!(found(&[("a", &text)]), [""; 0], "{why}");
    }
    let added = "kind: EnvoyFilter\nspec: {configPatches: [{applyTo: CLUSTER, patch: {value: {name: otel}}}]}\n";
    let plugin = base.replace(cluster, "otel");
    assert_eq!(
        found(&[("a", &plugin), ("b", added)]),
        [""; 0],
        "a cluster that an EnvoyFilter adds"
    );
}

#[test]
fn what_the_mesh_says_is_heard_in_all_files() {
    let plain = plugin("");
    let ratio = plugin("    sampler: {parent_based: {root: {probability: {ratio: 0.1}}}}\n");
    let forced = plugin("    force: {request_id: true}\n");
    let mesh = "kind: ConfigMap\nmetadata: {name: istio}\ndata:\n  mesh: |-\n    enableTracing: true\n    defaultConfig:\n      tracing:\n        sampling: 25\n";
    let on = "kind: Telemetry\nmetadata: {namespace: shop}\nspec:\n  tracing:\n  - providers: [{name: otel}]\n    randomSamplingPercentage: 5\n";
    let off = "kind: Telemetry\nmetadata: {namespace: istio-system}\nspec: {tracing: [{disableSpanReporting: true}]}\n";
    let off_here = off.replace("istio-system", "shop");
    let pod = "kind: Deployment\nspec:\n  template:\n    metadata:\n      annotations:\n        proxy.istio.io/config: |\n          tracing:\n            sampling: 10\n";
    let passed = plugin(
        "    sampler: always_on\n  vmConfig: {env: [{name: OTEL_TRACES_SAMPLER, valueFrom: HOST}]}\n",
    );
    let metadata =
        "meshConfig: {defaultConfig: {proxyMetadata: {OTEL_TRACES_SAMPLER: always_off}}}\n";
    let values = "meshConfig:\n  defaultProviders:\n    tracing: [otel]\n  extensionProviders: [{name: otel}]\n";
    let cases: [(Pairs<'_>, Pairs<'_>, &str); 11] = [
        (&[("a", &plain), ("m", mesh)], &[("m:5", "native-tracer")], "tracing of the mesh"),
        (&[("a", &plain), ("m", mesh), ("t", off)], &[], "turned off"),
        (
            &[("a", &plain), ("m", mesh), ("t", &off_here)],
            &[("m:5", "native-tracer")],
            "in one namespace only",
        ),
        (
            &[("a", &ratio), ("m", mesh), ("t", off)],
            &[("a:8", "sampling-twice")],
            "the plugin wins",
        ),
        (&[("a", &ratio), ("p", pod)], &[("a:8", "sampling-twice")], "over the annotation too"),
        (&[("a", &plain), ("p", pod)], &[], "one that the plugin takes"),
        (
            &[("a", &plain), ("t", on)],
            &[("t:5", "native-tracer"), ("t:6", "telemetry-sampling")],
            "Telemetry",
        ),
        (
            &[("a", &passed), ("x", metadata)],
            &[("a:8", "sampling-twice")],
            "a variable of all proxies",
        ),
        (&[("a", &passed)], &[], "one that nobody sets"),
        (&[("a", &forced), ("t", on)], &[("t:5", "native-tracer")], "its mark is heard"),
        (&[("a", &plain), ("v", values)], &[("v:3", "native-tracer")], "values of the chart"),
    ];
    for (files, expected, why) in cases {
        let expected: Vec<_> = expected
            .iter()
            .map(|(place, name)| ((*place).to_owned(), (*name).to_owned()))
            .collect();
        assert_eq!(names(files), expected, "{why}: {:?}", found(files));
    }
    assert_eq!(names(&[("m", mesh), ("t", on)]), [], "no plugin, no trap");
}

#[test]
fn fields_that_authentication_writes_are_not_there_before_it() {
    let written = "kind: RequestAuthentication\nspec:\n  jwtRules:\n  - outputPayloadToHeader: x-payload\n    \
                   outputClaimToHeaders:\n    - {header: X-Tenant, claim: tenant}\n";
    let options = "    attributes:\n      request_headers: [x-other, x-payload]\n    keep:\n      rules:\n      - name: a\n        match:\n          header:\n            x-tenant: {prefix: b}\n            x-own: c\n";
    let check = |phase: &str| {
        names(&[("a", &plugin(&format!("{options}  phase: {phase}\n"))), ("r", written)])
    };
    let warned = ["a:9", "a:15"].map(|place| (place.to_owned(), "phase".to_owned()));
    assert_eq!(check("AUTHN"), warned);
    assert_eq!(check("AUTHZ"), []);
}

#[test]
fn manifests_that_are_refused_are_told() {
    let cases = [
        (
            plugin("  phase: FIRST\n"),
            "a:8 spec.phase: must be one of UNSPECIFIED, UNSPECIFIED_PHASE, AUTHN, AUTHZ, STATS, found \"FIRST\"",
        ),
        (
            plugin("  selector: {}\n  targetRefs: [{kind: Gateway, name: a}]\n"),
            "a:9 spec.targetRefs: must not stand beside selector: choose one",
        ),
        (plugin("  sha256: ABC\n"), "a:8 spec.sha256: must be 64 lower-case hexadecimal digits"),
        (
            plugin("  vmConfig: {env: [{name: A, value: 5}]}\n"),
            "a:8 spec.vmConfig.env[0].value: must be text: put it in quotes",
        ),
        (
            plugin("  vmConfig: {env: [{name: A, value: b, valueFrom: HOST}]}\n"),
            "a:8 spec.vmConfig.env[0].value: must not stand beside valueFrom: HOST",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(found(&[("a", &text)]), [expected]);
    }
}

#[test]
fn envoys_own_files_have_traps_too() {
    let envoy = |hcm: &str, cluster: &str| {
        format!(
            "static_resources:\n  listeners:\n  - filter_chains:\n    - filters:\n      - typed_config:\n          http_filters:\n          - name: spanmesh\n            typed_config:\n              config:\n                failure_policy: FAIL_OPEN\n                vm_config: {{}}\n                configuration:\n                  \"@type\": type.googleapis.com/google.protobuf.StringValue\n                  value: |\n                    {{\"exporter\":\n                       {{\"zipkin\":\n                         {{\"cluster\": \"{cluster}\"}}}}}}\n{hcm}  clusters:\n  - name: zipkin\n"
        )
    };
    let traced = "          tracing: {provider: {name: x}}\n";
    let cases: [(String, Pairs<'_>, &str); 5] = [
        (envoy("", "zipkin"), &[], "good"),
        (envoy("", "zipkim"), &[("a:17", "unknown-cluster")], "no such cluster"),
        (envoy(traced, "zipkin"), &[("a:18", "native-tracer")], "a tracer beside it"),
        (envoy("          tracing: {}\n", "zipkin"), &[], "no provider"),
        (
            envoy("", "zipkin").replace("FAIL_OPEN", "FAIL_CLOSED"),
            &[("a:10", "fail-closed")],
            "closed",
        ),
    ];
    for (text, expected, why) in cases {
        let expected: Vec<_> = expected
            .iter()
            .map(|(place, name)| ((*place).to_owned(), (*name).to_owned()))
            .collect();
        assert_eq!(names(&[("a", &text)]), expected, "{why}");
    }
}

#[test]
fn keys_given_twice_are_told_once() {
    let text = plugin(
        "    batch: {schedule_delay: 1s}\n    batch: {}\n  url: oci://r/spanmesh@sha256:01\n",
    );
    let expected = [
        "a:9 batch: is given twice, in line 8 too: only one of them counts",
        "a:10 spec.url: is given twice, in line 4 too: only one of them counts",
    ];
    assert_eq!(found(&[("a", &text)]), expected);
}
