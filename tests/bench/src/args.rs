//! The command line.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use crate::matrix;
use crate::settings::Settings;
use crate::soak::Soak;
use crate::variant::{NONE, VARIANTS, Variant};

/// What `--help` prints.
pub const USAGE: &str = "\
Compares spanmesh with no tracing and with Envoy's native OpenTelemetry tracer.

usage: spanmesh-bench [matrix] [OPTION VALUE]...
       spanmesh-bench soak [--requests N] [--seconds S] [--out DIR] [--envoy-core N] [--load-core N]

`matrix` measures CPU time over HTTP/1.1 and HTTP/2, with 1, 16 and 256 connections, 1 and 2
workers, and fewer slices.

  --out DIR               where results.json and chart.svg go (default: the target directory)
  --processes N           Envoy processes of each variant, one after the other (6)
  --slices N              slices under full load of each process (6)
  --slice-seconds S       length of each (1.0)
  --warmup-seconds S      load before the first slice of each process (3.0)
  --latency-slices N      slices at half load of each process (5)
  --latency-seconds S     length of each (1.0)
  --connections N         connections of the load (16)
  --http2                 over HTTP/2, one request at a time on each connection
  --workers N             workers of each Envoy, which have the load's core too if they are several (1)
  --envoy-core N          the core of the Envoys (0)
  --load-core N           the core of the load, the upstream and the sink (1)
  --variants A,B,...      only these, and `none`
  --against PATH,...      each of the filter's with other modules too, such as one built before a change;
                          goes behind --variants
  --cpu-only              only CPU time at full load: no latency, memory, rate limit or outage
  --quick                 a smoke run: 1 process, 3 short slices; its figures mean little

soak sends N requests of many kinds (5000000), for S seconds at most (3600), writes soak.json and soak.svg, and fails if memory grows,
an answer is not as it must be, or a span is missing.

The Envoy binary is named by the environment variable SPANMESH_ENVOY, the module by SPANMESH_WASM.";

/// What the command line asks for.
#[derive(Clone, Debug)]
pub enum Command {
    /// A comparison.
    Run(Settings),
    /// The same with other loads.
    Matrix(Settings),
    /// A soak.
    Soak(Soak),
    /// To print [`USAGE`].
    Help,
}

// === impl Command ===

impl Command {
    /// Reads the arguments after the program's name.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Command, String> {
        let mut settings = Settings::default();
        let mut arguments = arguments.into_iter().peekable();
        if arguments.next_if_eq("soak").is_some() {
            return Ok(Command::Soak(Soak::parse(arguments)?));
        }
        let is_matrix = arguments.next_if_eq("matrix").is_some();
        if is_matrix {
            settings.make_brief()?;
        }
        while let Some(option) = arguments.next() {
            match option.as_str() {
                "--help" | "-h" => return Ok(Command::Help),
                "--quick" => settings.make_quick(),
                "--http2" => settings.http2 = true,
                "--cpu-only" => settings.cpu_only = true,
                _ => {
                    let value = arguments.next();
                    let value = value.ok_or_else(|| format!("{option} needs a value"))?;
                    settings.set(&option, &value)?;
                }
            }
        }
        Ok(if is_matrix { Command::Matrix(settings) } else { Command::Run(settings) })
    }
}

impl Soak {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Soak, String> {
        let mut soak = Soak {
            requests: 5_000_000,
            most: Duration::from_secs(3_600),
            out: None,
            cores: [0, 1],
        };
        while let Some(option) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{option} needs a value"))?;
            match option.as_str() {
                "--requests" => soak.requests = at_least_one(&option, &value)?,
                "--seconds" => soak.most = duration(&option, &value)?,
                "--out" => soak.out = Some(PathBuf::from(value)),
                "--envoy-core" => soak.cores[0] = number(&option, &value)?,
                "--load-core" => soak.cores[1] = number(&option, &value)?,
                _ => return Err(format!("soak has no option {option}")),
            }
        }
        Ok(soak)
    }
}

