//! The running shop: services, Envoys and what has their spans.

use std::env;
use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use spanmesh_harness::{Envoy, EnvoyConfig};
use tokio::time::sleep;

use crate::backend::{Backend, Ui};
use crate::layout::{Inside, Layout};
use crate::orphanage::ServiceProcess;
use crate::services::Service;

/// How long a service may take to listen.
const PATIENCE: Duration = Duration::from_secs(10);

/// Everything that runs. Dropping it stops everything.
pub struct Shop {
    layout: Layout,
    /// What has the spans.
    pub backend: Backend,
    envoys: Vec<(&'static str, Envoy)>,
    _services: Vec<ServiceProcess>,
}

impl Shop {
    /// Starts everything, and tells each `step`.
    ///
    /// # Errors
    ///
    /// If a service or an Envoy does not start.
    pub async fn start(ui: Ui, step: &impl Fn(&str)) -> Result<Self, String> {
        let zipkin = [("SPANMESH_ZIPKIN", "the jar of Zipkin's server")];
        check_environment(if ui == Ui::Zipkin { &zipkin } else { &[] })?;
        let layout = Layout::choose(ui);
        step("starting 6 services, each a process of its own");
        let mut services = Vec::new();
        for inside in &layout.inside {
            services.push(start(inside.service, inside.listen, local(inside.outbound)).await?);
        }
        services.push(start(Service::Provider, layout.provider, local(layout.provider)).await?);

        if ui == Ui::Zipkin {
            step("starting Zipkin");
        }
        let backend = Backend::start(ui, layout.backend).await;
        let mut envoys = Vec::new();
        for inside in &layout.inside {
            let name = inside.service.name();
            step(&format!("starting the Envoy of {name}"));
            let ports = layout.sidecar_ports(inside);
            envoys.push((name, envoy("sidecar.yaml", name, ports, &backend).await?));
        }
        step("starting the Envoy of the edge");
        envoys.push(("edge", envoy("edge.yaml", "edge", layout.edge_ports(), &backend).await?));
        Ok(Self { layout, backend, envoys, _services: services })
    }

    /// The port that customers use.
    pub fn edge_port(&self) -> u16 {
        self.layout.edge
    }

    /// What runs where.
    pub fn places(&self) -> String {
        let Layout { edge, edge_admin, inside, provider, .. } = &self.layout;
        let url = |port: u16| format!("http://127.0.0.1:{port}");
        let mut text = String::new();
        let mut line = |name: &str, place: &str, rest: &str| {
            let _ = writeln!(text, "  {name:10}  {place:22}  {rest}");
        };
        line("edge", &url(*edge), &format!("Envoy, admin {}", url(*edge_admin)));
        for Inside { service, inbound, outbound, listen, admin, .. } in inside {
            let envoy = format!("Envoy in :{inbound} out :{outbound}, admin {}", url(*admin));
            line(service.name(), &url(*listen), &envoy);
        }
        line(Service::Provider.name(), &url(*provider), "outside the mesh, no Envoy");
        let [name, url, what] = self.backend.place();
        line(&name, &url, &what);
        text
    }

    /// What the Envoys have logged about the filter and about errors.
    pub fn complaints(&self) -> String {
        let of = |(name, envoy): &(&str, Envoy)| {
            let lines = telling(&envoy.log());
            if lines.is_empty() { lines } else { format!("{name}:\n{lines}") }
        };
        self.envoys.iter().map(of).collect()
    }
}

/// A port of 127.0.0.1.
pub fn local(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// Starts `service` and waits until it listens.
///
/// # Errors
///
/// If it does not.
pub async fn start(
    service: Service,
    listen: u16,
    outbound: SocketAddr,
) -> Result<ServiceProcess, String> {
    let started = ServiceProcess::start(service, listen, outbound);
    let mut process = started.map_err(|error| format!("cannot start {service}: {error}"))?;
    let deadline = Instant::now() + PATIENCE;
    while TcpStream::connect(local(listen)).is_err() {
        if process.has_ended() || Instant::now() >= deadline {
            return Err(format!("{service} does not listen on port {listen}"));
        }
        sleep(Duration::from_millis(5)).await;
    }
    Ok(process)
}

/// Starts an Envoy with a file of `examples/shop/envoy/`, this `node.cluster` and these ports in
/// place of those of the file, to send its spans to `backend`.
async fn envoy(
    file: &str,
    name: &str,
    ports: Vec<(u16, u16)>,
    backend: &Backend,
) -> Result<Envoy, String> {
    let mut config = EnvoyConfig::from_file(&format!("examples/shop/envoy/{file}"))
        .set("/node/id", format!("{name}-1"))
        .set("/node/cluster", name);
    config = backend.configure(config);
    for (from, to) in ports {
        config = config.map_port(from, to);
    }
    let started = Envoy::builder(config).try_start().await;
    started.map_err(|log| format!("the Envoy of {name} did not start; it says:\n{}", telling(&log)))
}

/// The lines of a log that tell what is wrong.
fn telling(log: &str) -> String {
    let is_telling =
        |line: &&str| ["spanmesh", "[error]", "[critical]"].iter().any(|word| line.contains(word));
    log.lines().filter(is_telling).map(|line| format!("  {line}\n")).collect()
}

/// That `make demo`, or whoever else runs this, has said where the files are.
///
/// # Errors
///
/// The first variable that is not set, of those of any shop and `more`.
pub fn check_environment(more: &[(&str, &str)]) -> Result<(), String> {
    let always =
        [("SPANMESH_ENVOY", "the Envoy binary"), ("SPANMESH_WASM", "the built spanmesh.wasm")];
    for (variable, what) in always.iter().chain(more) {
        if env::var_os(variable).is_none_or(|value| value.is_empty()) {
            return Err(format!("{variable} must name {what}; `make demo` sets it"));
        }
    }
    Ok(())
}
