//! One path template: `/orders/{id}`, `/img/{name}.png`, `/files/{*rest}`.
//!
//! A segment has at most one parameter, which takes one or more bytes up to the next slash;
//! `{*rest}` ends the template and takes slashes too. `{{` and `}}` stand for braces.

use std::ops::Range;

use crate::redact::split_once;

/// A template, by its segments: what stands behind each slash.
#[derive(Clone, Debug)]
pub struct Template(pub(super) Vec<Segment>);

/// What a path must have between two slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub kind: Kind,
    /// Before the parameter, or all of a literal.
    pub prefix: Vec<u8>,
    /// Behind the parameter.
    pub suffix: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Exactly this text.
    Literal,
    /// `{name}`
    Parameter,
    /// `{*name}`
    Rest,
}

/// Whether `template` is one.
///
/// # Errors
/// What is wrong with it.
pub fn check(template: &str) -> Result<(), String> {
    Template::parse(template).map(|_| ())
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text.as_bytes().strip_prefix(b"/").ok_or("must start with /")?;
        let mut segments = Vec::new();
        loop {
            let (segment, behind) = split(rest);
            let segment = Segment::parse(segment)?;
            let is_rest = segment.kind == Kind::Rest;
            if is_rest && (behind.is_some() || !segment.suffix.is_empty()) {
                return Err("{*…} must be at the end".into());
            }
            segments.push(segment);
            match behind {
                Some(behind) => rest = behind,
                None => return Ok(Self(segments)),
            }
        }
    }

    /// Where the values of the parameters stand in a path; `None` where it does not match.
    pub fn parameters(&self, path: &[u8]) -> Option<Vec<Range<usize>>> {
        let mut rest = Some(path.strip_prefix(b"/")?);
        let mut found = Vec::new();
        for segment in &self.0 {
            let remaining = rest?;
            let value = segment.value(remaining)?;
            let start = path.len() - remaining.len() + value.start;
            if segment.kind != Kind::Literal {
                found.push(start..start + value.len());
            }
            rest = if segment.kind == Kind::Rest { None } else { split(remaining).1 };
        }
        rest.is_none().then_some(found)
    }
}

impl Segment {
    fn parse(text: &[u8]) -> Result<Self, &'static str> {
        let mut segment = Self { kind: Kind::Literal, prefix: Vec::new(), suffix: Vec::new() };
        let mut rest = text;
        while let Some((&byte, behind)) = rest.split_first() {
            rest = behind;
            if matches!(byte, b'{' | b'}') {
                if let Some(behind) = behind.strip_prefix(&[byte]) {
                    rest = behind;
                } else if byte == b'}' {
                    return Err("a } has no {");
                } else {
                    let (name, behind) = split_once(behind, b'}').ok_or("a { has no }")?;
                    segment.parameter(name)?;
                    rest = behind;
                    continue;
                }
            }
            let is_literal = segment.kind == Kind::Literal;
            let text = if is_literal { &mut segment.prefix } else { &mut segment.suffix };
            text.push(byte);
        }
        Ok(segment)
    }

    /// Adds a parameter behind the text so far.
    fn parameter(&mut self, name: &[u8]) -> Result<(), &'static str> {
        if self.kind != Kind::Literal {
            return Err("a segment has two parameters");
        }
        let rest = name.strip_prefix(b"*");
        self.kind = if rest.is_some() { Kind::Rest } else { Kind::Parameter };
        let name = rest.unwrap_or(name);
        if name.is_empty() {
            return Err("a parameter has no name");
        }
        let is_wrong = name.iter().any(|byte| matches!(byte, b'{' | b'*'));
        if is_wrong { Err("a parameter's name has { or *") } else { Ok(()) }
    }

    /// What the parameter takes of a path that goes on with `path`; of a literal, all of it.
    pub fn value(&self, path: &[u8]) -> Option<Range<usize>> {
        let segment = split(path).0;
        let (start, end) = match self.kind {
            Kind::Literal => return (segment == self.prefix).then_some(0..segment.len()),
            Kind::Parameter if segment.ends_with(&self.suffix) => {
                (self.prefix.len(), segment.len() - self.suffix.len())
            }
            Kind::Parameter => return None,
            Kind::Rest => (self.prefix.len(), path.len()),
        };
        (start < end && segment.starts_with(&self.prefix)).then_some(start..end)
    }
}

/// The first segment of a path without its leading slash, and what stands behind the next slash.
pub(super) fn split(path: &[u8]) -> (&[u8], Option<&[u8]>) {
    match split_once(path, b'/') {
        Some((segment, behind)) => (segment, Some(behind)),
        None => (path, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn parameters_are_found() {
        let cases: [(&str, &str, Option<&[&str]>, &str); 19] = [
            ("/", "/", Some(&[]), "the root"),
            ("/a/b", "/a/b", Some(&[]), "literals"),
            ("/a/b", "/a/bc", None, "another literal"),
            ("/a/", "/a", None, "a slash at the end counts"),
            ("/a/", "/a/", Some(&[]), "a slash at the end"),
            ("/{a}", "/7", Some(&["7"]), "a parameter"),
            ("/{a}", "/", None, "is not empty"),
            ("/{a}", "7", None, "no path"),
            ("/{a}/{b}", "/1/2", Some(&["1", "2"]), "two"),
            ("/{a}/{b}", "/1/2/3", None, "a longer path"),
            ("/{a}/{b}", "/1", None, "a shorter one"),
            ("/v{a}.png", "/v1.png", Some(&["1"]), "text around it"),
            ("/v{a}.png", "/v.png", None, "and nothing between"),
            ("/aba{a}aba", "/ababa", None, "the texts do not share bytes"),
            ("/f/{*rest}", "/f/a/b/", Some(&["a/b/"]), "the rest"),
            ("/f/{*rest}", "/f/", None, "is not empty"),
            ("/f/{*rest}", "/f//", Some(&["/"]), "a slash is enough"),
            ("/f-{*rest}", "/f-a/b", Some(&["a/b"]), "the rest behind a text"),
            ("/{{{a}}}", "/{7}", Some(&["7"]), "braces"),
        ];
        for (template, path, expected, why) in cases {
            let found = Template::parse(template).unwrap().parameters(path.as_bytes());
            let found: Option<Vec<&str>> = found
                .map(|ranges| ranges.into_iter().map(|range| path.get(range).unwrap()).collect());
            assert_eq!(found.as_deref(), expected, "{why}: {template} {path}");
        }
    }

    #[test]
    fn malformed_templates_are_refused() {
        let cases = [
            ("", "must start with /"),
            ("orders", "must start with /"),
            ("/{", "a { has no }"),
            ("/{id", "a { has no }"),
            ("/{id/x}", "a { has no }"),
            ("/id}", "a } has no {"),
            ("/{id}}", "a } has no {"),
            ("/{}", "a parameter has no name"),
            ("/{*}", "a parameter has no name"),
            ("/{a*}", "a parameter's name has { or *"),
            ("/{a{b}", "a parameter's name has { or *"),
            ("/{a}-{b}", "a segment has two parameters"),
            ("/a/{*rest}/b", "{*…} must be at the end"),
            ("/a/{*rest}/", "{*…} must be at the end"),
            ("/a/{*rest}.png", "{*…} must be at the end"),
        ];
        for (bad, reason) in cases {
            assert_eq!(check(bad), Err(reason.to_owned()), "{bad}");
        }
        for good in ["/", "/orders/{id}", "//", "/a{{b", "/{a b}"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }
}
