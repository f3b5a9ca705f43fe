//! A request as a test writes it down.

use std::fmt;

/// A request of the raw client: fields go out in the order given, duplicates and any bytes
/// included. A `host` is added when none is given, a `content-length` when there is a body.
#[derive(Clone, Debug)]
pub struct Request {
    method: String,
    target: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Request {
    /// A request with this method and request target.
    pub fn new(method: &str, target: &str) -> Request {
        Request {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// A GET.
    pub fn get(target: &str) -> Request {
        Request::new("GET", target)
    }

    /// A POST of `body`.
    pub fn post(target: &str, body: impl Into<Vec<u8>>) -> Request {
        Request::new("POST", target).body(body)
    }

    /// Adds the `host` field.
    pub fn host(self, host: &str) -> Request {
        self.header("host", host)
    }

    /// Adds one field, after those that are there already.
    pub fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Request {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Adds several fields.
    pub fn headers(self, fields: impl IntoIterator<Item = (String, Vec<u8>)>) -> Request {
        fields.into_iter().fold(self, |request, (name, value)| request.header(&name, value))
    }

    /// Sets the body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Request {
        self.body = body.into();
        self
    }

    /// The method.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// What goes over the wire.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{} {} HTTP/1.1\r\n", self.method, self.target).into_bytes();
        if !self.has("host") {
            bytes.extend_from_slice(b"host: spanmesh.test\r\n");
        }
        for (name, value) in &self.headers {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        let framed = self.has("content-length") || self.has("transfer-encoding");
        let bodyless = self.body.is_empty() && matches!(&*self.method, "GET" | "HEAD" | "CONNECT");
        if !framed && !bodyless {
            bytes.extend_from_slice(format!("content-length: {}\r\n", self.body.len()).as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }

    fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(field, _)| field.eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_go_out_as_given() {
        let request = Request::get("/a?b")
            .host("shop.example")
            .header("tracestate", "a=1")
            .header("X-Odd", [0xff, 0x80, b' '])
            .header("tracestate", "b=2");
        let expected = b"GET /a?b HTTP/1.1\r\nhost: shop.example\r\ntracestate: a=1\r\n\
            X-Odd: \xff\x80 \r\ntracestate: b=2\r\n\r\n";
        assert_eq!(request.to_bytes(), expected);
    }

    #[test]
    fn host_and_length_are_added_only_when_missing() {
        let request = Request::post("/", "abc");
        let expected = b"POST / HTTP/1.1\r\nhost: spanmesh.test\r\ncontent-length: 3\r\n\r\nabc";
        assert_eq!(request.to_bytes(), expected);

        let request = request.header("Host", "a").header("Content-Length", "7");
        let expected = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\n\r\nabc";
        assert_eq!(request.to_bytes(), expected);
    }
}
