//! What the module is made of: its packages, how many bytes each has in it, and its bill of
//! materials.

pub mod linked;
pub mod sbom;
pub mod sizes;
mod symbols;
