//! Command lines.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::*;

use crate::explain::Node as NodeType;
use crate::finding::{Format, TRAPS};

/// What is to be done.
#[derive(Debug, PartialEq)]
pub enum Command {
    /// `spanmesh check`
    Check(Check),
    /// `spanmesh explain`
    Explain(Box<Explain>),
    /// `spanmesh schema`
    Schema,
    /// `--help`
    Help,
    /// `--version`
    Version,
}

/// Options of `check`.
#[derive(Debug, Default, PartialEq)]
pub struct Check {
    /// Files and directories; none: standard input.
    pub files: Vec<PathBuf>,
    /// Whether warnings make it fail.
    pub deny_warnings: bool,
    /// Traps that are not told.
    pub allow: Vec<String>,
    /// Values for variables that hosts have.
    pub env: Vec<(String, String)>,
    /// How findings are told.
    pub format: Format,
}

/// Options of `explain`.
#[derive(Debug, Default, PartialEq)]
pub struct Explain {
    /// The file with the configuration.
    pub config: PathBuf,
    /// Which plugin of several.
    pub plugin: Option<String>,
    /// The request, in words.
    pub request: String,
    /// The answer, in words.
    pub response: Option<String>,
    /// Whether the listener is outbound.
    pub outbound: bool,
    /// Where the proxy is; `None`: by the resource.
    pub node: Option<NodeType>,
    /// The caller's address.
    pub peer: Option<String>,
    /// The first URI of the caller's certificate.
    pub peer_uri: Option<String>,
    /// The listener's port.
    pub listener_port: Option<u16>,
    /// Istio's percentage.
    pub mesh_sampling: Option<f64>,
    /// Values for variables.
    pub env: Vec<(String, String)>,
}

/// What a command line means.
///
/// # Errors
/// Why it means nothing.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, String> {
    let mut parser = lexopt::Parser::from_iter(arguments);
    let told = |error: lexopt::Error| error.to_string();
    match parser.next().map_err(told)? {
        Some(Value(name)) => match name.to_str() {
            Some("check") => check(&mut parser),
            Some("explain") => explain(&mut parser),
            Some("schema") => alone(&mut parser, Command::Schema).map_err(told),
            Some("help") => Ok(Command::Help),
            _ => Err(format!("there is no command {}", name.display())),
        },
        Some(Long("help") | Short('h')) => Ok(Command::Help),
        Some(Long("version") | Short('V')) => alone(&mut parser, Command::Version).map_err(told),
        Some(other) => Err(told(other.unexpected())),
        None => Err("a command is missing: check, explain or schema".to_owned()),
    }
}

fn alone(parser: &mut lexopt::Parser, command: Command) -> Result<Command, lexopt::Error> {
    match parser.next()? {
        Some(other) => Err(other.unexpected()),
        None => Ok(command),
    }
}

fn check(parser: &mut lexopt::Parser) -> Result<Command, String> {
    let mut check = Check::default();
    let told = |error: lexopt::Error| error.to_string();
    while let Some(argument) = parser.next().map_err(told)? {
        match argument {
            Long("deny") => match text(parser)?.as_str() {
                "warnings" => check.deny_warnings = true,
                other => return Err(format!("--deny takes warnings, not {other}")),
            },
            Long("allow") => {
                let name = text(parser)?;
                if !TRAPS.iter().any(|(known, _)| *known == name) {
                    let names: Vec<&str> = TRAPS.iter().map(|(known, _)| *known).collect();
                    return Err(format!("--allow takes one of {}, not {name}", names.join(", ")));
                }
                check.allow.push(name);
            }
            Long("env") => check.env.push(variable(parser)?),
            Long("format") => {
                check.format = match text(parser)?.as_str() {
                    "text" => Format::Text,
                    "json" => Format::Json,
                    "github" => Format::Github,
                    other => {
                        return Err(format!("--format takes text, json or github, not {other}"));
                    }
                };
            }
            Long("help") | Short('h') => return Ok(Command::Help),
            Value(file) => check.files.push(file.into()),
            other => return Err(told(other.unexpected())),
        }
    }
    Ok(Command::Check(check))
}

