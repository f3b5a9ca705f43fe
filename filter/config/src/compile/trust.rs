//! Compiles `trust`.

use spanmesh_json::Value;

use super::{Section, matching, text};
use crate::options::trust::{EDGE, EXCEPT, TRUST};
use spanmesh_core::trust::{Cidr, Edge, Exceptions, OnForeignContext, Trust};

/// Whom both sides of the proxy trust.
#[derive(Debug)]
pub struct TrustSettings {
    /// Callers; `None`: by the type of the node.
    pub inbound: Option<Trust>,
    /// Upstreams.
    pub outbound: Trust,
}

pub(super) fn compile(value: &Value) -> TrustSettings {
    let options = Section::new(value, &TRUST);
    TrustSettings {
        inbound: side(&options.value("inbound")),
        outbound: side(&options.value("outbound")).unwrap_or_default(),
    }
}

fn side(value: &Value) -> Option<Trust> {
    let edge = match value {
        Value::Null => return None,
        Value::String(name) if name == "edge" => Edge::default(),
        other => match other.get("edge") {
            Some(value) => edge(value),
            None => return Some(Trust::Mesh),
        },
    };
    Some(Trust::Edge(edge))
}

/// Outbound edges have fewer options, and those in common.
fn edge(value: &Value) -> Edge {
    let options = Section::new(value, &EDGE);
    let except = options.section("except", &EXCEPT);
    let ranges = except.value("peer_address");
    let matcher = |name| Some(except.value(name)).filter(|value| !value.is_null());
    Edge {
        on_foreign_context: match options.text("on_foreign_context").as_str() {
            "ignore_decision" => OnForeignContext::IgnoreDecision,
            _ => OnForeignContext::Restart,
        },
        except: Exceptions {
            headers: matching::headers(Some(&except.value("header"))),
            peer_addresses: (matching::items(&ranges).iter())
                .filter_map(|range| Cidr::parse(&text(range)))
                .collect(),
            mtls_peers: matcher("mtls_peer").as_ref().map(matching::any_of),
            hosts: matcher("host")
                .as_ref()
                .map(matching::lower_case)
                .as_ref()
                .map(matching::any_of),
        },
    }
}
