//! The spans of a round: what the filter says of them, what the sink decoded, and what the requests
//! must have left.

use std::collections::{BTreeMap, HashMap, HashSet};

use spanmesh_harness::{Collector, SpanKey};

use super::book::{Book, Page};
use super::plan::Client;
use crate::support::Account;

/// What the filter's counters grew by in a round, and what came of its requests.
#[derive(Debug)]
pub struct Spans {
    pub created: u64,
    pub delivered: u64,
    pub dropped: u64,
    /// Times that a span was accepted again.
    pub duplicates: u64,
}

impl Spans {
    /// Settles the account of a round between two readings of the counters; what does not balance is
    /// a problem. At most so many spans may have come again.
    pub fn of(book: &Book, counters: [&Account; 2], sink: &Collector, again: u64) -> Spans {
        let grown = |name: &str| counters[1].of(name) - counters[0].of(name);
        let ledger = sink.ledger();
        let spans = Spans {
            created: grown("spans_created"),
            delivered: grown("spans_delivered"),
            dropped: counters[1].dropped() - counters[0].dropped(),
            duplicates: ledger.duplicates() as u64,
        };
        let check = |true_of_it: bool, what: String| {
            if !true_of_it {
                book.problem(format!("{what}; {spans:?}; {ledger}"));
            }
        };
        check(counters[1].balances(), format!("the counters: {:?}", counters[1]));
        check(counters[1].of("spans_queued") == 0, "spans are queued".to_owned());
        check(counters[1].of("host_errors") == 0, "host errors".to_owned());
        // What was accepted in an answer that nobody lived to see is sent again, and then delivered
        // twice or dropped.
        let (rejected, accepted) = (grown("spans_dropped_rejected"), ledger.accepted.len() as u64);
        let counted = spans.delivered + rejected;
        check(counted <= accepted, format!("{counted} counted, {accepted} accepted"));
        check(accepted <= counted + again, format!("{counted} counted of {accepted} accepted"));
        check(rejected <= ledger.rejected, format!("{rejected} counted as rejected"));
        check(ledger.rejected <= rejected + again, format!("{rejected} counted as rejected"));
        check(spans.duplicates <= again, format!("more than {again} spans twice"));

        let pages = book.pages();
        let (of_requests, strange) = by_request(sink, &pages);
        let [mut certain, mut possible, mut unseen, mut missing] = [0; 4];
        for (number, page) in &pages {
            let found = of_requests.get(number).map_or(&[][..], Vec::as_slice);
            check(found.len() <= 1, format!("request {number} has several spans: {found:?}"));
            match page {
                Page { arrivals: 1, trace: Some((key, sampled)), .. } => {
                    let is_its = found.iter().all(|span| span == key);
                    check(is_its, format!("request {number}: span {found:?}, not {key:?}"));
                    certain += u64::from(*sampled);
                    missing += u64::from(*sampled && found.is_empty());
                    possible += u64::from(!*sampled);
                }
                Page { arrivals: 0, in_doubt, .. } => {
                    unseen += u64::from(*in_doubt);
                    let none = *in_doubt || found.is_empty();
                    let client = book.plan(*number).client;
                    check(none, format!("request {number} never came: {client:?}"));
                }
                // Without a good `traceparent`, or twice: told already, or now.
                _ => check(page.arrivals == 1, format!("request {number} came often: {page:?}")),
            }
        }
        possible += unseen;
        check(strange <= unseen, format!("{strange} spans of no request"));
        check(missing <= spans.dropped, format!("{missing} sampled requests without a span"));
        let range = certain..=certain + possible;
        check(range.contains(&spans.created), format!("created, but requests left {range:?}"));
        spans
    }
}

/// The accepted spans of each request, each once, by the ids that its upstream saw, or else by the
/// path; and how many cannot be told so: calls of gRPC have no path.
fn by_request(sink: &Collector, pages: &[(u64, Page)]) -> (BTreeMap<u64, Vec<SpanKey>>, u64) {
    let seen = pages.iter().filter_map(|(number, page)| Some((&page.trace.as_ref()?.0, *number)));
    let seen: HashMap<&SpanKey, u64> = seen.collect();
    let (mut of_requests, mut strange) = (BTreeMap::<u64, Vec<SpanKey>>::new(), 0);
    let mut known = HashSet::new();
    for span in sink.spans() {
        let key = SpanKey::new(span.trace_id(), span.span_id());
        if !known.insert(key.clone()) {
            continue;
        }
        let by_path = || {
            let path = span.str_attr("url.path").or_else(|| span.str_attr("url.full"))?;
            path.split("/c/").nth(1)?.split('/').next()?.parse().ok()
        };
        match seen.get(&key).copied().or_else(by_path) {
            Some(number) => of_requests.entry(number).or_default().push(key),
            None => strange += 1,
        }
    }
    (of_requests, strange)
}

/// Requests of proper clients that did not come to the upstream.
pub fn unseen(book: &Book) -> Vec<u64> {
    let never = |(number, page): (u64, Page)| {
        let proper = matches!(book.plan(number).client, Client::Proper | Client::Slow);
        (proper && page.arrivals == 0).then_some(number)
    };
    book.pages().into_iter().filter_map(never).collect()
}