impl Settings {
    /// Less of everything, because a matrix has it twelve times.
    fn make_brief(&mut self) -> Result<(), String> {
        (self.processes, self.slices) = (2, 4);
        (self.slice, self.warmup) = (Duration::from_millis(500), Duration::from_millis(1500));
        self.set("--variants", matrix::VARIANTS)
    }

    fn set(&mut self, option: &str, value: &str) -> Result<(), String> {
        match option {
            "--out" => self.out = Some(PathBuf::from(value)),
            "--processes" => self.processes = at_least_one(option, value)?,
            "--slices" => self.slices = at_least_one(option, value)?,
            "--slice-seconds" => self.slice = duration(option, value)?,
            "--warmup-seconds" => self.warmup = duration(option, value)?,
            "--latency-slices" => self.latency_slices = at_least_one(option, value)?,
            "--latency-seconds" => self.latency = duration(option, value)?,
            "--connections" => self.connections = at_least_one(option, value)?,
            "--workers" => self.workers = at_least_one(option, value)?,
            "--envoy-core" => self.envoy_core = number(option, value)?,
            "--load-core" => self.load_core = number(option, value)?,
            "--against" => self.compare_with(&value.split(',').collect::<Vec<_>>()),
            "--variants" => self.variants = variants(value)?,
            _ => return Err(format!("there is no option {option}")),
        }
        Ok(())
    }
}

fn variants(names: &str) -> Result<Vec<Variant>, String> {
    let names: Vec<&str> = names.split(',').collect();
    match names.iter().find(|name| !VARIANTS.iter().any(|variant| variant.name == **name)) {
        Some(unknown) => Err(format!("there is no variant {unknown}")),
        None => {
            let wanted = |variant: &Variant| variant.name == NONE || names.contains(&variant.name);
            Ok(VARIANTS.into_iter().filter(wanted).collect())
        }
    }
}

fn number<T: FromStr>(option: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{option}: {value:?} is not such a number"))
}

fn at_least_one<T: FromStr + PartialEq + Default>(option: &str, value: &str) -> Result<T, String> {
    match number(option, value)? {
        count if count == T::default() => Err(format!("{option}: at least 1")),
        count => Ok(count),
    }
}

fn duration(option: &str, value: &str) -> Result<Duration, String> {
    let duration = Duration::try_from_secs_f64(number(option, value)?);
    let duration = duration.map_err(|error| format!("{option}: {error}"))?;
    if duration < Duration::from_millis(100) {
        return Err(format!("{option}: at least 0.1"));
    }
    Ok(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Settings, String> {
        match Command::parse(line.split_whitespace().map(str::to_owned))? {
            Command::Run(settings) => Ok(settings),
            Command::Soak(soak) => Err(format!("{soak:?}")),
            Command::Matrix(_) => Err("matrix".to_owned()),
            Command::Help => Err("help".to_owned()),
        }
    }

    #[test]
    fn later_options_win() {
        let settings = parse("--quick --slices 5 --out x --variants native").unwrap();
        assert_eq!((settings.processes, settings.slices), (1, 5));
        let names: Vec<&str> = settings.variants.iter().map(|variant| variant.name).collect();
        assert_eq!(names, [NONE, "native"]);
    }

    #[test]
    fn a_soak_has_options_of_its_own() {
        let line = "soak --requests 7 --seconds 9 --out x --envoy-core 2";
        let most = Duration::from_secs(9);
        let expected = Soak { requests: 7, most, out: Some("x".into()), cores: [2, 1] };
        assert_eq!(parse(line).unwrap_err(), format!("{expected:?}"));
        assert!(parse("soak --slices 5").unwrap_err().contains("no option"));
    }

    #[test]
    fn nonsense_is_refused() {
        for line in ["--slices 0", "--slices", "--slice-seconds nan", "--variants x", "--what 1"] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
