//! The command line.

use crate::backend::Ui;
use crate::services::Service;

/// What the program is asked to be.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// The demonstration.
    Demo {
        /// Whether everything stays up after it.
        keep: bool,
        /// What shows the traces.
        ui: Ui,
    },
    /// One of the services, as a child of the demonstration.
    Service {
        /// Which.
        service: Service,
        /// The port that it listens on.
        listen: u16,
        /// The port of the outbound listener of its Envoy.
        outbound: u16,
    },
    /// An explanation.
    Help,
}

/// The explanation.
pub const USAGE: &str = "\
A checkout shop behind real Envoys, traced by spanmesh.

  make demo             run it
  make demo KEEP=1      run it and keep it running until Ctrl-C
  make demo UI=zipkin   run it with the real Zipkin and its web UI

or, with SPANMESH_ENVOY and SPANMESH_WASM naming the two files:

  cargo run --release -p spanmesh-shop [-- --keep]";

impl Command {
    /// Reads the arguments (without the program's name), and the environment variables KEEP and
    /// UI, empty where they are not set.
    ///
    /// # Errors
    ///
    /// What is wrong with them, in a sentence.
    pub fn parse(arguments: &[String], variable: impl Fn(&str) -> String) -> Result<Self, String> {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let demo = |keep| Ok(Self::Demo { keep, ui: variable("UI").parse()? });
        match arguments.as_slice() {
            [] => demo(!matches!(variable("KEEP").as_str(), "" | "0")),
            ["--keep"] => demo(true),
            ["-h" | "--help"] => Ok(Self::Help),
            ["service", name, listen, outbound] => Ok(Self::Service {
                service: name.parse()?,
                listen: port(listen)?,
                outbound: port(outbound)?,
            }),
            [argument, ..] => Err(format!("cannot make sense of {argument:?} here")),
        }
    }

    /// The arguments that parse as this service.
    pub fn service(service: Service, listen: u16, outbound: u16) -> [String; 4] {
        ["service".to_owned(), service.to_string(), listen.to_string(), outbound.to_string()]
    }
}

/// A port.
fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| format!("{text:?} is not a port"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        let demo = |keep| Ok(Command::Demo { keep, ui: Ui::Terminal });
        let zipkin = |keep| Ok(Command::Demo { keep, ui: Ui::Zipkin });
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
                Err("\"x\" is not a port".to_owned()),
                "a word for a port",
            ),
            (
                "service cart 65536 1",
                "",
                "",
                Err("\"65536\" is not a port".to_owned()),
                "too large",
            ),
            (
                "service bart 1 2",
                "",
                "",
                Err("no service is called \"bart\"".to_owned()),
                "unknown",
            ),
        ] {
            let words: Vec<String> = arguments.split_whitespace().map(str::to_owned).collect();
            let variable = |name: &str| if name == "KEEP" { keep } else { ui }.to_owned();
            assert_eq!(Command::parse(&words, variable), want, "{arguments:?}: {reason}");
        }
    }

    #[test]
    fn a_service_reads_what_the_demonstration_wrote() {
        for service in Service::INSIDE.into_iter().chain([Service::Provider]) {
            let words = Command::service(service, 8080, 15001);
            let want = Command::Service { service, listen: 8080, outbound: 15001 };
            assert_eq!(Command::parse(&words, |_| String::new()), Ok(want));
        }
    }
}
