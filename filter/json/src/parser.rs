//! The parser.

use std::fmt;

use crate::{Map, Value, string};

/// Deepest nesting of lists and objects.
const MAX_DEPTH: u32 = 127;

/// Why a text is not JSON, and where. Displays as `reason at line 1 column 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    reason: &'static str,
    line: usize,
    /// In bytes, from 1.
    column: usize,
}

/// Parses a whole text. Of equal keys in one object the last counts.
///
/// # Errors
/// Why it is not JSON.
pub fn parse(text: &[u8]) -> Result<Value, Error> {
    let mut parser = Parser { rest: text };
    let end = |parser: &Parser<'_>| {
        if parser.rest.is_empty() { Ok(()) } else { Err("trailing characters") }
    };
    let value = parser.value(0).and_then(|value| end(&parser).map(|()| value));
    value.map_err(|reason| {
        let read = text.len().saturating_sub(parser.rest.len());
        let read = text.get(..read).unwrap_or_default();
        let line_start = read.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        Error {
            reason,
            line: 1 + read.iter().filter(|byte| **byte == b'\n').count(),
            column: 1 + read.len() - line_start,
        }
    })
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at line {} column {}", self.reason, self.line, self.column)
    }
}

/// What has been read is behind; on an error, `rest` starts where it was found.
pub(crate) struct Parser<'a> {
    pub(crate) rest: &'a [u8],
}

pub(crate) type Parsed<T> = Result<T, &'static str>;

impl Parser<'_> {
    /// A value, and the blanks around it.
    fn value(&mut self, depth: u32) -> Parsed<Value> {
        self.skip_blanks();
        let value = match self.peek() {
            Some(b'{') => self.object(self.deeper(depth)?).map(Value::Object),
            Some(b'[') => self.array(self.deeper(depth)?).map(Value::Array),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number().map(Value::Number),
            Some(b'n') => self.word("null", Value::Null),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            _ => Err(self.unexpected("expected value")),
        }?;
        self.skip_blanks();
        Ok(value)
    }

    fn deeper(&self, depth: u32) -> Parsed<u32> {
        if depth < MAX_DEPTH { Ok(depth + 1) } else { Err("recursion limit exceeded") }
    }

    fn object(&mut self, depth: u32) -> Parsed<Map> {
        let mut entries = Map::new();
        self.items(b'}', "expected `,` or `}`", |parser| {
            if parser.peek() != Some(b'"') {
                return Err(parser.unexpected("key must be a string"));
            }
            let key = parser.string()?;
            parser.skip_blanks();
            if !parser.take(b':') {
                return Err(parser.unexpected("expected `:`"));
            }
            entries.insert(key, parser.value(depth)?);
            Ok(())
        })?;
        Ok(entries)
    }

    fn array(&mut self, depth: u32) -> Parsed<Vec<Value>> {
        let mut items = Vec::new();
        self.items(b']', "expected `,` or `]`", |parser| {
            items.push(parser.value(depth)?);
            Ok(())
        })?;
        Ok(items)
    }

    /// What stands between brackets, separated by commas.
    fn items(
        &mut self,
        end: u8,
        expected: &'static str,
        mut item: impl FnMut(&mut Self) -> Parsed<()>,
    ) -> Parsed<()> {
        self.skip(1);
        self.skip_blanks();
        if self.take(end) {
            return Ok(());
        }
        loop {
            item(self)?;
            if self.take(end) {
                return Ok(());
            }
            if !self.take(b',') {
                return Err(self.unexpected(expected));
            }
            self.skip_blanks();
            if self.peek() == Some(end) {
                return Err("trailing comma");
            }
        }
    }

    fn string(&mut self) -> Parsed<String> {
        self.skip(1);
        string::read(&mut self.rest)
    }

    fn word(&mut self, word: &str, value: Value) -> Parsed<Value> {
        match self.rest.strip_prefix(word.as_bytes()) {
            Some(rest) => {
                self.rest = rest;
                Ok(value)
            }
            None => Err("expected null, true or false"),
        }
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.skip(1);
        }
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    pub(crate) fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        if is_next {
            self.skip(1);
        }
        is_next
    }

    pub(crate) fn skip(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
    }

    pub(crate) fn unexpected(&self, otherwise: &'static str) -> &'static str {
        if self.rest.is_empty() { "unexpected end" } else { otherwise }
    }
}
