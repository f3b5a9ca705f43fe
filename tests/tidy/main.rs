//! Tests of the repository itself: what the module may import and export, and what the texts and
//! files that users meet must hold.

mod collectors;
mod configurations;
mod house;
mod image;
mod manifests;
mod metrics;
mod module;
mod readme;
mod supply;
