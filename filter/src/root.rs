//! The root context: configuration, ticks, and the end.

use std::rc::Rc;

use proxy_wasm::types::LogLevel;
use spanmesh_config::{Config, Environment};

use crate::callouts::GrpcAnswer;
use crate::host::{self, SharedStore};
use crate::pipeline::Pipeline;
use crate::plugin::Plugin;
use crate::state::State;
use crate::stats;

/// Where Istio's mesh configuration arrives: `defaultConfig.tracing.sampling`, a percentage.
const MESH_SAMPLING: &str = "xds\0node\0metadata\0PROXY_CONFIG\0tracing\0sampling";
/// Istio's version, in the metadata of its nodes alone.
const ISTIO_VERSION: &str = "xds\0node\0metadata\0ISTIO_VERSION";
/// Where the node's metadata stands.
const NODE_METADATA: &str = "xds\0node\0metadata\0";

/// Beats of serving roots after which a draining one is lost that had no tick meanwhile: it has one a
/// second, and they have two each, of two roots at most.
const LOST_AFTER: u8 = 12;

/// One per plugin configuration and worker.
#[derive(Debug, Default)]
pub struct Root {
    pipeline: Option<Rc<Pipeline>>,
    life: Life,
    /// Beats of serving roots since its last tick.
    missed: u8,
    plugin: Plugin,
    /// The configuration of the pipeline.
    configuration: Vec<u8>,
    refusal: Refusal,
    /// What has come of an export over gRPC.
    pub grpc_answer: GrpcAnswer,
}

/// Whether the configuration that the host believes in was refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Refusal {
    #[default]
    None,
    /// The gauge does not say so yet: a VM that is only tried never ticks, nor is it told its end.
    Untold,
    Told,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Life {
    /// Without a configuration that the host has taken.
    #[default]
    New,
    Serving,
    /// The host wants to delete this context and waits for the queue to empty.
    Draining,
    /// The host has been told that it need not wait any more.
    Gone,
}

impl Root {
    /// Acts on the changing half of the pipeline, if there is one.
    pub fn with_state<T>(&self, act: impl FnOnce(&mut State) -> T) -> Option<T> {
        let pipeline = self.pipeline.as_ref()?;
        pipeline.state.try_borrow_mut().ok().map(|mut state| act(&mut state))
    }

    /// Tells the host that it need not wait any more, once that is so.
    pub fn finish_draining(&mut self) {
        if self.life == Life::Draining && self.with_state(|state| state.is_drained()) == Some(true)
        {
            self.life = Life::Gone;
            host::done();
        }
    }

    /// What its requests share; `None` where nothing is to be done.
    pub fn pipeline(&self) -> Option<Rc<Pipeline>> {
        self.pipeline.clone()
    }

    /// The host takes its configuration: requests come.
    pub fn serve(&mut self) {
        self.life = Life::Serving;
    }

    /// What tells its plugin from others.
    pub fn plugin_name(&self) -> &str {
        &self.plugin.handover
    }

    /// The configuration in force, where the root is of this plugin and works.
    pub fn configuration_of(&self, plugin_name: &str) -> Option<Vec<u8>> {
        let works = self.pipeline.is_some() && self.plugin.handover == plugin_name;
        works.then(|| self.configuration.clone())
    }

    /// Whether the host still wants it.
    pub fn is_serving(&self) -> bool {
        self.life == Life::Serving
    }

    /// Whether the host deletes it now.
    pub fn is_gone(&self) -> bool {
        self.life == Life::Gone
    }

    /// Takes the configuration that the host has for it; logs every problem of a bad one, which changes
    /// nothing.
    pub fn on_configure(&mut self) -> bool {
        self.plugin = Plugin::of_host();
        self.configure(host::plugin_configuration())
    }

