//! The answer of Jaeger's strategies endpoint
//! (`SamplingStrategyResponse` of jaeger-idl's `api_v2/sampling.proto`, as JSON).

use std::borrow::Cow;

use spanmesh_json::Value;

use crate::sampling::rate_limit::{RateLimit, RateLimiter};
use crate::sampling::{Probability, SamplingRequest, Threshold, Verdict};
use crate::semconv::{http, rpc};
use crate::span::Routes;
use crate::text_map::TextMap;

/// Most operations of one answer, as in Jaeger's clients.
const MAX_OPERATIONS: usize = 2_000;
/// Highest rate that is believed, in traces per second.
const MAX_RATE: u32 = 1_000_000_000;

/// What a service is to do.
#[derive(Debug)]
pub struct Strategies {
    /// The answer they were made of.
    source: Value,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Probabilistic(Share),
    RateLimiting(RateLimiter),
    PerOperation { default: Operation, operations: TextMap<Operation> },
}

/// A share of all traces; `None` is none.
type Share = Option<Threshold>;

/// A share of an operation's traces, but at least a few.
#[derive(Debug)]
struct Operation {
    share: Share,
    lower_bound: Option<RateLimiter>,
}

impl Strategies {
    /// Reads an answer: per-operation strategies before all others, whatever `strategyType` says.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(body: &[u8]) -> Result<Self, String> {
        let source = spanmesh_json::parse(body).map_err(|error| error.to_string())?;
        let part = |name: &str| source.get(name).filter(|part| part.is_object());
        let kind = if let Some(part) = part("operationSampling") {
            per_operation(part)?
        } else if let Some(part) = part("rateLimitingSampling") {
            let rate = number(part, "maxTracesPerSecond", MAX_RATE)?;
            // A rate below 1 still lets a single trace through, now and then.
            let limiter = limiter("jaeger", rate);
            limiter.map_or(Kind::Probabilistic(None), Kind::RateLimiting)
        } else if let Some(part) = part("probabilisticSampling") {
            Kind::Probabilistic(share(part, "samplingRate")?)
        } else {
            return Err("has no sampling strategy".into());
        };
        Ok(Self { source, kind })
    }

    /// Whether both came of equal answers.
    pub fn same_as(&self, other: &Self) -> bool {
        self.source == other.source
    }

    /// Decides about a request; operations may be named by `routes`.
    pub(super) fn decide(&self, request: &mut SamplingRequest<'_>, routes: &Routes) -> Verdict {
        match &self.kind {
            Kind::Probabilistic(share) => by(*share, request.randomness),
            Kind::RateLimiting(limiter) if request.admits(limiter) => {
                Verdict::sample(Probability::Unknown)
            }
            Kind::RateLimiting(_) => Verdict::drop(),
            Kind::PerOperation { default, operations } => {
                let found = operation_names(request, routes)
                    .find_map(|name| operations.get(name.as_bytes()));
                found.unwrap_or(default).decide(request)
            }
        }
    }
}

impl Operation {
    /// As Jaeger's guaranteed-throughput sampler: what the share keeps counts against the lower
    /// bound, and the lower bound keeps what the share does not.
    fn decide(&self, request: &mut SamplingRequest<'_>) -> Verdict {
        let verdict = by(self.share, request.randomness);
        let bounded = self.lower_bound.as_ref().is_some_and(|limiter| request.admits(limiter));
        match verdict.sampled {
            false if bounded => Verdict::sample(Probability::Unknown),
            _ => verdict,
        }
    }
}

fn by(share: Share, randomness: u64) -> Verdict {
    share.map_or(Verdict::drop(), |threshold| Verdict::by(threshold, randomness))
}

/// What an operation may be called: the span's name, `METHOD /path`, the path, or the method.
fn operation_names(
    request: &SamplingRequest<'_>,
    routes: &Routes,
) -> impl Iterator<Item = String> + use<> {
    let names = request.request.as_ref().map(|request| {
        let (head, path) = (request.head, request.path());
        let text = String::from_utf8_lossy(path).into_owned();
        if head.is_grpc() {
            let name = rpc::span_name(rpc::method(head));
            return vec![String::from_utf8_lossy(name).into_owned(), text];
        }
        let method = http::span_name(head, None).into_owned();
        let mut names = vec![format!("{method} {text}"), text, method];
        if let Some(template) = routes.template(path, || Cow::Borrowed(path)) {
            names.insert(0, http::span_name(head, Some(&template)).into_owned());
        }
        names
    });
    names.into_iter().flatten()
}

fn per_operation(part: &Value) -> Result<Kind, String> {
    const BOUND: &str = "defaultLowerBoundTracesPerSecond";
    let bound = number(part, BOUND, MAX_RATE)?;
    let operation = |name: &str, share| Operation {
        share,
        lower_bound: limiter(&format!("jaeger/{name}"), bound),
    };
    let default = operation("", share(part, "defaultSamplingProbability")?);
    let mut operations = TextMap::default();
    let strategies = part.get("perOperationStrategies").and_then(Value::as_array);
    for strategy in strategies.into_iter().flatten() {
        let name = strategy.get("operation").and_then(Value::as_str);
        let name = name.ok_or("an operation has no name")?;
        let part = strategy.get("probabilisticSampling").unwrap_or(&Value::Null);
        operations.insert(name.as_bytes().to_vec(), operation(name, share(part, "samplingRate")?));
        if operations.len() > MAX_OPERATIONS {
            return Err(format!("has more than {MAX_OPERATIONS} operations"));
        }
    }
    Ok(Kind::PerOperation { default, operations })
}

fn limiter(name: &str, traces_per_second: f64) -> Option<RateLimiter> {
    let limit = RateLimit { traces_per_second, burst: traces_per_second.max(1.0) };
    (traces_per_second > 0.0).then(|| RateLimiter::new(name, limit))
}

fn share(part: &Value, name: &str) -> Result<Share, String> {
    number(part, name, 1).map(Threshold::from_probability)
}

/// A number from 0 to `most`; one that is missing is 0, as in protobuf's JSON.
fn number(part: &Value, name: &str, most: u32) -> Result<f64, String> {
    match part.get(name) {
        None | Some(Value::Null) => Ok(0.0),
        Some(value) => (value.as_f64().filter(|number| (0.0..=f64::from(most)).contains(number)))
            .ok_or_else(|| format!("{name} must be between 0 and {most}, found {value}")),
    }
}
