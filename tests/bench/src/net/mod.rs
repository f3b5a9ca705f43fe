//! A minimal HTTP/1.1 over nonblocking sockets: what one loop on one core can serve tens of
//! thousands of times a second.

mod connection;
mod framing;
pub mod http2;

pub use connection::{Connection, Received};
pub use framing::{parse_request, parse_response};