fn explain(parser: &mut lexopt::Parser) -> Result<Command, String> {
    let mut explain = Explain::default();
    let (mut config, mut request) = (None, None);
    let told = |error: lexopt::Error| error.to_string();
    while let Some(argument) = parser.next().map_err(told)? {
        match argument {
            Long("config") => config = Some(PathBuf::from(parser.value().map_err(told)?)),
            Long("request") => request = Some(text(parser)?),
            Long("plugin") => explain.plugin = Some(text(parser)?),
            Long("response") => explain.response = Some(text(parser)?),
            Long("direction") => match text(parser)?.as_str() {
                "inbound" => explain.outbound = false,
                "outbound" => explain.outbound = true,
                other => return Err(format!("--direction takes inbound or outbound, not {other}")),
            },
            Long("gateway") => explain.node = Some(NodeType::Gateway),
            Long("sidecar") => explain.node = Some(NodeType::Sidecar),
            Long("peer") => explain.peer = Some(text(parser)?),
            Long("peer-uri") => explain.peer_uri = Some(text(parser)?),
            Long("port") => explain.listener_port = Some(number(parser, "--port")?),
            Long("mesh-sampling") => {
                let percentage: f64 = number(parser, "--mesh-sampling")?;
                if !(0.0..=100.0).contains(&percentage) {
                    return Err("--mesh-sampling takes a percentage from 0 to 100".to_owned());
                }
                // Istio does not tell proxies of nought.
                explain.mesh_sampling = Some(percentage).filter(|percentage| *percentage != 0.0);
            }
            Long("env") => explain.env.push(variable(parser)?),
            Long("help") | Short('h') => return Ok(Command::Help),
            other => return Err(told(other.unexpected())),
        }
    }
    explain.config = config.ok_or("explain needs --config FILE")?;
    explain.request = request.ok_or("explain needs --request \"METHOD PATH name:value …\"")?;
    Ok(Command::Explain(Box::new(explain)))
}

fn text(parser: &mut lexopt::Parser) -> Result<String, String> {
    let value = parser.value().map_err(|error| error.to_string())?;
    value.into_string().map_err(|value| format!("{} is no text in UTF-8", value.display()))
}

fn number<T: std::str::FromStr>(parser: &mut lexopt::Parser, name: &str) -> Result<T, String> {
    let text = text(parser)?;
    text.parse().map_err(|_| format!("{name} takes a number, not {text}"))
}

fn variable(parser: &mut lexopt::Parser) -> Result<(String, String), String> {
    let text = text(parser)?;
    let pair = text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    pair.ok_or_else(|| format!("--env takes NAME=VALUE, not {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, String> {
        parse(std::iter::once("spanmesh").chain(line.split_whitespace()).map(OsString::from))
    }

    #[test]
    fn what_means_nothing_is_told() {
        for (line, reason) in [
            ("", "a command is missing"),
            ("chek", "no command chek"),
            ("--colour", "--colour"),
            ("check --deny errors", "--deny takes warnings"),
            ("check --allow nonsense", "--allow takes one of fail-closed,"),
            ("check --format xml", "--format takes"),
            ("check --env NAME", "--env takes NAME=VALUE"),
            ("check --env", "missing argument"),
            ("check --nope", "--nope"),
            ("explain --config a", "explain needs --request"),
            ("explain --request GET", "explain needs --config"),
            ("explain a", "unexpected argument"),
            ("explain --direction up", "--direction takes"),
            ("explain --mesh-sampling 101", "from 0 to 100"),
            ("explain --port http", "--port takes a number"),
            ("schema extra", "unexpected argument"),
        ] {
            let error = parsed(line).unwrap_err();
            assert!(error.contains(reason), "{line}: {error}");
        }
    }

    #[test]
    fn options_may_stand_anywhere() {
        let check =
            parsed("check a.yaml --deny warnings - --allow=phase --env A=b=c --format json");
        let expected = Check {
            files: vec!["a.yaml".into(), "-".into()],
            deny_warnings: true,
            allow: vec!["phase".to_owned()],
            env: vec![("A".to_owned(), "b=c".to_owned())],
            format: Format::Json,
        };
        assert_eq!(check, Ok(Command::Check(expected)));
        for (line, command) in [
            ("--help", Command::Help),
            ("check -h", Command::Help),
            ("-V", Command::Version),
            ("schema", Command::Schema),
        ] {
            assert_eq!(parsed(line), Ok(command), "{line}");
        }
    }
}
