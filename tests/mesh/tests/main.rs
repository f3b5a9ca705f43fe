//! spanmesh in a real mesh. All tests share one control plane, and each has a namespace of its
//! own, but those that change what is for the whole mesh.

mod gateways;
mod image;
mod install;
mod live;
mod outage;
mod refused;
mod sampling;
mod shipped;
mod support;
