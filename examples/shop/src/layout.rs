//! Which port everything listens on.

use crate::backend::Ui;
use crate::ports::Documented;
use crate::services::Service;

/// The ports of one run. The Envoy files name the documented ones.
pub struct Layout {
    /// Where customers come in.
    pub edge: u16,
    /// The administration page of the edge.
    pub edge_admin: u16,
    /// The services inside the mesh.
    pub inside: Vec<Inside>,
    /// The payment provider.
    pub provider: u16,
    /// What has the spans.
    pub backend: u16,
    _documented: Documented,
}

/// The ports of a service and of the Envoy beside it.
pub struct Inside {
    /// The service.
    pub service: Service,
    /// What `envoy/edge.yaml` and `envoy/sidecar.yaml` call `inbound`.
    pub documented_inbound: u16,
    /// The listener for requests to the service.
    pub inbound: u16,
    /// The listener for calls that the service makes.
    pub outbound: u16,
    /// The service itself.
    pub listen: u16,
    /// The administration page.
    pub admin: u16,
}

/// Documented ports that are one for all.
const EDGE: u16 = 10000;
const EDGE_ADMIN: u16 = 10009;
const PROVIDER: u16 = 10600;
const COLLECTOR: u16 = 4318;
const ZIPKIN: u16 = 9411;

// === impl Layout ===

impl Layout {
    /// The documented ports where they are free, other free ones where they are not.
    pub fn choose(ui: Ui) -> Self {
        let documented = Documented::claim();
        let take = |port| documented.take(port);
        let inside = (101..).zip(Service::INSIDE).map(|(hundreds, service)| {
            let block = hundreds * 100;
            Inside {
                service,
                documented_inbound: block + 1,
                inbound: take(block + 1),
                outbound: take(block + 2),
                listen: take(block + 3),
                admin: take(block + 9),
            }
        });
        Self {
            inside: inside.collect(),
            edge: take(EDGE),
            edge_admin: take(EDGE_ADMIN),
            provider: take(PROVIDER),
            backend: take(if ui == Ui::Zipkin { ZIPKIN } else { COLLECTOR }),
            _documented: documented,
        }
    }

    /// What takes the place of the ports in `envoy/edge.yaml`.
    pub fn edge_ports(&self) -> Vec<(u16, u16)> {
        let mut map =
            vec![(EDGE, self.edge), (EDGE_ADMIN, self.edge_admin), (COLLECTOR, self.backend)];
        map.extend(self.inside.iter().map(|other| (other.documented_inbound, other.inbound)));
        map
    }

    /// What takes the place of the ports in `envoy/sidecar.yaml`, for the Envoy beside `own`.
    pub fn sidecar_ports(&self, own: &Inside) -> Vec<(u16, u16)> {
        let mut map = vec![
            (15006, own.inbound),
            (15001, own.outbound),
            (8080, own.listen),
            (9909, own.admin),
            (PROVIDER, self.provider),
            (COLLECTOR, self.backend),
        ];
        map.extend(self.inside.iter().map(|other| (other.documented_inbound, other.inbound)));
        map
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_port_of_the_files_is_replaced() {
        let layout = Layout::choose(Ui::Terminal);
        let edge = layout.edge_ports();
        let sidecar = layout.sidecar_ports(&layout.inside[0]);
        for (file, map) in [
            (include_str!("../envoy/edge.yaml"), edge),
            (include_str!("../envoy/sidecar.yaml"), sidecar),
        ] {
            for found in file.split("port_value: ").skip(1) {
                let digits: String = found.chars().take_while(char::is_ascii_digit).collect();
                let port: u16 = digits.parse().unwrap();
                assert!(map.iter().any(|(from, _)| *from == port), "{port} is replaced");
            }
        }
    }
}