    fn configure(&mut self, configuration: Vec<u8>) -> bool {
        let environment = Environment {
            variable: &|name| std::env::var(name).ok(),
            mesh_sampling: host::float(MESH_SAMPLING),
            node_metadata: &|path| host::property([NODE_METADATA, &path.join("\0")].concat()),
        };
        match Config::resolve(&configuration, &environment) {
            Ok(config) => {
                for warning in &config.warnings {
                    host::log(LogLevel::Warn, warning);
                }
                if config.disabled {
                    host::log(LogLevel::Info, "disabled by OTEL_SDK_DISABLED");
                    self.pipeline = None;
                    return true;
                }
                let pipeline = Rc::new(Pipeline::new(config));
                if let Ok(mut state) = pipeline.state.try_borrow_mut() {
                    state.tick(host::now());
                }
                self.pipeline = Some(pipeline);
                self.configuration = configuration;
                true
            }
            Err(problems) => {
                for problem in problems {
                    host::log(LogLevel::Error, &format!("configuration refused: {problem}"));
                }
                false
            }
        }
    }

    /// Whether the host may be told that a configuration is good that was refused. Under Istio the
    /// first one of a plugin must be: a listener without any answers 500 to every request. `former`: what
    /// is in force in this VM. The host asks only once about a configuration, so it may have been
    /// told before that the bad one is good: then the one in force is taken instead.
    pub fn on_refusal(&mut self, former: Option<Vec<u8>>) -> bool {
        let what = if former.is_some_and(|former| self.configure(former)) {
            "configuration refused: the last good one stays in force"
        } else if host::property(ISTIO_VERSION).is_some()
            && !self.plugin.heartbeat.is_heard(host::now(), &SharedStore)
        {
            "configuration refused: requests go on untraced until a good one comes"
        } else {
            return false;
        };
        host::log(LogLevel::Error, what);
        self.refusal = Refusal::Untold;
        host::set_tick_period(1_000);
        true
    }

    /// Sends what is due; tells whether it looked for what others left.
    pub fn on_tick(&mut self) -> bool {
        let now = host::now();
        let mut beats = false;
        self.missed = 0;
        if self.refusal == Refusal::Untold {
            self.refusal = Refusal::Told;
            stats::count_refused(1);
        }
        let Self { pipeline, plugin, life, .. } = self;
        if let Some(pipeline) = pipeline
            && let Ok(mut state) = pipeline.state.try_borrow_mut()
        {
            pipeline.release_calls(&mut state, now);
            pipeline.poll(&mut state, now);
            // On the main thread a VM is tried that never ticks: it must not take anything.
            if *life == Life::Serving && plugin.heartbeat.beat(now, &SharedStore) {
                state.inherit(&plugin.handover);
                beats = true;
            }
            state.tick(now);
        }
        self.finish_draining();
        beats
    }

    /// Whether the host has deleted it without a word, at a beat of a serving root. It keeps one root
    /// of a configuration that waits for its queue: where the same one has gone twice, the first root
    /// makes room for the second.
    pub fn is_lost(&mut self) -> bool {
        self.missed = self.missed.saturating_add(1);
        self.life == Life::Draining && self.missed > LOST_AFTER
    }

    /// Leaves what is queued to later VMs, because this one goes.
    pub fn hand_over(&mut self) {
        self.with_state(|state| {
            if let Some(pipeline) = &self.pipeline {
                pipeline.release_calls(state, host::now());
            }
            state.hand_over(&self.plugin.handover);
        });
    }

    /// Called when the last request is over, after a reload or when the listener goes. Answers
    /// "not yet" while spans are queued; they are delivered or dropped by the ordinary rules.
    pub fn on_done(&mut self) -> bool {
        if std::mem::take(&mut self.refusal) == Refusal::Told {
            stats::count_refused(-1);
        }
        let drains = self
            .with_state(|state| {
                state.flush(host::now());
                !state.is_drained()
            })
            .unwrap_or(false);
        if drains {
            self.life = Life::Draining;
        }
        !drains
    }
}
