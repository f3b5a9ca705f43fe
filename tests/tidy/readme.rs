//! README and the code say the same.

use std::fs;

use spanmesh_config::options::exporter::OTLP_HTTP;
use spanmesh_config::options::matching::MATCH_ANSWERED;
use spanmesh_config::options::samplers::SAMPLERS;
use spanmesh_config::options::trust::{EDGE, EDGE_OUTBOUND};
use spanmesh_config::options::{Kind, Opt, ROOT};
use spanmesh_core::counters::{
    CONFIGURATION_REFUSED, Counter, EXPORT_BATCH_SIZE, EXPORT_DURATION, SPANS_QUEUED,
};
use spanmesh_core::span_metrics::{CALLS, DURATION};
use spanmesh_harness::paths::repository;

use crate::configurations::files;

fn readme() -> String {
    fs::read_to_string(repository().join("README.md")).unwrap()
}

/// The rows of the table of options: path, default, meaning.
fn rows(prefix: &str, options: &'static [Opt], out: &mut Vec<String>) {
    for option in options {
        let path = format!("{prefix}{}", option.name);
        match &option.kind {
            Kind::Object(inner) if !inner.is_empty() => rows(&format!("{path}."), inner, out),
            Kind::OneOf(inner) => rows(&format!("{path}."), inner, out),
            Kind::Rules(inner) => rows(&format!("{path}[]."), inner, out),
            _ => {
                let default = option.default.map_or("required".to_owned(), |d| format!("`{d}`"));
                out.push(format!(
                    "| `{path}` | {default} | {} |",
                    option.meaning.replace('|', "\\|")
                ));
            }
        }
    }
}

#[test]
fn every_option_has_its_row() {
    let mut expected = Vec::new();
    rows("", &ROOT, &mut expected);
    rows("sampler.", &SAMPLERS, &mut expected);
    rows("match.", &MATCH_ANSWERED, &mut expected);
    rows("edge.", &EDGE, &mut expected);
    rows("edge.", &EDGE_OUTBOUND, &mut expected);
    assert!(expected.len() > OTLP_HTTP.len() + 15, "{expected:#?}");
    let readme = readme();
    let missing: Vec<&String> = expected.iter().filter(|row| !readme.contains(*row)).collect();
    assert!(missing.is_empty(), "rows missing in README.md:\n{}", join(&missing));
}

#[test]
fn every_statistic_has_its_row() {
    let readme = readme();
    let others =
        [SPANS_QUEUED, CONFIGURATION_REFUSED, EXPORT_DURATION, EXPORT_BATCH_SIZE, CALLS, DURATION];
    for name in Counter::ALL.map(Counter::name).into_iter().chain(others) {
        assert!(readme.contains(&format!("| `{name}` |")), "{name} is missing in README.md");
    }
}

#[test]
fn every_target_of_make_is_told() {
    let readme = readme();
    for target in [
        "make demo",
        "make test",
        "make build",
        "make cli",
        "make bench",
        "make image",
        "make reproducible",
        "make sbom",
        "make sizes",
        "make deny",
        "make scale",
        "make screenshots",
        "make chaos",
        "make soak",
        "KEEP=1",
        "UI=zipkin",
    ] {
        assert!(readme.contains(target), "{target} is missing in README.md");
    }
}

#[test]
fn every_picture_is_shown_and_small() {
    let readme = readme();
    let pictures = files(&repository().join("examples/screenshots"), &[".png"]);
    assert!(pictures.len() >= 2, "{pictures:?}");
    for path in pictures {
        let name = path.file_name().unwrap().display().to_string();
        assert!(readme.contains(&format!("(examples/screenshots/{name})")), "{name}");
        let picture = fs::read(&path).unwrap();
        assert!(picture.starts_with(b"\x89PNG") && picture.len() < 150_000, "{name}");
    }
}

fn join(lines: &[&String]) -> String {
    lines.iter().map(|line| line.as_str()).collect::<Vec<_>>().join("\n")
}
