//! Rules that requests are matched by: first match wins, at a cost that does not grow with their
//! number.
//!
//! A rule's paths go into an index (a hash map, a tree of segments, sorted prefixes); what else it asks
//! for is compared only for the rules that the index finds. Rules without a path are found by
//! their exact hosts, or stand in a list of their own.

mod conditions;
mod index;
mod prefix_map;
mod statuses;
mod template;
mod templates;
mod text;

pub use conditions::{Conditions, KnownListener, Listener, Request};
pub use index::{Match, PathPattern, RuleIndex};
pub use statuses::Statuses;
pub use template::{Template, check as check_template};
pub use templates::Templates;
pub use text::{AnyOf, TextMatcher, regex};
