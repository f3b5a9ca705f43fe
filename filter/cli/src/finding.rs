//! What is found, and how it is told.

use std::fmt::Write;

use spanmesh_json::{Map, Value};

/// How findings are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// `file:line path: reason`
    #[default]
    Text,
    /// One object with a list.
    Json,
    /// Commands for GitHub's annotations.
    Github,
}

/// One thing that is wrong, or may well be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The option, or the setting of the manifest.
    pub path: String,
    /// What is wrong.
    pub reason: String,
    /// Of a warning: its trap, and what to do.
    pub trap: Option<Trap>,
}

/// A known trap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trap {
    /// Its short name.
    pub name: &'static str,
    /// What to do about it.
    pub mend: String,
}

/// Every trap by its name, and when it is warned of.
pub const TRAPS: [(&str, &str); 12] = [
    ("fail-closed", "a plugin that cannot start or has crashed would refuse every request"),
    ("phase", "a header field that authentication writes only after the plugin has run"),
    ("native-tracer", "the proxy's own tracer overwrites the trace context of the plugin"),
    ("cluster-name", "a cluster that Istio does not have by that name"),
    ("unknown-cluster", "a cluster that the Envoy configuration does not have"),
    ("exporter-port", "a port at which another protocol is usual"),
    ("sampling-twice", "a ratio that has no effect, since another one wins"),
    ("telemetry-sampling", "a percentage of Istio's Telemetry, which does not reach plugins"),
    ("mutable-image", "an image or module that may change without a change of the manifest"),
    ("unset-variable", "a variable that the plugin's VM does not get"),
    ("ignored-variable", "a variable of OpenTelemetry that makes no sense"),
    ("plugin-type", "a plugin that is not put among the HTTP filters"),
];

impl Finding {
    /// A problem: the configuration or the manifest is refused.
    pub fn problem(file: &str, line: usize, path: &str, reason: impl Into<String>) -> Self {
        let path = if path.is_empty() { "(configuration)" } else { path };
        let (file, path) = (file.to_owned(), path.to_owned());
        Self { file, line, path, reason: reason.into(), trap: None }
    }

    /// The same as a warning.
    pub fn trap(mut self, name: &'static str, mend: impl Into<String>) -> Self {
        self.trap = Some(Trap { name, mend: mend.into() });
        self
    }

    fn text(&self) -> String {
        let Self { file, line, path, reason, trap } = self;
        match trap {
            None => format!("{file}:{line} {path}: {reason}"),
            Some(Trap { name, mend }) => {
                format!("{file}:{line} {path}: warning: {reason}; {mend} [{name}]")
            }
        }
    }

    fn github(&self, is_error: bool) -> String {
        let level = if is_error { "error" } else { "warning" };
        let title = self.trap.as_ref().map_or("problem", |trap| trap.name);
        let mend = self.trap.as_ref().map(|trap| format!("; {}", trap.mend)).unwrap_or_default();
        let message = escaped(&format!("{}: {}{mend}", self.path, self.reason));
        let file = escaped(&self.file).replace(':', "%3A").replace(',', "%2C");
        format!("::{level} file={file},line={},title=spanmesh {title}::{message}", self.line)
    }

    fn json(&self, is_error: bool) -> Value {
        let mut entries = Map::new();
        let mut insert = |key: &str, value: Value| entries.insert(key.to_owned(), value);
        insert("level", Value::from(if is_error { "error" } else { "warning" }));
        insert("file", Value::from(self.file.as_str()));
        insert("line", Value::from(self.line as u64));
        insert("path", Value::from(self.path.as_str()));
        insert("reason", Value::from(self.reason.as_str()));
        if let Some(Trap { name, mend }) = &self.trap {
            insert("name", Value::from(*name));
            insert("mend", Value::from(mend.as_str()));
        }
        Value::Object(entries)
    }
}

/// All findings as they are printed; `is_error` tells which of them make the check fail.
pub fn shown(findings: &[Finding], format: Format, is_error: &dyn Fn(&Finding) -> bool) -> String {
    if format == Format::Json {
        let list = findings.iter().map(|finding| finding.json(is_error(finding))).collect();
        return format!("{}\n", Value::object("findings", Value::Array(list)));
    }
    let mut out = String::new();
    for finding in findings {
        let line = match format {
            Format::Github => finding.github(is_error(finding)),
            _ => finding.text(),
        };
        // Writing to a text cannot fail.
        let _ = writeln!(out, "{line}");
    }
    out
}

/// As GitHub wants data of its commands.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_tells_all_of_it() {
        let problem = Finding::problem("a.yaml", 3, "", "is no object");
        let warning =
            Finding::problem("b,c.yaml", 4, "spec.phase", "is early").trap("phase", "use\nSTATS");
        let findings = [problem, warning];
        let is_error = |finding: &Finding| finding.trap.is_none();
        let text = |format| shown(&findings, format, &is_error);
        assert_eq!(
            text(Format::Text),
            "a.yaml:3 (configuration): is no object\nb,c.yaml:4 spec.phase: warning: is early; use\nSTATS [phase]\n"
        );
        assert_eq!(
            text(Format::Github),
            "::error file=a.yaml,line=3,title=spanmesh problem::(configuration): is no object\n\
             ::warning file=b%2Cc.yaml,line=4,title=spanmesh phase::spec.phase: is early; use%0ASTATS\n"
        );
        let json = spanmesh_json::parse(text(Format::Json).as_bytes()).unwrap();
        let list = json.get("findings").and_then(Value::as_array).unwrap();
        assert_eq!(list[0].get("level"), Some(&Value::from("error")));
        assert_eq!(list[1].get("name"), Some(&Value::from("phase")));
        assert_eq!(list[1].get("line"), Some(&Value::from(4_u64)));
    }
}
