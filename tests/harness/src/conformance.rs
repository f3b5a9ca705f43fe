//! Whether exports keep to the standards that they claim, checked on everything that reaches a
//! [`Collector`](crate::Collector).
//!
//! The facts are files beside this crate: `conformance/semantic-conventions.yaml` and the schemas of
//! OTLP/JSON and of Zipkin. What breaks them is a [`Violation`]. A collector keeps those that it saw,
//! and panics with them when it is asked for what came, or dropped. So no test can forget the check.
//! A test that wants something else on purpose says so with an [`Allowance`] and its reason.

mod allowance;
mod attributes;
mod conditions;
mod conventions;
mod documented;
mod export;
mod json_schema;
mod naming;
mod requirements;
mod resource;
mod rule;
mod status;
mod structure;
mod value;
mod violations;

pub use allowance::Allowance;
pub use conventions::{Conventions, SpanConvention};
pub use documented::{Documented, documented};
pub use export::violations_of;
pub use json_schema::{otlp_json_faults, zipkin_json_faults};
pub use rule::{Rule, Violation};

pub(crate) use violations::Violations;

#[cfg(test)]
mod tests;
