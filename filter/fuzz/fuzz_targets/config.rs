//! Configurations: any bytes are accepted or refused with reasons, always the same way, and what
//! is accepted makes an exporter that can send a span.

#![no_main]

use libfuzzer_sys::fuzz_target;
use spanmesh_config::Config;
use spanmesh_core::counters::Counters;
use spanmesh_core::otlp::messages::Resource;
use spanmesh_export::envelope::Envelope;
use spanmesh_export::exporter::{Exporter, ExporterSettings};
use spanmesh_export::queue::BatchQueue;

fuzz_target!(|bytes: &[u8]| {
    let environment = |name: &str| (name != "UNSET").then(|| format!("{name}7"));
    let parsed = Config::parse(bytes, &environment);
    let again = Config::parse(bytes, &environment);
    assert_eq!(parsed.as_ref().err(), again.as_ref().err());
    match parsed {
        Ok(config) => sends_a_span(config),
        Err(problems) => {
            assert!(!problems.is_empty());
            assert!(problems.iter().all(|problem| !problem.to_string().is_empty()));
        }
    }
});

fn sends_a_span(config: Config) {
    let envelope = Envelope::new(&Resource { attributes: config.resource });
    let settings = ExporterSettings { retry: config.retry, timeout: config.exporter.timeout };
    let clusters = config.exporter.clusters.iter().map(|cluster| cluster.label()).collect();
    let mut exporter = Exporter::new(BatchQueue::new(config.batch, envelope), settings, clusters);
    let mut counters = Counters::default();
    exporter.push(0, &mut counters, |out| out.extend([0x12, 0]));
    assert!(exporter.next_wakeup().is_some());
    exporter.flush(0);
    assert!(exporter.poll_transmit(0, &mut counters).is_some());
}
