//! Reading an HTTP/1.1 answer: length given, chunked, or until the end of the connection.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

type Fields = Vec<(String, Vec<u8>)>;

/// The answer to a request.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The fields in order, names in lower case.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, without its framing.
    pub body: Vec<u8>,
    /// The fields after a chunked body.
    pub trailers: Vec<(String, Vec<u8>)>,
}

impl Response {
    /// The first field of this name (lower case).
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        find(&self.headers, name)
    }

    /// All fields of this name (lower case), in order, as text with odd bytes replaced.
    pub fn header_values(&self, name: &str) -> Vec<String> {
        let equal = self.headers.iter().filter(|(field, _)| field == name);
        equal.map(|(_, value)| String::from_utf8_lossy(value).into_owned()).collect()
    }

    /// The body as text, with odd bytes replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Reads the final answer to a request of this method; interim ones are passed over.
    pub(super) async fn read<R>(reader: &mut R, method: &str) -> io::Result<Response>
    where
        R: AsyncBufRead + Unpin,
    {
        loop {
            let status = read_status(reader).await?;
            let headers = read_fields(reader).await?;
            if (100..200).contains(&status) && status != 101 {
                continue;
            }
            let mut response = Response { status, headers, body: Vec::new(), trailers: Vec::new() };
            if method != "HEAD" && !matches!(status, 101 | 204 | 304) {
                response.read_body(reader).await?;
            }
            return Ok(response);
        }
    }

    async fn read_body<R: AsyncBufRead + Unpin>(&mut self, reader: &mut R) -> io::Result<()> {
        if let Some(length) = self.header("content-length") {
            let length = text(length)?.parse().map_err(invalid)?;
            self.body = vec![0; length];
            reader.read_exact(&mut self.body).await?;
        } else if self.header("transfer-encoding") == Some(b"chunked") {
            while let Some(mut chunk) = read_chunk(reader).await? {
                self.body.append(&mut chunk);
            }
            self.trailers = read_fields(reader).await?;
        } else {
            reader.read_to_end(&mut self.body).await?;
        }
        Ok(())
    }
}

async fn read_status<R: AsyncBufRead + Unpin>(reader: &mut R) -> io::Result<u16> {
    let line = read_line(reader).await?;
    let mut words = text(&line)?.split(' ');
    match (words.next(), words.next()) {
        (Some("HTTP/1.1" | "HTTP/1.0"), Some(status)) => status.parse().map_err(invalid),
        _ => Err(invalid(format!("not a status line: {:?}", String::from_utf8_lossy(&line)))),
    }
}

async fn read_fields<R: AsyncBufRead + Unpin>(reader: &mut R) -> io::Result<Fields> {
    let mut fields = Vec::new();
    loop {
        let line = read_line(reader).await?;
        if line.is_empty() {
            return Ok(fields);
        }
        let colon = line.iter().position(|byte| *byte == b':');
        let colon = colon.ok_or_else(|| invalid("a field without a colon"))?;
        let name = text(&line[..colon])?.to_ascii_lowercase();
        fields.push((name, line[colon + 1..].trim_ascii().to_vec()));
    }
}

async fn read_chunk<R: AsyncBufRead + Unpin>(reader: &mut R) -> io::Result<Option<Vec<u8>>> {
    let line = read_line(reader).await?;
    let size = text(&line)?.split(';').next().unwrap_or_default().trim();
    let size = usize::from_str_radix(size, 16).map_err(invalid)?;
    if size == 0 {
        return Ok(None);
    }
    let mut chunk = vec![0; size];
    reader.read_exact(&mut chunk).await?;
    read_line(reader).await?;
    Ok(Some(chunk))
}

async fn read_line<R: AsyncBufRead + Unpin>(reader: &mut R) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line).await?;
    if line.pop() != Some(b'\n') {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    line.pop_if(|last| *last == b'\r');
    Ok(line)
}

fn find<'a>(fields: &'a Fields, name: &str) -> Option<&'a [u8]> {
    fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_slice())
}

fn text(bytes: &[u8]) -> io::Result<&str> {
    std::str::from_utf8(bytes).map_err(invalid)
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(mut bytes: &[u8], method: &str) -> io::Result<Response> {
        Response::read(&mut bytes, method).await
    }

    #[tokio::test]
    async fn each_framing_is_understood() {
        let rows: &[(&str, &[u8], &str)] = &[
            ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP", "ab"),
            ("GET", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n2;x=y\r\nbc\r\n0\r\n\r\n", "abc"),
            ("GET", b"HTTP/1.0 200 OK\r\n\r\nto the end", "to the end"),
            ("HEAD", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n", ""),
            ("GET", b"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1", ""),
            ("GET", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200\r\ncontent-length: 1\r\n\r\nx", "x"),
        ];
        for (method, bytes, body) in rows {
            let response = read(bytes, method).await.unwrap();
            assert_eq!(response.text(), *body, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[tokio::test]
    async fn fields_keep_order_duplicates_and_bytes() {
        let bytes = b"HTTP/1.1 503 No\r\nB: 1\r\na: \xff\r\nb:2 \r\ncontent-length: 0\r\n\r\n";
        let response = read(bytes, "GET").await.unwrap();
        assert_eq!(response.status, 503);
        let field = |name: &str, value: &[u8]| (name.to_owned(), value.to_vec());
        let expected = [field("b", b"1"), field("a", b"\xff"), field("b", b"2")];
        assert_eq!(response.headers[..3], expected);
    }

    #[tokio::test]
    async fn an_answer_cut_short_is_an_error() {
        for bytes in [
            "",
            "HTTP/1.1 200 OK\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nab",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n",
            "SSH-2.0-x\r\n\r\n",
        ] {
            assert!(read(bytes.as_bytes(), "GET").await.is_err(), "{bytes:?}");
        }
    }
}
