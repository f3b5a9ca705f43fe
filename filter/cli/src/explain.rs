//! `spanmesh explain`: what one configuration decides about a request, and why.
//!
//! Every decision is asked of the core: of the tracer as a whole, of each sampler, of the matcher of each
//! condition. Here is only said what the core answered.

mod arrival;
mod chance;
mod keep;
mod message;
mod rules;
mod sampler;
mod scene;

use std::fmt::Write;

use crate::args;
use crate::plugin::{self, Plugin};
use crate::source::{Input, Source, Unreadable};
use message::{Request, Response};
use scene::Scene;

/// Where the proxy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Node {
    /// Beside an application, or anywhere else where callers belong to the mesh.
    Sidecar,
    /// At the edge of a mesh of Istio.
    Gateway,
}

/// The explanation.
///
/// # Errors
/// Why there is none.
pub fn run(options: &args::Explain) -> Result<String, String> {
    let path = Some(options.config.clone()).filter(|path| path.as_os_str() != "-");
    let source = Source::read(&Input { path, is_found: false }).map_err(|error| match error {
        Unreadable::File(reason) => reason,
        Unreadable::Text(file, error) => format!("{file}:{} {}", error.line, error.reason),
    })?;
    let plugins = plugin::find(&source, &options.env);
    let plugin = choose(&source.file, &plugins, options.plugin.as_deref())?;
    let request = Request::parse(&options.request)?;
    let response = options.response.as_deref().map(Response::parse).transpose()?;
    explain(plugin, &request, response.as_ref(), options)
}

fn choose<'a, 'p>(
    file: &str,
    plugins: &'a [Plugin<'p>],
    name: Option<&str>,
) -> Result<&'a Plugin<'p>, String> {
    let fits = |plugin: &&Plugin<'_>| name.is_none_or(|name| plugin.name == name);
    let fitting: Vec<&Plugin<'_>> = plugins.iter().filter(fits).collect();
    let names = || {
        let shown =
            |plugin: &Plugin<'_>| format!("{} (line {})", plugin.name, plugin.configuration.line);
        plugins.iter().map(shown).collect::<Vec<_>>().join(", ")
    };
    match (fitting.as_slice(), plugins) {
        // Names need not be unique: then the first of a name that was asked for.
        ([one], _) => Ok(one),
        ([first, ..], _) if name.is_some() => Ok(first),
        (_, []) => Err(format!("{file}: no spanmesh configuration in this file")),
        ([], _) => Err(format!("{file}: no plugin of that name, but {}", names())),
        _ => Err(format!("{file} has several: choose one by --plugin: {}", names())),
    }
}

fn explain(
    plugin: &Plugin<'_>,
    request: &Request,
    response: Option<&Response>,
    options: &args::Explain,
) -> Result<String, String> {
    let scene = Scene::new(plugin, request, options)?;
    let mut out = Report::default();
    out.line("plugin", &scene.title);
    out.line("request", &request.shown());
    arrival::explain(&scene, &mut out);
    sampler::explain(&scene, &mut out);
    chance::explain(&scene, &mut out);
    keep::explain(&scene, response, &mut out);
    Ok(out.text)
}

/// Lines with a word in front that says what they are about.
#[derive(Debug, Default)]
pub struct Report {
    text: String,
}

const WIDTH: usize = 10;

impl Report {
    /// A line about something.
    pub fn line(&mut self, about: &str, text: &str) {
        // Writing to a text cannot fail.
        let _ = writeln!(self.text, "{}", format!("{about:<WIDTH$} {text}").trim_end());
    }

    /// A further line, so many steps further in.
    pub fn more(&mut self, depth: usize, text: &str) {
        let indent = "  ".repeat(depth);
        let _ = writeln!(self.text, "{:<WIDTH$} {indent}{text}", "");
    }
}

#[cfg(test)]
mod tests;
