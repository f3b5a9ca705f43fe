//! Requests and answers in words: `GET /checkout host:shop.example x-debug:1`, `503 duration:1.2s`.

use spanmesh_core::header_map::serialise;

/// A request.
#[derive(Debug, PartialEq, Eq)]
pub struct Request {
    /// Its fields, pseudo-headers among them.
    pub fields: Vec<(String, String)>,
}

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Response {
    /// Its status; `None`: there was no answer.
    pub status: Option<u16>,
    /// Nanoseconds from the request to the end.
    pub duration: u64,
    /// Its fields.
    pub fields: Vec<(String, String)>,
}

// === impl Request ===

impl Request {
    /// Reads `METHOD PATH name:value …`; `host` is `:authority`, and values with blanks stand in quotes.
    ///
    /// # Errors
    /// What is no part of a request.
    pub fn parse(text: &str) -> Result<Self, String> {
        let words = words(text)?;
        let [method, path, rest @ ..] = words.as_slice() else {
            return Err("a request is METHOD PATH name:value …, e.g. GET /checkout".to_owned());
        };
        if !method.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-') {
            return Err(format!("\"{method}\" is no method: a request begins with METHOD PATH"));
        }
        if !path.starts_with('/') && path != "*" {
            return Err(format!("\"{path}\" is no path: it must begin with /"));
        }
        let mut fields =
            vec![(":method".to_owned(), method.clone()), (":path".to_owned(), path.clone())];
        for word in rest {
            let (name, value) = field(word)?;
            let name = if name == "host" { ":authority".to_owned() } else { name };
            fields.push((name, value));
        }
        Ok(Self { fields })
    }

    /// As the host hands it over.
    pub fn serialised(&self) -> Vec<u8> {
        serialise(self.fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())))
    }

    /// Method, path and host.
    pub fn shown(&self) -> String {
        let shown = ["method", "path", "authority"].into_iter().filter_map(|wanted| {
            let found = self.fields.iter().find(|(name, _)| name.strip_prefix(':') == Some(wanted));
            let (_, value) = found?;
            Some(if wanted == "authority" { format!("to {value}") } else { value.clone() })
        });
        shown.collect::<Vec<_>>().join(" ")
    }
}

// === impl Response ===

impl Response {
    /// Reads `STATUS duration:TIME name:value …`; the status `none` means that there was no answer.
    ///
    /// # Errors
    /// What is no part of an answer.
    pub fn parse(text: &str) -> Result<Self, String> {
        let words = words(text)?;
        let (status, rest) = words.split_first().ok_or("an answer begins with its status")?;
        let code = status.parse().ok().filter(|code| (100..600).contains(code));
        if code.is_none() && status != "none" {
            return Err(format!("\"{status}\" is no status: a code from 100 to 599, or none"));
        }
        let mut response = Self { status: code, duration: 0, fields: Vec::new() };
        for word in rest {
            let (name, value) = field(word)?;
            if name == "duration" {
                let told = || format!("\"{value}\" is no duration such as 250ms or 1.2s");
                response.duration = nanoseconds(&value).ok_or_else(told)?;
            } else {
                response.fields.push((name, value));
            }
        }
        Ok(response)
    }

    /// A field.
    pub fn header(&self, name: &str) -> Option<Vec<u8>> {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone().into_bytes())
    }
}

fn field(word: &str) -> Result<(String, String), String> {
    let (colon, rest) = match word.strip_prefix(':') {
        Some(rest) => (":", rest),
        None => ("", word),
    };
    let (name, value) =
        rest.split_once(':').ok_or_else(|| format!("\"{word}\" is no name:value"))?;
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
    let field = (format!("{colon}{}", name.to_ascii_lowercase()), value.to_owned());
    is_name.then_some(field).ok_or_else(|| format!("\"{name}\" is no name of a header field"))
}

/// Words between blanks; within quotes blanks belong to the word.
fn words(text: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut quoted, mut any) = (Vec::new(), String::new(), false, false);
    for c in text.chars() {
        match c {
            '"' => (quoted, any) = (!quoted, true),
            c if c.is_whitespace() && !quoted => {
                if any {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            c => {
                word.push(c);
                any = true;
            }
        }
    }
    if quoted {
        return Err("a quote is not closed".to_owned());
    }
    words.extend(any.then_some(word));
    Ok(words)
}

fn nanoseconds(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text.strip_prefix(digits)? {
        "ms" | "" => 1e6,
        "s" => 1e9,
        "m" => 60e9,
        _ => return None,
    };
    let number: f64 = digits.parse().ok()?;
    (0.0..1e9).contains(&number).then_some((number * unit) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read() {
        let request =
            Request::parse("POST /a?b=c host:Shop:80 X-Debug:1 user-agent:\"a b\" :scheme:https");
        let fields = [
            (":method", "POST"),
            (":path", "/a?b=c"),
            (":authority", "Shop:80"),
            ("x-debug", "1"),
            ("user-agent", "a b"),
            (":scheme", "https"),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        assert_eq!(request, Ok(Request { fields }));
        for (text, reason) in [
            ("", "METHOD PATH"),
            ("GET", "METHOD PATH"),
            ("/a GET", "no method"),
            ("GET a", "no path"),
            ("GET /a b", "no name:value"),
            ("GET /a \"b", "not closed"),
            ("GET /a :x", "no name:value"),
        ] {
            let error = Request::parse(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn answers_are_read() {
        let response = Response::parse("503 duration:1.5s Retry-After:3").unwrap();
        assert_eq!((response.status, response.duration), (Some(503), 1_500_000_000));
        assert_eq!(response.header("retry-after"), Some(b"3".to_vec()));
        assert_eq!(Response::parse("none").unwrap().status, None);
        for bad in ["", "20", "abc", "200 duration:1h", "200 duration:x", "200 x"] {
            assert!(Response::parse(bad).is_err(), "{bad}");
        }
    }
}
