//! Secrets in paths, such as the token of `/reset/{token}`.

use std::borrow::Cow;
use std::ops::Range;

use regex_lite::Regex;

use crate::rules::Template;

const REDACTED: &str = "REDACTED";

/// Which parts of paths are secrets.
#[derive(Clone, Debug, Default)]
pub struct RedactedPaths {
    /// One template each: they may overlap in any way.
    templates: Vec<Template>,
    regexes: Vec<Regex>,
}

impl RedactedPaths {
    /// Parameters of this template are secrets.
    ///
    /// # Errors
    /// Why it is none.
    pub fn add_template(&mut self, template: &str) -> Result<(), String> {
        self.templates.push(Template::parse(template)?);
        Ok(())
    }

    /// Every part of a path that this matches is a secret.
    ///
    /// # Errors
    /// Why it is no regular expression.
    pub fn add_regex(&mut self, pattern: &str) -> Result<(), String> {
        self.regexes.push(Regex::new(pattern).map_err(|error| error.to_string())?);
        Ok(())
    }

    /// `path`, without its query, with every secret replaced. Where any are configured, bytes that
    /// are no UTF-8 become U+FFFD, as in every text of a span.
    pub fn clean<'a>(&self, path: &'a [u8]) -> Cow<'a, [u8]> {
        if self.templates.is_empty() && self.regexes.is_empty() {
            return Cow::Borrowed(path);
        }
        let mut text = String::from_utf8_lossy(path);
        for template in &self.templates {
            if let Some(clean) = parameters(&text, template) {
                text = Cow::Owned(clean);
            }
        }
        for regex in &self.regexes {
            // An empty match is no secret.
            let found = regex.find_iter(&text).map(|found| found.range());
            let mut secrets = found.filter(|range| !range.is_empty());
            if let Some(clean) = replaced(&text, &mut secrets) {
                text = Cow::Owned(clean);
            }
        }
        match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        }
    }
}

/// `path` with the parameters of `template` replaced; `None` where they do not fit. A slash at the
/// end hides no secret.
fn parameters(path: &str, template: &Template) -> Option<String> {
    let bytes = path.as_bytes();
    let without_slash = || template.parameters(bytes.strip_suffix(b"/")?);
    let found = template.parameters(bytes).or_else(without_slash)?;
    replaced(path, &mut found.into_iter())
}

/// `text` with these parts of it replaced, given in their order; `None` when there are none.
fn replaced(text: &str, ranges: &mut dyn Iterator<Item = Range<usize>>) -> Option<String> {
    let mut out = String::new();
    let mut done = 0;
    for range in ranges {
        out.push_str(text.get(done..range.start)?);
        out.push_str(REDACTED);
        done = range.end;
    }
    out.push_str(text.get(done..)?);
    (done > 0).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn parameters_and_matches_are_replaced() {
        let mut paths = RedactedPaths::default();
        for template in
            ["/reset/{token}", "/u/{user}/f/{*file}", "/img/{name}.png", "/{any}/secret/{x}"]
        {
            paths.add_template(template).unwrap();
        }
        for pattern in ["^/key-[0-9]+", "ssn-[0-9]+|x*"] {
            paths.add_regex(pattern).unwrap();
        }
        let cases: [(&[u8], &str, &str); 14] = [
            (b"/reset/abc", "/reset/REDACTED", "a parameter"),
            (b"/reset/abc/", "/reset/REDACTED/", "a slash at the end"),
            (b"/reset/abc/more", "/reset/abc/more", "another path"),
            (b"/reset/", "/reset/", "no value"),
            (b"/u/bob/f/a/b", "/u/REDACTED/f/REDACTED", "two, one of them the rest"),
            (b"/img/bob.png", "/img/REDACTED.png", "a part of a segment"),
            (b"/reset/secret/7", "/REDACTED/secret/REDACTED", "every parameter of its own"),
            (b"/reset/\xff", "/reset/REDACTED", "no UTF-8"),
            (b"/a/ssn-12/ssn-34", "/a/REDACTED/REDACTED", "every match"),
            (b"/key-1/key-2", "REDACTED/key-2", "anchored"),
            (b"/ssn-1/xx", "/REDACTED/REDACTED", "matches that are not empty"),
            (b"/orders/7", "/orders/7", "nothing to hide"),
            (b"*", "*", "no path"),
            (b"", "", "empty"),
        ];
        for (path, expected, why) in cases {
            assert_eq!(str::from_utf8(&paths.clean(path)), Ok(expected), "{why}");
        }
        assert_eq!(RedactedPaths::default().clean(b"/\xff"), b"/\xff".as_slice());
    }

    #[test]
    fn what_is_no_template_or_pattern_is_refused() {
        let mut paths = RedactedPaths::default();
        assert!(paths.add_template("reset").is_err() && paths.add_regex("(").is_err());
    }
}
