//! New configurations of the plugin, bad ones among them, and new modules, one after another.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use spanmesh_harness::{EnvoyConfig, ExtensionFile};
use tokio::time::sleep;

use super::dice::Dice;
use crate::support::{another_module, plugin};

/// Spans of a batch.
pub const BATCH: u64 = 64;

/// The file with the configuration, and what was published.
pub struct Reloads {
    file: ExtensionFile,
    modules: Vec<PathBuf>,
    /// The module that runs; `None` is the one that was built.
    current: Option<PathBuf>,
    /// Configurations of the module that runs that were published so far.
    before: Vec<Value>,
    pub published: Published,
}

/// How much was published.
#[derive(Clone, Copy, Debug, Default)]
pub struct Published {
    pub configurations: u64,
    /// Those with a new module.
    pub modules: u64,
    /// Those that their module had before.
    pub again: u64,
}

impl Reloads {
    /// Adjusts an Envoy configuration and publishes the first configuration of the plugin.
    pub fn start(config: EnvoyConfig) -> (EnvoyConfig, Reloads) {
        let file = ExtensionFile::empty();
        let config = file.adjust(config, &["inbound", "outbound"]);
        let reloads = Reloads {
            file,
            modules: Vec::new(),
            current: None,
            before: Vec::new(),
            published: Published::default(),
        };
        reloads.file.publish(&extension(json!({}), None));
        (config, reloads)
    }

    /// Publishes one after another until it is dropped; one module at most.
    pub async fn go_on(&mut self, dice: &mut Dice) {
        let module_at = dice.within(1, 3);
        for turn in 0.. {
            sleep(Duration::from_millis(dice.within(100, 900))).await;
            if turn == module_at {
                let name = format!("chaos-{}", self.modules.len());
                let module = another_module(&name, &name);
                self.modules.push(module.clone());
                self.current = Some(module);
                self.before.clear();
                self.published.modules += 1;
            }
            let options = dice.pick(&variants()).clone();
            self.published.configurations += 1;
            match self.before.contains(&options) {
                true => self.published.again += 1,
                false => self.before.push(options.clone()),
            }
            self.file.publish(&extension(options, self.current.as_ref()));
        }
    }

    /// Ends with a good configuration, of the module that runs.
    pub fn calm(&mut self, turn: u64) {
        let limits = json!({"limits": {"attribute_value_length_limit": 1_000 + turn}});
        self.file.publish(&extension(limits, self.current.as_ref()));
    }
}

impl Drop for Reloads {
    fn drop(&mut self) {
        self.modules.iter().for_each(|module| drop(fs::remove_file(module)));
    }
}

/// What is changed. None of it touches a request that a caller sampled, nor drops one.
fn variants() -> Vec<Value> {
    let formats =
        ["tracecontext", "baggage", "b3", "b3multi", "jaeger", "xray", "datadog", "ottrace"];
    vec![
        json!({}),
        json!({"limits": {"attribute_value_length_limit": 64}}),
        json!({"propagators": formats}),
        json!({"span_metrics": {"aggregation_cardinality_limit": 50}}),
        json!({"keep": {"errors": true, "slower_than": "20ms"}}),
        json!({"attributes": {"request_headers": ["x-chaos", "x-odd-bytes", "x-twice"]},
               "redact": {"detectors": ["card_number", "email", "bearer_token"]}}),
        json!({"routes": ["/c/{number}/cart", "/c/{number}/{rest}"], "mask_ids": true}),
        json!({"sampler": {"parent_based": {"root": {"probability": {"ratio": 0.5}}}}}),
        json!({"filter_state": true, "batch": batch("40ms")}),
        // Refused: the one before stays.
        json!({"sampler": "always_maybe"}),
        json!({"batch": {"max_queue_size": -1}}),
        json!([]),
    ]
}

fn batch(delay: &str) -> Value {
    json!({"schedule_delay": delay, "max_export_batch_size": BATCH, "max_queue_size": 1_000})
}

fn extension(options: Value, module: Option<&PathBuf>) -> EnvoyConfig {
    let mut all = json!({
        // Above all delays of the collector's schedules.
        "exporter": {"otlp_http": {"cluster": "otel-collector", "timeout": "3s"}},
        "batch": batch("100ms"),
        "retry": {"initial_interval": "50ms", "max_interval": "400ms", "max_elapsed_time": "4s"},
    });
    let text = match options {
        Value::Object(fields) => {
            fields.into_iter().for_each(|(key, value)| all[key] = value);
            plugin(all).to_string()
        }
        // Not even an object.
        other => other.to_string(),
    };
    let file =
        EnvoyConfig::from_file("envoy-config/ecds/extension.yaml").plugin_configuration(&text);
    match module {
        Some(module) => file.module(module),
        None => file,
    }
}
