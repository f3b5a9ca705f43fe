//! The root context: configuration, ticks, and the end.

use std::rc::Rc;

use proxy_wasm::types::LogLevel;
use spanmesh_config::{Config, Environment};

use crate::callouts::GrpcAnswer;
use crate::host;
use crate::pipeline::Pipeline;
use crate::state::State;

/// Where Istio's mesh configuration arrives: `defaultConfig.tracing.sampling`, a percentage.
const MESH_SAMPLING: &str = "xds\0node\0metadata\0PROXY_CONFIG\0tracing\0sampling";
/// Where the node's metadata stands.
const NODE_METADATA: &str = "xds\0node\0metadata\0";

/// One per plugin configuration and worker.
#[derive(Debug, Default)]
pub struct Root {
    pipeline: Option<Rc<Pipeline>>,
    life: Life,
    /// What has come of an export over gRPC.
    pub grpc_answer: GrpcAnswer,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Life {
    #[default]
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

    /// Whether the host deletes it now.
    pub fn is_gone(&self) -> bool {
        self.life == Life::Gone
    }

    /// Refuses a bad configuration with every problem; the one before it stays in force.
    pub fn on_configure(&mut self) -> bool {
        let environment = Environment {
            variable: &|name| std::env::var(name).ok(),
            mesh_sampling: host::float(MESH_SAMPLING),
            node_metadata: &|path| host::property(&[NODE_METADATA, &path.join("\0")].concat()),
        };
        match Config::resolve(&host::plugin_configuration(), &environment) {
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

    /// Sends what is due.
    pub fn on_tick(&mut self) {
        let now = host::now();
        self.with_state(|state| {
            if let Some(pipeline) = &self.pipeline {
                pipeline.release_calls(state, now);
                pipeline.poll(state, now);
            }
            state.tick(now);
        });
        self.finish_draining();
    }

    /// Called when the last request is over, after a reload or when the listener goes. Answers
    /// "not yet" while spans are queued; they are delivered or dropped by the ordinary rules.
    pub fn on_done(&mut self) -> bool {
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

impl Drop for Root {
    fn drop(&mut self) {
        self.with_state(State::abandon);
    }
}
