//! One Envoy with an inbound listener for each of many configurations.

use serde_json::{Value, json};
use spanmesh_foreign::{Format, Headers, headers};
use spanmesh_harness::{
    Allowance, Client, Envoy, EnvoyConfig, ReceivedSpan, RecordedRequest, Request,
};

use crate::support::{Account, Parts, SOON, Sidecar, plugin};

/// The documented port of the first listener.
const FIRST_PORT: u16 = 16_000;

/// The Envoy and everything around it.
pub struct Lab {
    sidecar: Sidecar,
}

/// One request to a listener, by its number.
pub struct Case {
    pub listener: usize,
    pub fields: Vec<(String, Vec<u8>)>,
    pub is_sampled: bool,
}

/// What became of it.
pub struct Outcome {
    /// Its span, if it is sampled.
    pub span: Option<ReceivedSpan>,
    /// What the application received.
    pub seen: RecordedRequest,
}

/// The options of these formats, read and written.
pub fn propagators(formats: &[Format]) -> Value {
    let names: Vec<_> = formats.iter().map(|format| format.name()).collect();
    json!({"propagators": names})
}

impl Lab {
    /// Lets exports break a rule.
    pub fn allow(&self, allowances: Vec<Allowance>) {
        self.sidecar.collector.allow(allowances);
    }

    /// The n-th listener has the n-th of these options.
    pub async fn start(options: &[Value]) -> Lab {
        Lab::start_with(options, |config| config).await
    }

    /// As [`Lab::start`], with the Envoy configuration adjusted.
    pub async fn start_with(
        options: &[Value],
        adjust: impl FnOnce(EnvoyConfig) -> EnvoyConfig,
    ) -> Lab {
        let (config, parts) = Parts::start().await;
        let config = options.iter().enumerate().fold(config, add_listener);
        Lab { sidecar: parts.around(Envoy::builder(adjust(config)).start().await) }
    }

    /// Sends all of them, and gives what became of each.
    pub async fn exchange(&self, cases: Vec<Case>) -> Vec<Outcome> {
        self.sidecar.collector.clear();
        self.sidecar.application.clear();
        let sampled: Vec<_> = cases.iter().map(|case| case.is_sampled).collect();
        for (number, case) in cases.into_iter().enumerate() {
            let port = FIRST_PORT + u16::try_from(case.listener).unwrap();
            let mut client = Client::connect(self.sidecar.envoy.port(port)).await;
            let request = Request::get(&format!("/{number}")).headers(case.fields);
            let response = client.send(&request).await;
            assert_eq!(response.status, 200, "request {number}");
        }
        let count = sampled.iter().filter(|is_sampled| **is_sampled).count();
        let mut spans = self.sidecar.collector.wait_for_spans(count, SOON).await;
        let seen = self.sidecar.application.requests();
        assert_eq!((spans.len(), seen.len()), (count, sampled.len()));
        let outcomes = seen.into_iter().zip(sampled).map(|(seen, is_sampled)| {
            let is_its = |span: &ReceivedSpan| span.str_attr("url.path").unwrap() == seen.path;
            let span = spans.iter().position(is_its).map(|place| spans.swap_remove(place));
            assert_eq!(span.is_some(), is_sampled, "{}: {seen:?}", seen.path);
            Outcome { span, seen }
        });
        outcomes.collect()
    }

    /// Sends one request with these fields.
    pub async fn send(
        &self,
        listener: usize,
        fields: &[(&str, &str)],
        is_sampled: bool,
    ) -> Outcome {
        let case = Case::new(listener, headers(fields), is_sampled);
        self.exchange(vec![case]).await.remove(0)
    }

    /// The account, when there were so many spans; it balances, and no host call failed.
    pub async fn account(&self, spans: u64) -> Account {
        let account = self.sidecar.settled(spans).await;
        account.check();
        account
    }

    /// Everything that Envoy has logged.
    pub fn log(&self) -> String {
        self.sidecar.envoy.log()
    }
}

impl Case {
    /// A request with text fields.
    pub fn new(listener: usize, fields: Headers, is_sampled: bool) -> Case {
        let fields = fields.into_iter().map(|(name, value)| (name, value.into_bytes())).collect();
        Case { listener, fields, is_sampled }
    }
}

impl Outcome {
    /// The span; the request was sampled.
    pub fn span(&self) -> &ReceivedSpan {
        self.span.as_ref().expect("a sampled request")
    }

    /// The fields that belong to a format.
    pub fn fields_of(&self, format: Format) -> Headers {
        let text = |value: &[u8]| String::from_utf8(value.to_vec()).unwrap();
        let own = self.seen.headers.iter().filter(|(name, _)| format.owns(name));
        own.map(|(name, value)| (name.clone(), text(value))).collect()
    }

    /// The one field of a name; empty where there is none.
    #[track_caller]
    pub fn field(&self, name: &str) -> String {
        let mut values = self.seen.header_values(name);
        assert!(values.len() <= 1, "{name}: {values:?}");
        values.pop().unwrap_or_default()
    }
}

fn add_listener(mut config: EnvoyConfig, (number, options): (usize, &Value)) -> EnvoyConfig {
    let name = format!("inbound-{number}");
    let mut listener = config.listener("inbound").clone();
    listener["name"] = name.as_str().into();
    let port = usize::from(FIRST_PORT) + number;
    listener["address"]["socket_address"]["port_value"] = port.into();
    config
        .set("/static_resources/listeners/-", listener)
        .plugin_configuration_of(&name, &plugin(options.clone()).to_string())
}
