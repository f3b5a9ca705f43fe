//! What several fuzz targets need.

#![forbid(unsafe_code)]

pub mod lines;
mod no_shared_data;
pub mod whole;

pub use no_shared_data::NoSharedData;
