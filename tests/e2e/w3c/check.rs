//! Whether the callbacks of a request carry what the table says.

use super::cases::{Field, Flags, Request, TraceId, Tracestate};
use super::wire::{self, Context, Fields};

/// Ids are taken to be related when they share this many digits in a row: chance has no part
/// in that, and cut or padded ids are found too.
const SHARED_RUN: usize = 12;

/// Everything that is wrong with the callbacks of `request`; nothing if all is well.
pub fn violations(request: &Request, callbacks: &[Fields]) -> Vec<String> {
    let mut found = Vec::new();
    if callbacks.len() != request.callbacks {
        found.push(format!("{} callbacks, not {}", callbacks.len(), request.callbacks));
    }
    let mut contexts = Vec::new();
    for fields in callbacks {
        match wire::read(fields) {
            Ok(context) => contexts.push(context),
            Err(problem) => found.push(problem),
        }
    }
    for context in &contexts {
        found.extend(of_callback(request, context));
    }
    found.extend(across_callbacks(&contexts));
    found
}

/// What is wrong with one callback.
fn of_callback(request: &Request, context: &Context) -> Vec<String> {
    let mut found = Vec::new();
    let Context { trace_id, parent_id, flags, tracestate } = context;
    match request.trace_id {
        TraceId::Kept(id) if trace_id != id => {
            found.push(format!("trace id {trace_id} is not the one sent"));
        }
        TraceId::New if was_sent(trace_id, request.send) => {
            found.push(format!("trace id {trace_id} comes from what was sent"));
        }
        _ => {}
    }
    if was_sent(parent_id, request.send) {
        found.push(format!("parent id {parent_id} comes from what was sent"));
    }
    match request.flags {
        Flags::Kept(expected) if *flags != expected => {
            found.push(format!("flags are {flags:02x}, not {expected:02x}"));
        }
        _ => {}
    }
    match (request.tracestate, tracestate) {
        (Tracestate::Absent, Some(members)) => {
            found.push(format!("tracestate {members:?}, where none should be"));
        }
        (Tracestate::OneOf(lists), members) => {
            let members = members.as_deref().unwrap_or_default();
            if !lists.iter().any(|list| members == *list) {
                found.push(format!("tracestate {members:?} is none of {lists:?}"));
            }
        }
        (Tracestate::Absent, None) => {}
    }
    found
}

/// Each callback has a parent id of its own; all are in one trace.
fn across_callbacks(contexts: &[Context]) -> Vec<String> {
    let mut found = Vec::new();
    let mut parent_ids: Vec<_> = contexts.iter().map(|context| &context.parent_id).collect();
    parent_ids.sort();
    parent_ids.dedup();
    if parent_ids.len() != contexts.len() {
        found.push(format!("{} parent ids in {} callbacks", parent_ids.len(), contexts.len()));
    }
    if contexts.windows(2).any(|pair| pair[0].trace_id != pair[1].trace_id) {
        found.push("callbacks in different traces".to_owned());
    }
    found
}

/// Whether a piece of `id` occurs in a value that was sent.
fn was_sent(id: &str, sent: &[Field]) -> bool {
    let pieces = id.as_bytes().windows(SHARED_RUN);
    let within = |piece: &[u8]| {
        sent.iter().any(|(_, value)| value.as_bytes().windows(SHARED_RUN).any(|run| run == piece))
    };
    pieces.into_iter().any(within)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: &[Field] =
        &[("traceparent", "00-12345678901234567890123456789012-1234567890123456-00")];

    fn callback(traceparent: &str, tracestate: &[&str]) -> Fields {
        let parent = [("traceparent".to_owned(), traceparent.as_bytes().to_vec())];
        let state = tracestate.iter().map(|v| ("tracestate".to_owned(), v.as_bytes().to_vec()));
        parent.into_iter().chain(state).collect()
    }

    fn problems(request: &Request, callbacks: &[Fields]) -> String {
        violations(request, callbacks).join("; ")
    }

    const JOINED: &str = "00-12345678901234567890123456789012-b7ad6b7169203331-00";
    const JOINED_TOO: &str = "00-12345678901234567890123456789012-00f067aa0ba902b7-00";
    const STARTED: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03";

    const START: Request = Request {
        send: SENT,
        callbacks: 1,
        trace_id: TraceId::New,
        flags: Flags::Any,
        tracestate: Tracestate::Absent,
    };
    const JOIN: Request = Request {
        trace_id: TraceId::Kept("12345678901234567890123456789012"),
        flags: Flags::Kept(0),
        ..START
    };
    const INHERIT: Request =
        Request { tracestate: Tracestate::OneOf(&[&["a=1", "b=2"], &["a=1"]]), ..JOIN };

    #[test]
    fn what_the_table_wants_passes() {
        let twice = Request { callbacks: 2, ..JOIN };
        let rows: &[(Request, &[Fields])] = &[
            (START, &[callback(STARTED, &[])]),
            (JOIN, &[callback(JOINED, &[])]),
            (twice, &[callback(JOINED, &[]), callback(JOINED_TOO, &[])]),
            (INHERIT, &[callback(JOINED, &["a=1,b=2"])]),
            (INHERIT, &[callback(JOINED, &["a=1", "", " b=2\t"])]),
            (INHERIT, &[callback(JOINED, &["a=1"])]),
        ];
        for (request, callbacks) in rows {
            assert_eq!(problems(request, callbacks), "", "{callbacks:?}");
        }
    }

    #[test]
    fn what_differs_is_named() {
        let cut = "00-00000000000000000000345678901234-b7ad6b7169203331-00";
        let same_parent = "00-12345678901234567890123456789012-1234567890123456-00";
        let sampled = "00-12345678901234567890123456789012-b7ad6b7169203331-01";
        let twice = Request { callbacks: 2, ..START };
        let rows: &[(Request, &[Fields], &str)] = &[
            (START, &[], "0 callbacks, not 1"),
            (START, &[Fields::new()], "0 traceparent fields"),
            (START, &[callback(JOINED, &[])], "comes from what was sent"),
            (START, &[callback(cut, &[])], "comes from what was sent"),
            (START, &[callback(STARTED, &["a=1"])], "where none should be"),
            (START, &[callback(STARTED, &[""])], "where none should be"),
            (JOIN, &[callback(STARTED, &[])], "is not the one sent"),
            (JOIN, &[callback(same_parent, &[])], "parent id 1234567890123456 comes from"),
            (JOIN, &[callback(sampled, &[])], "flags are 01, not 00"),
            (INHERIT, &[callback(JOINED, &["b=2,a=1"])], "is none of"),
            (INHERIT, &[callback(JOINED, &[])], "is none of"),
            (INHERIT, &[callback(JOINED, &["a=1,b=2,c"])], "malformed"),
            (twice, &[callback(STARTED, &[]), callback(STARTED, &[])], "1 parent ids in 2"),
            (twice, &[callback(STARTED, &[]), callback(JOINED, &[])], "different traces"),
        ];
        for (request, callbacks, problem) in rows {
            let found = problems(request, callbacks);
            assert!(found.contains(problem), "{callbacks:?}: {found}");
        }
    }
}
