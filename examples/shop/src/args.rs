//! The command line.

use std::fmt;
use std::net::SocketAddr;

use crate::backend::Ui;
use crate::services::Service;

/// What the program is asked to be.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// The demonstration.
    Demo(Demo),
    /// One of the services, as a child of the demonstration.
    Service {
        /// Which.
        service: Service,
        /// The port that it listens on.
        listen: u16,
        /// The outbound listener of its Envoy.
        outbound: SocketAddr,
    },
    /// An explanation.
    Help,
}

/// Which demonstration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demo {
    /// Whether everything stays up after it.
    pub keep: bool,
    /// Whether the shop is in a mesh of Istio.
    pub mesh: bool,
    /// What shows the traces.
    pub ui: Ui,
}

/// The explanation.
pub const USAGE: &str = "\
A checkout shop behind real Envoys, traced by spanmesh.

  make demo             run it
  make demo KEEP=1      run it and keep it running until Ctrl-C
  make demo UI=zipkin   run it with the real Zipkin and its web UI
  make demo MESH=1      run it in a real mesh of Istio, and tune it there with kubectl

or, with SPANMESH_ENVOY and SPANMESH_WASM naming the two files:

  cargo run --release -p spanmesh-shop [-- --keep]";

impl Command {
    /// Reads the arguments (without the program's name), and the environment variables KEEP,
    /// MESH and UI, empty where they are not set.
    ///
    /// # Errors
    ///
    /// What is wrong with them, in a sentence.
    pub fn parse(arguments: &[String], variable: impl Fn(&str) -> String) -> Result<Self, String> {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let is_set = |name| !matches!(variable(name).as_str(), "" | "0");
        let demo =
            |keep| Demo { keep, mesh: is_set("MESH"), ui: Ui::Terminal }.with(&variable("UI"));
        match arguments.as_slice() {
            [] => demo(is_set("KEEP")).map(Self::Demo),
            ["--keep"] => demo(true).map(Self::Demo),
            ["-h" | "--help"] => Ok(Self::Help),
            ["service", name, listen, outbound] => Ok(Self::Service {
                service: name.parse()?,
                listen: port(listen)?,
                outbound: address(outbound)?,
            }),
            [argument, ..] => Err(format!("cannot make sense of {argument:?} here")),
        }
    }

    /// The arguments that parse as this service.
    pub fn service(service: Service, listen: u16, outbound: SocketAddr) -> [String; 4] {
        ["service".to_owned(), service.to_string(), listen.to_string(), outbound.to_string()]
    }
}

// === impl Demo ===

impl Demo {
    /// The same with the UI of this name.
    fn with(self, ui: &str) -> Result<Self, String> {
        match ui.parse()? {
            Ui::Zipkin if self.mesh => {
                Err("a mesh's traces are shown in the terminal: MESH=1 goes without UI".to_owned())
            }
            ui => Ok(Self { ui, ..self }),
        }
    }
}

impl fmt::Display for Demo {
    /// The command that runs it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { keep, mesh, ui } = *self;
        let words = [(mesh, " MESH=1"), (ui == Ui::Zipkin, " UI=zipkin"), (keep, " KEEP=1")];
        f.write_str("make demo")?;
        words
            .into_iter()
            .filter(|(is_said, _)| *is_said)
            .try_for_each(|(_, word)| f.write_str(word))
    }
}

/// A port.
fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| format!("{text:?} is not a port"))
}

/// An address with its port.
fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("{text:?} is not an address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        let demo = |keep| Ok(Command::Demo(Demo { keep, ..Demo::default() }));
        let zipkin = |keep| Ok(Command::Demo(Demo { keep, ui: Ui::Zipkin, ..Demo::default() }));
        let unknown = Err("no UI is called \"jaeger\": terminal or zipkin".to_owned());
        let sense = |what: &str| Err(format!("cannot make sense of {what:?} here"));
        for (arguments, keep, ui, want, reason) in [
            ("", "", "", demo(false), "the usual"),
            ("", "1", "", demo(true), "make passes KEEP=1 on as a variable"),
            ("", "0", "", demo(false), "KEEP=0 is no"),
            ("", "", "zipkin", zipkin(false), "make passes UI=zipkin on too"),
            ("--keep", "", "zipkin", zipkin(true), "both"),
            ("", "", "jaeger", unknown, "there is no such UI"),
            ("--keep", "", "", demo(true), "the same without make"),
            ("--help", "", "", Ok(Command::Help), "asked for help"),
            ("--kep", "", "", sense("--kep"), "a typing mistake"),
            ("service cart 1", "", "", sense("service"), "too few"),
            (
                "service cart 1 x",
                "",
                "",
                Err("\"x\" is not an address".to_owned()),
                "a word for an address",
            ),
            (
                "service cart 65536 127.0.0.1:1",
                "",
                "",
                Err("\"65536\" is not a port".to_owned()),
                "too large",
            ),
            (
                "service bart 1 127.0.0.1:2",
                "",
                "",
                Err("no service is called \"bart\"".to_owned()),
                "unknown",
            ),
        ] {
            let words: Vec<String> = arguments.split_whitespace().map(str::to_owned).collect();
            let variable = |name: &str| match name {
                "KEEP" => keep.to_owned(),
                "UI" => ui.to_owned(),
                _ => String::new(),
            };
            assert_eq!(Command::parse(&words, variable), want, "{arguments:?}: {reason}");
        }
    }

    #[test]
    fn a_mesh_is_asked_for_by_a_variable() {
        let alone =
            Err("a mesh's traces are shown in the terminal: MESH=1 goes without UI".to_owned());
        let mesh = |keep| Ok(Command::Demo(Demo { keep, mesh: true, ui: Ui::Terminal }));
        for (keep, ui, want, reason) in [
            ("", "", mesh(false), "the mesh"),
            ("1", "", mesh(true), "and it stays"),
            ("", "terminal", mesh(false), "the UI that it has"),
            ("", "zipkin", alone, "one that it has not"),
        ] {
            let set = [("MESH", "1"), ("KEEP", keep), ("UI", ui)];
            let variable = |name: &str| {
                set.iter().find(|(n, _)| *n == name).map_or(String::new(), |(_, v)| (*v).to_owned())
            };
            assert_eq!(Command::parse(&[], variable), want, "{reason}");
        }
    }

    #[test]
    fn a_demonstration_is_written_as_the_command_that_runs_it() {
        let all = Demo { keep: true, mesh: true, ui: Ui::Zipkin };
        assert_eq!(all.to_string(), "make demo MESH=1 UI=zipkin KEEP=1");
        assert_eq!(Demo::default().to_string(), "make demo");
    }

    #[test]
    fn a_service_reads_what_the_demonstration_wrote() {
        let outbound = SocketAddr::from(([127, 0, 0, 2], 15001));
        for service in Service::INSIDE.into_iter().chain([Service::Provider]) {
            let words = Command::service(service, 8080, outbound);
            let want = Command::Service { service, listen: 8080, outbound };
            assert_eq!(Command::parse(&words, |_| String::new()), Ok(want));
        }
    }
}
