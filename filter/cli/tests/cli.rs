//! The built tool on files.

#![allow(clippy::unwrap_used, reason = "a test that cannot run fails")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

/// Runs the tool where the fixtures are, with this as its standard input.
fn run(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_spanmesh"))
        .args(arguments)
        .current_dir(FIXTURES)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A tool that does not read it may have ended already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// Its exit code and what it printed.
fn ran(arguments: &[&str]) -> (i32, String, String) {
    said(&run(arguments, ""))
}

fn said(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// Place and path of each line, with the reason of problems and the name of warnings.
fn findings(file: &str) -> Vec<String> {
    let (code, out, err) = ran(&["check", file]);
    let is_problem = |line: &str| !line.contains(" warning: ");
    let expected = i32::from(out.lines().any(is_problem));
    assert_eq!(code, expected, "{out}{err}");
    let short = |line: &str| match line.split_once(" warning: ") {
        None => line.to_owned(),
        Some((place, rest)) => {
            format!("{place} {}", rest.rsplit_once(' ').map(|(_, name)| name).unwrap_or_default())
        }
    };
    out.lines().map(short).collect()
}

#[test]
fn every_problem_is_told_in_its_line() {
    let cases: [(&str, &[&str]); 9] = [
        (
            "wasm-plugin.yaml",
            &[
                "wasm-plugin.yaml:7 spec.failStrategy: [fail-closed]",
                "wasm-plugin.yaml:8 spec.url: [mutable-image]",
                "wasm-plugin.yaml:13 exporter.otlp_http.cluster: [cluster-name]",
                "wasm-plugin.yaml:15 exporter.otlp_http.headers.authorization: [unset-variable]",
                "wasm-plugin.yaml:24 sampler.rule_based.rules[1].match.header.x-tenant: [phase]",
                "wasm-plugin.yaml:29 sampler.rule_based.rules[2].sampler.probability.ratio: must be between 0 and 1, found 1.5",
                "wasm-plugin.yaml:32 resource.attributes.service.name: must be text, a number or a truth value, found [\"shop\"]",
                "wasm-plugin.yaml:34 batch.max_queue_size: must be a whole number from 1 to 1000000, found \"lots\"",
                "wasm-plugin.yaml:35 samplers: is no known option",
            ],
        ),
        (
            "traffic-extension.yaml",
            &[
                "traffic-extension.yaml:14 retry.initial_interval: must not be more than max_interval (30s), found 1m",
            ],
        ),
        (
            "envoy-filter.yaml",
            &[
                "envoy-filter.yaml:30 propagators[1]: must be one of tracecontext, baggage, b3, b3multi, jaeger, xray, datadog, ottrace, none, found \"b4\"",
            ],
        ),
        (
            "extension-policy.yaml",
            &[
                "extension-policy.yaml:7 spec.wasm[0].failOpen: [fail-closed]",
                "extension-policy.yaml:8 spec.wasm[0].code.image.url: [mutable-image]",
                "extension-policy.yaml:13 exporter.zipkin.path: must be a path that starts with /, found \"api/v2/spans\"",
            ],
        ),
        (
            "bootstrap.json",
            &[
                "bootstrap.json:4 static_resources.listeners[0].filter_chains[0].filters[0].typed_config.tracing: [native-tracer]",
                "bootstrap.json:7 static_resources.listeners[0].filter_chains[0].filters[0].typed_config.http_filters[0].typed_config.config.failure_policy: [fail-closed]",
                "bootstrap.json:14 limits.attribute_value_length_limit: must be a whole number from 1 to 1048576, found 0.5",
            ],
        ),
        (
            "ecds.yaml",
            &[
                "ecds.yaml:12 exporter.otlp_http.encoding: must be one of protobuf, json, found \"0.5\"",
            ],
        ),
        ("bare.json", &[]),
        (
            "broken-json.yaml",
            &[
                "broken-json.yaml:11 (configuration): is not valid JSON: trailing comma at line 3 column 1",
            ],
        ),
        (
            "broken.yaml",
            &[
                "broken.yaml:3 (file): is not valid YAML: while parsing a flow mapping, did not find expected ',' or '}'",
            ],
        ),
    ];
    for (file, expected) in cases {
        assert_eq!(findings(file), expected, "{file}");
    }
}

#[test]
fn what_other_files_say_counts() {
    let (code, out, err) = ran(&["check", "traffic-extension.yaml", "mesh.yaml"]);
    let names: Vec<&str> =
        out.lines().filter_map(|line| line.rsplit_once(" [")).map(|(_, name)| name).collect();
    assert_eq!(names, ["native-tracer]", "native-tracer]", "telemetry-sampling]"], "{out}");
    assert!(out.contains("mesh.yaml:8 meshConfig.enableTracing: warning: "), "{out}");
    assert!(out.contains("mesh.yaml:15 spec.tracing[0].providers: warning: "), "{out}");
    assert_eq!(code, 1, "of the problem in the one file");
    assert!(err.contains("mesh.yaml: no spanmesh configuration in this file"), "{err}");
    assert!(err.contains("1 configuration in 2 files: 1 problem, 3 warnings"), "{err}");
}

#[test]
fn exit_codes_tell_what_ci_must_know() {
    let cases: [(&[&str], i32, &str); 15] = [
        (&["check", "bare.json"], 0, "clean"),
        (&["check", "wasm-plugin.yaml"], 1, "problems"),
        (&["check", "ecds.yaml", "bare.json"], 1, "a problem in one of them"),
        (&["check", "broken.yaml"], 1, "no YAML"),
        (&["check", "mesh.yaml"], 2, "nothing of ours: a wrong path must not pass"),
        (&["check", "no-such-file.yaml"], 2, "no file"),
        (&["check", "bare.json", "no-such-file.yaml"], 2, "no file, whatever else is clean"),
        (&["check", "--format", "xml"], 2, "wrong usage"),
        (&["nonsense"], 2, "no command"),
        (&[], 2, "no command"),
        (&["--help"], 0, "help"),
        (&["--version"], 0, "the version"),
        (&["schema"], 0, "the schema"),
        (&["explain", "--config", "bare.json", "--request", "GET /"], 0, "an explanation"),
        (
            &["explain", "--config", "wasm-plugin.yaml", "--request", "GET /"],
            2,
            "of what is refused there is none",
        ),
    ];
    for (arguments, expected, why) in cases {
        let (code, out, err) = ran(arguments);
        assert_eq!(code, expected, "{why}: {out}{err}");
        assert!(code != 2 || out.is_empty(), "{why}: {out}");
    }
}

#[test]
fn warnings_fail_only_where_they_are_denied() {
    let text = std::fs::read_to_string(Path::new(FIXTURES).join("traffic-extension.yaml")).unwrap();
    let text = text.replace("    failStrategy: FAIL_OPEN\n", "").replace("60s", "6s");
    let check = |arguments: &[&str]| {
        let arguments: Vec<&str> = ["check"].iter().chain(arguments).copied().collect();
        said(&run(&arguments, &text))
    };
    let (code, out, _) = check(&[]);
    assert_eq!(code, 0, "{out}");
    assert!(out.starts_with("(stdin):6 spec.wasm.failStrategy: warning: "), "{out}");
    assert!(out.ends_with("; set failStrategy: FAIL_OPEN [fail-closed]\n"), "{out}");
    assert_eq!(check(&["-", "--deny", "warnings"]).0, 1);
    assert_eq!(
        check(&["--deny", "warnings", "--allow", "fail-closed"]),
        (
            0,
            String::new(),
            "spanmesh: 1 configuration in 1 file: 0 problems, 0 warnings\n".to_owned()
        )
    );
    let (_, json, _) = check(&["--format", "json"]);
    assert!(json.starts_with(r#"{"findings":[{"file":"(stdin)","level":"warning","line":6,"mend":"set failStrategy: FAIL_OPEN","name":"fail-closed","path":"spec.wasm.failStrategy","#), "{json}");
    let (_, github, _) = check(&["--format", "github", "--deny", "warnings"]);
    assert!(
        github.starts_with("::error file=(stdin),line=6,title=spanmesh fail-closed::"),
        "{github}"
    );
}

#[test]
fn a_variable_of_the_host_may_be_given() {
    let lines = |env: &str| ran(&["check", "ecds.yaml", "--env", env]).1.lines().count();
    assert_eq!((lines("ZONE=gzip"), lines("ZONE=zip"), lines("OTHER=zip")), (1, 2, 1));
}

#[test]
fn directories_are_searched() {
    let folder = std::env::temp_dir().join(format!("spanmesh-cli-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("inner")).unwrap();
    let put = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    put("inner/a.yml", "exporter: {zipkin: {cluster: z}}\nkeeps: 1\n");
    put("b.json", "{\"exporter\": {}}");
    put("c.txt", "exporter: 1\n");
    put("d.yaml", "kind: Service\n");
    let (code, out, err) = ran(&["check", folder.to_str().unwrap()]);
    std::fs::remove_dir_all(&folder).unwrap();
    let shown = |name: &str| folder.join(name).display().to_string();
    let expected = format!(
        "{}:1 exporter: must have exactly one of otlp_http, otlp_grpc, zipkin, found none\n{}:2 keeps: is no known option\n",
        shown("b.json"),
        shown("inner/a.yml")
    );
    assert_eq!((code, out.as_str()), (1, expected.as_str()));
    assert_eq!(err, "spanmesh: 2 configurations in 3 files: 2 problems, 0 warnings\n");
}

#[test]
fn a_request_is_explained() {
    let request = "GET /checkout host:shop.example traceparent:00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    let (code, out, err) = ran(&["explain", "--config", "bare.json", "--request", request]);
    let expected = "\
plugin     a configuration alone (bare.json:1)
request    GET /checkout to shop.example
place      inbound side of a sidecar (--gateway, --direction outbound say otherwise)
parent     trace 4bf92f3577b34da6a3ce929d0e0e4736, span 00f067aa0ba902b7 of a caller who did not sample
trust      the other side belongs to the mesh
sampler
           sampler.parent_based: the caller did not sample: remote_parent_not_sampled decides
           sampler.parent_based.remote_parent_not_sampled.always_off: not sampled
decision   not sampled
keep       where it is not sampled: kept all the same
             errors: if it fails
             slower_than: if it takes longer than 1s
             along_path: if a hop below keeps its span
";
    assert_eq!((code, out.as_str(), err.as_str()), (0, expected, ""));
}

#[test]
fn of_several_plugins_one_is_chosen() {
    let two = "exporter: {zipkin: {cluster: a}}\n---\nkind: WasmPlugin\nmetadata: {name: mesh}\nspec:\n  pluginConfig: {exporter: {zipkin: {cluster: a}}, sampler: always_off}\n";
    let explain = |more: &[&str]| {
        let arguments: Vec<&str> = ["explain", "--config", "-", "--request", "GET /"]
            .iter()
            .chain(more)
            .copied()
            .collect();
        said(&run(&arguments, two))
    };
    let (code, _, err) = explain(&[]);
    assert_eq!(
        (code, err.as_str()),
        (
            2,
            "spanmesh: (stdin) has several: choose one by --plugin: (stdin) (line 1), mesh (line 6)\n"
        )
    );
    let (code, out, err) = explain(&["--plugin", "mesh"]);
    assert!(code == 0 && out.contains("decision   not sampled"), "{out}{err}");
    assert_eq!(explain(&["--plugin", "other"]).0, 2);
}

#[test]
fn the_schema_is_that_of_the_repository() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/config.schema.json");
    assert_eq!(ran(&["schema"]).1, std::fs::read_to_string(file).unwrap());
    assert_eq!(ran(&["--version"]).1, format!("spanmesh {}\n", env!("CARGO_PKG_VERSION")));
    assert!(ran(&["--help"]).1.contains("fail-closed"));
}

#[test]
fn the_readme_shows_what_it_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let (_, out, err) = ran(&["check", "shop.yaml"]);
    assert!(readme.contains(&format!("$ spanmesh check shop.yaml\n{out}{err}```")), "{out}{err}");
    let recipe = "examples/sampling/stories.json";
    let request = "POST /checkout host:shop.example";
    let file = root.join(recipe).display().to_string();
    let (_, out, _) = ran(&["explain", "--config", &file, "--request", request]);
    let out = out.replace(&file, recipe);
    let shown = format!("$ spanmesh explain --config {recipe} --request \"{request}\"\n{out}```");
    assert!(readme.contains(&shown), "{out}");
    let help = ran(&["--help"]).1;
    let (_, traps) = help.split_once("warnings:\n").unwrap();
    for (name, meaning) in traps.lines().filter_map(|line| line.trim().split_once(' ')) {
        let row = format!("| `{name}` | {} |", meaning.trim());
        assert!(readme.contains(&row), "README.md lacks {row}");
    }
}

#[test]
fn the_files_of_this_repository_are_clean() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders: Vec<PathBuf> =
        ["envoy-config", "istio", "examples"].map(|it| root.join(it)).into();
    let folders: Vec<&str> = folders.iter().map(|it| it.to_str().unwrap()).collect();
    let arguments: Vec<&str> = ["check", "--deny", "warnings"].into_iter().chain(folders).collect();
    let (code, out, err) = ran(&arguments);
    assert_eq!((code, out.as_str()), (0, ""), "{err}");
}
