//! Requests that the filter sends, and their answers.

use crate::headers::Headers;

/// How a request was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As an HTTP request.
    Http,
    /// As a gRPC stream.
    Grpc,
}

/// A request of the filter's.
#[derive(Clone, Debug)]
pub struct Callout {
    /// Its number. HTTP and gRPC count apart.
    pub token: u32,
    /// How it was sent.
    pub kind: Kind,
    /// The root context that sent it.
    pub root: u32,
    /// The cluster; of a gRPC stream the encoded description of its service.
    pub cluster: Vec<u8>,
    /// Its headers, or initial metadata.
    pub headers: Headers,
    /// Its body, or message.
    pub body: Vec<u8>,
    /// Whether the filter has ended its side.
    pub is_closed: bool,
    /// Whether the filter has given it up.
    pub is_cancelled: bool,
    /// How often it has been answered.
    pub answers: u32,
}

/// What comes back.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Its headers, or initial metadata.
    pub headers: Headers,
    /// Its body, or message.
    pub body: Vec<u8>,
    /// Its trailers.
    pub trailers: Headers,
    /// Its gRPC status.
    pub status: u32,
    /// What the server says of that status.
    pub message: Vec<u8>,
}
