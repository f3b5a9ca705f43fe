//! A model of the service under test that can be told to make one mistake: the proof that the
//! table and its checks would notice.

mod behaviour;
mod faults;
mod traceparent;
mod tracestate;

use self::behaviour::Behaviour;
use self::traceparent::Parent;
use super::cases::Request;
use super::wire::Fields;

/// The callbacks that an application between two such proxies makes for `request`.
fn callbacks(behaviour: Behaviour, request: &Request) -> Vec<Fields> {
    let mut proxy = Proxy { behaviour, ids_made: 0 };
    let sent = request.send.iter();
    let sent = sent.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
    let mut copied = proxy.pass(sent.collect());
    copied.retain(|(name, _)| {
        name.eq_ignore_ascii_case("traceparent") || name.eq_ignore_ascii_case("tracestate")
    });
    let callback = |_| match behaviour {
        Behaviour::IgnoresOutbound => copied.clone(),
        _ => proxy.pass(copied.clone()),
    };
    (0..request.callbacks).map(callback).collect()
}

/// One proxy, for both directions.
struct Proxy {
    behaviour: Behaviour,
    /// Ids must differ; chance is not needed for that.
    ids_made: u64,
}

impl Proxy {
    /// The fields that go on in place of these.
    fn pass(&mut self, mut fields: Fields) -> Fields {
        let parent = traceparent::read(self.behaviour, &self.values(&fields, "traceparent"));
        if self.behaviour == Behaviour::PassesOn && parent.is_some() {
            return fields;
        }
        let state = self.values(&fields, "tracestate");
        let state = tracestate::forward(self.behaviour, state, parent.is_some());
        let context = parent.unwrap_or_else(|| Parent { trace_id: self.id(32), flags: 0x03 });
        let parent_id = self.id(16);
        if self.behaviour != Behaviour::AddsTraceparent {
            fields.retain(|(name, _)| !name.eq_ignore_ascii_case("traceparent"));
        }
        fields.retain(|(name, _)| !name.eq_ignore_ascii_case("tracestate"));
        let written = traceparent::write(self.behaviour, &context, &parent_id);
        fields.push(("traceparent".to_owned(), written.into_bytes()));
        fields.extend(state.into_iter().map(|value| ("tracestate".to_owned(), value.into_bytes())));
        fields
    }

    /// What the proxy finds under a name, in the order of arrival.
    fn values(&self, fields: &Fields, name: &str) -> Vec<String> {
        let is_named = |field: &str| match self.behaviour {
            Behaviour::MindsCase => field == name,
            Behaviour::GuessesNames => field.to_lowercase().replace(['-', '.'], "") == name,
            _ => field.eq_ignore_ascii_case(name),
        };
        let values = fields.iter().filter(|(field, _)| is_named(field));
        let mut values: Vec<_> =
            values.map(|(_, value)| String::from_utf8_lossy(value).into_owned()).collect();
        match self.behaviour {
            Behaviour::ReadsFirstField => values.truncate(1),
            Behaviour::ReadsLastField => values = values.pop().into_iter().collect(),
            _ => {}
        }
        values
    }

    /// An id of so many digits that no id looks like another.
    fn id(&mut self, digits: usize) -> String {
        self.ids_made += 1;
        let id = u128::from(self.ids_made).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        format!("{id:032x}")[..digits].to_owned()
    }
}
