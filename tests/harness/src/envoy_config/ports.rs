//! From the ports written in a configuration to real ones.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::yaml::each_object;

/// Every port of the tree, of listeners, endpoints and the admin interface alike.
pub(super) fn documented(value: &Value) -> BTreeSet<u16> {
    let mut ports = BTreeSet::new();
    each_object(&mut value.clone(), &mut |fields| ports.extend(port_of(fields)));
    ports
}

/// Puts real ports in place, and 127.0.0.1 for every address: nothing leaves the machine.
pub(super) fn map(
    value: &mut Value,
    ports: &BTreeMap<u16, u16>,
    cluster_ports: &BTreeMap<String, u16>,
) {
    each_object(value, &mut |fields| {
        if let Some(port) = port_of(fields) {
            fields.insert("address".to_owned(), "127.0.0.1".into());
            fields.insert("port_value".to_owned(), ports[&port].into());
        }
    });
    let clusters = value["static_resources"]["clusters"].as_array_mut();
    let mut left = cluster_ports.clone();
    for cluster in clusters.into_iter().flatten() {
        if let Some(real) = cluster["name"].as_str().and_then(|name| left.remove(name)) {
            each_object(cluster, &mut |fields| {
                if port_of(fields).is_some() {
                    fields.insert("port_value".to_owned(), real.into());
                }
            });
        }
    }
    assert!(left.is_empty(), "no such clusters: {left:?}");
}

/// The port of a `socket_address`.
fn port_of(fields: &Map<String, Value>) -> Option<u16> {
    let port = fields.get("port_value")?.as_u64()?;
    Some(u16::try_from(port).unwrap_or_else(|_| panic!("{port} is no port")))
}
