//! What a collector saw broken, until it is asked.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;

use super::{Allowance, Rule, Violation, otlp_json_faults, violations_of, zipkin_json_faults};
use crate::collector::{Export, Protocol};

/// The broken rules of one collector.
#[derive(Debug)]
pub(crate) struct Violations {
    /// Why nothing is checked.
    unchecked: Option<&'static str>,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    /// By rule and subject: the first that was seen, and how many there were.
    found: BTreeMap<(Rule, String), (Violation, usize)>,
    allowed: Vec<Allowance>,
}

impl Violations {
    pub(crate) fn new(unchecked: Option<&'static str>) -> Violations {
        Violations { unchecked, seen: Mutex::default() }
    }

    pub(crate) fn allow(&self, allowances: Vec<Allowance>) {
        self.lock().allowed.extend(allowances);
    }

    /// Checks a message that was decoded, or was not.
    pub(crate) fn note(&self, protocol: Protocol, message: &[u8], export: &Result<Export, String>) {
        if self.unchecked.is_some() {
            return;
        }
        let of = |rule, faults: Vec<String>| {
            faults
                .into_iter()
                .map(move |fault| Violation::new(rule, protocol_name(protocol), fault))
        };
        let mut found: Vec<Violation> = Vec::new();
        match export {
            Ok(Export::Otlp(export)) => found.extend(violations_of(export)),
            Ok(Export::Zipkin(_)) => {}
            Err(reason) => found.extend(of(Rule::Decodable, vec![reason.clone()])),
        }
        match protocol {
            Protocol::OtlpJson => found.extend(of(Rule::OtlpJson, otlp_json_faults(message))),
            Protocol::ZipkinJson => found.extend(of(Rule::ZipkinJson, zipkin_json_faults(message))),
            Protocol::OtlpProtobuf | Protocol::OtlpGrpc => {}
        }
        let mut seen = self.lock();
        for violation in found {
            let key = (violation.rule, violation.subject.clone());
            seen.found.entry(key).or_insert((violation, 0)).1 += 1;
        }
    }

    /// Panics with everything that is not allowed. A test that fails already is told on the side.
    #[track_caller]
    pub(crate) fn check(&self) {
        let report = self.report();
        if report.is_empty() {
            return;
        }
        if thread::panicking() {
            eprintln!("exports that break rules:\n{report}");
        } else {
            panic!("exports break rules (see tests/CONFORMANCE.md):\n{report}");
        }
    }

    fn report(&self) -> String {
        let seen = self.lock();
        let is_broken = |violation: &Violation| !seen.allowed.iter().any(|it| it.covers(violation));
        let broken = seen.found.values().filter(|(violation, _)| is_broken(violation));
        let lines: Vec<String> =
            broken.map(|(violation, times)| format!("{violation} ({times} times)")).collect();
        if lines.is_empty() {
            return String::new();
        }
        let allowed = seen.allowed.iter().map(|allowance| format!("allowed: {allowance}"));
        lines.into_iter().chain(allowed).collect::<Vec<_>>().join("\n")
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().expect("no holder panics")
    }
}

fn protocol_name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::OtlpProtobuf => "OTLP/HTTP protobuf",
        Protocol::OtlpJson => "OTLP/HTTP JSON",
        Protocol::OtlpGrpc => "OTLP/gRPC",
        Protocol::ZipkinJson => "Zipkin JSON",
    }
}
