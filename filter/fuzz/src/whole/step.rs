//! What may happen.

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use prost::Message as _;
use spanmesh_core::otlp::messages::{ExportTracePartialSuccess, ExportTraceServiceResponse};
use spanmesh_fakehost::{Answer, Headers};

use super::configuration::Configuration;
use super::traffic::{Request, Response};
use crate::lines::pairs;

/// One thing that happens. Numbers are indexes into what there is.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Step<'a> {
    /// A new root context; it serves if the filter takes its configuration.
    Configure(Configuration<'a>),
    /// A request's headers arrive.
    Begin(Request<'a>),
    /// A request that an earlier filter has answered: only its end will be seen.
    Miss(Request<'a>),
    /// The headers of an answer.
    Respond(u8, Response<'a>),
    /// Its trailers.
    Trail(u8, Response<'a>),
    /// A property gets this value.
    Set(u8, u8, &'a [u8]),
    /// The exchange is over.
    End(u8),
    /// A root ticks.
    Tick(u8),
    /// Milliseconds pass.
    Wait(u16),
    /// The clock is set, in seconds.
    SetClock(u32),
    /// A call that was answered before, or not, is answered.
    Answer(u8, Reply<'a>),
    /// The newest call is accepted.
    Accept,
    /// The next host calls of a family fail.
    Fail(u8, u8),
    /// The host does without a root once its streams are over.
    Retire(u8),
    /// Another worker writes something that is no span.
    Scribble(u8, &'a [u8]),
    /// A callback for a context that nobody knows, or that is of the other kind.
    Stray(u8, u8),
    /// The VM ends, and another one begins; politely or not.
    Replace(bool),
}

/// What a backend answers.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Reply<'a> {
    status: u8,
    grpc_status: u8,
    retry_after: Option<&'a [u8]>,
    body: Body<'a>,
    /// Lines of `name: value`.
    trailers: &'a [u8],
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Body<'a> {
    Nothing,
    Rejects(u8),
    Strategies(u8),
    Any(&'a [u8]),
}

const STATUSES: [&str; 12] =
    ["200", "200", "202", "400", "404", "413", "429", "500", "503", "504", "abc", "99999"];
const STRATEGIES: [&str; 4] = [
    r#"{"strategyType": "PROBABILISTIC", "probabilisticSampling": {"samplingRate": 0.5}}"#,
    r#"{"strategyType": "RATE_LIMITING", "rateLimitingSampling": {"maxTracesPerSecond": 2}}"#,
    r#"{"probabilisticSampling": {"samplingRate": 2}}"#,
    r#"{"operationSampling": {"defaultSamplingProbability": 0.1, "perOperationStrategies": [{"operation": "GET /orders/{id}", "probabilisticSampling": {"samplingRate": 1}}]}}"#,
];

// === impl Reply ===

impl Reply<'_> {
    /// What comes; `None`: the call breaks off.
    pub fn answer(&self) -> Option<Answer> {
        let status = usize::from(self.status) % (STATUSES.len() + 1);
        let mut headers = Headers::default();
        headers.add(b":status", STATUSES.get(status)?.as_bytes());
        if let Some(value) = self.retry_after {
            headers.add(b"retry-after", value);
        }
        let body = match self.body {
            Body::Nothing => Vec::new(),
            Body::Rejects(count) => {
                let (rejected_spans, error_message) = (count.into(), "too old".to_owned());
                let partial_success =
                    Some(ExportTracePartialSuccess { rejected_spans, error_message });
                ExportTraceServiceResponse { partial_success }.encode_to_vec()
            }
            Body::Strategies(index) => {
                STRATEGIES[usize::from(index) % STRATEGIES.len()].as_bytes().to_vec()
            }
            Body::Any(bytes) => bytes.to_vec(),
        };
        let mut trailers = Headers::default();
        for (name, value) in pairs(self.trailers) {
            trailers.add(name, value);
        }
        let status = u32::from(self.grpc_status % 18);
        Some(Answer { headers, body, trailers, status, message: b"because".to_vec() })
    }
}

/// Everything is accepted.
pub fn acceptance() -> Answer {
    let mut answer = Answer::default();
    answer.headers.add(b":status", b"200");
    answer.trailers.add(b"grpc-status", b"0");
    answer
}
