//! Requests to a shop, made up by a seed of the [`kinds`](super::kinds) there are.

use std::fmt;

use serde_json::{Value, json};
use spanmesh_harness::Request;

use super::kinds::{ENDS, End, ORDERS, PATHS, TIERS};
use crate::mesh::TraceIds;

/// A request, and what is to come of it.
#[derive(Clone, Debug)]
pub struct Asked {
    trace_id: String,
    traceparent: String,
    path: (&'static str, bool),
    order: Option<(&'static str, Option<i64>)>,
    tier: Option<(&'static str, bool)>,
    end: (&'static str, End),
}

/// The requests of this seed, each of a trace of its own that its caller does not sample.
pub fn seeded(seed: u64, count: u64) -> Vec<Asked> {
    let ids = TraceIds::seeded(seed);
    let mut dice = Dice { values: TraceIds::seeded(!seed), rolls: 0 };
    let asked = (0..count).map(|n| Asked {
        trace_id: format!("{:032x}", ids.id(n)),
        traceparent: ids.traceparent(n, 0),
        path: dice.one_of(&PATHS),
        order: dice.is_even().then(|| dice.one_of(&ORDERS)),
        tier: dice.is_even().then(|| dice.one_of(&TIERS)),
        end: if dice.is_even() { dice.one_of(&ENDS) } else { ("/", End::Well) },
    });
    asked.collect()
}

struct Dice {
    values: TraceIds,
    rolls: u64,
}

impl Dice {
    fn roll(&mut self) -> usize {
        self.rolls += 1;
        (self.values.id(self.rolls) >> 80) as usize
    }

    fn is_even(&mut self) -> bool {
        self.roll().is_multiple_of(2)
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.roll() % all.len()]
    }
}

impl Asked {
    /// Its trace id in hex.
    pub fn trace_id(&self) -> &str {
        &self.trace_id
    }

    /// As it goes over the wire.
    pub fn request(&self) -> Request {
        let (end, _) = self.end;
        let mut request = Request::get(self.path.0)
            .header("traceparent", &*self.traceparent)
            .header("x-upstream", end);
        if let Some((total, _)) = self.order {
            request = request.header("x-order-total", total);
        }
        if let Some((tier, _)) = self.tier {
            request = request.header("X-Customer-Tier", tier);
        }
        request
    }

    /// Whether its answer breaks off.
    pub fn breaks_off(&self) -> bool {
        self.end.1 == End::MidBody
    }

    /// `order.total` as an application records it.
    pub fn order(&self) -> Option<Value> {
        self.order?.1.map(|total| json!({"intValue": total.to_string()}))
    }

    /// `customer.tier` as an application records it.
    pub fn tier(&self) -> Option<Value> {
        self.tier.map(|(tier, _)| json!({"stringValue": tier}))
    }

    /// Why the proxy keeps it: a failure before rules, rules in their order, then slowness. An
    /// answer is judged when it begins: what breaks off afterwards may have been kept already.
    pub fn reason(&self) -> Option<&'static str> {
        let is_big = self.order.and_then(|(_, total)| total).is_some_and(|total| total >= 1_000);
        let reasons = [
            (self.end.1 == End::Badly, "error"),
            (is_big, "big-orders"),
            (self.path.1, "critical"),
            (self.tier.is_some_and(|(_, wanted)| wanted), "vip"),
            (self.end.1 == End::MidBody, "error"),
            (self.end.1 == End::Slowly, "slow"),
        ];
        reasons.into_iter().find_map(|(holds, reason)| holds.then_some(reason))
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (order, tier) = (self.order.map(|it| it.0), self.tier.map(|it| it.0));
        let (path, end) = (self.path.0, self.end.0);
        write!(f, "{path}, ends as {end}, order {order:?}, tier {tier:?}, {}", self.trace_id)
    }
}
