//! Backends that are not ours: what arrives there is what the proxy saw.

mod otelcol;
