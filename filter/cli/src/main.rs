//! spanmesh on the command line: `check` finds what is wrong with configurations before they are applied,
//! `explain` tells what one decides about a request. Both ask the code of the filter itself.

#![forbid(unsafe_code)]

mod args;
mod check;
mod configuration;
mod explain;
mod finding;
mod json;
mod mesh;
mod node;
mod plugin;
mod scalar;
mod source;
mod vm;
mod yaml;

use std::io::{self, Write};
use std::process::ExitCode;

use args::Command;
use finding::{Finding, TRAPS};
use source::{Source, Unreadable};

/// There are problems.
const PROBLEMS: u8 = 1;
/// It cannot be told whether there are.
const UNUSABLE: u8 = 2;

const SCHEMA: &str = include_str!("../../config/config.schema.json");
const HELP: &str = include_str!("help.txt");

fn main() -> ExitCode {
    let done = match args::parse(std::env::args_os()) {
        Ok(Command::Check(check)) => run_check(&check),
        Ok(Command::Explain(explain)) => explain::run(&explain).map(|text| (text, 0)),
        Ok(Command::Schema) => Ok((SCHEMA.to_owned(), 0)),
        Ok(Command::Version) => Ok((format!("spanmesh {}\n", spanmesh_core::VERSION), 0)),
        Ok(Command::Help) => Ok((help(), 0)),
        Err(error) => Err(format!("{error} (see spanmesh --help)")),
    };
    let (text, code) = done.unwrap_or_else(|error| {
        eprintln!("spanmesh: {error}");
        (String::new(), UNUSABLE)
    });
    // Whoever closes the pipe does not want to know more.
    let _ = io::stdout().lock().write_all(text.as_bytes());
    ExitCode::from(code)
}

fn help() -> String {
    let traps = TRAPS.iter().map(|(name, meaning)| format!("  {name:<20} {meaning}\n"));
    std::iter::once(HELP.to_owned()).chain(traps).collect()
}

fn run_check(options: &args::Check) -> Result<(String, u8), String> {
    let mut sources = Vec::new();
    let mut broken = Vec::new();
    for input in source::inputs(&options.files)? {
        match Source::read(&input) {
            Ok(source) => sources.push(source),
            Err(Unreadable::File(reason)) => return Err(reason),
            Err(Unreadable::Text(file, error)) => {
                broken.push(Finding::problem(&file, error.line, "(file)", error.reason));
            }
        }
    }
    let checked = check::check(&sources, &options.env);
    let is_told = |finding: &Finding| {
        let name = finding.trap.as_ref().map(|trap| trap.name);
        name.is_none_or(|name| !options.allow.iter().any(|allowed| allowed == name))
    };
    broken.extend(checked.findings.into_iter().filter(is_told));
    let findings = broken;
    let is_error = |finding: &Finding| finding.trap.is_none() || options.deny_warnings;
    let problems = findings.iter().filter(|finding| finding.trap.is_none()).count();
    let warnings = findings.len() - problems;
    // Of a directory nobody expects a configuration in every file.
    for source in sources.iter().filter(|source| !source.is_found) {
        if checked.without.contains(&source.file) {
            eprintln!("spanmesh: {}: no spanmesh configuration in this file", source.file);
        }
    }
    let fails = findings.iter().any(is_error);
    let code = match checked.configurations {
        _ if fails => PROBLEMS,
        0 => UNUSABLE,
        _ => 0,
    };
    match checked.configurations {
        0 => eprintln!("spanmesh: no spanmesh configuration in any of the files"),
        found => {
            let (found, read) = (number(found, "configuration"), number(sources.len(), "file"));
            let (problems, warnings) = (number(problems, "problem"), number(warnings, "warning"));
            eprintln!("spanmesh: {found} in {read}: {problems}, {warnings}");
        }
    }
    Ok((finding::shown(&findings, options.format, &is_error), code))
}

fn number(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
