//! AWS X-Ray (docs.aws.amazon.com, "X-Ray concepts: tracing header", and "Request tracing for your
//! Application Load Balancer").
//!
//! ```text
//! x-amzn-trace-id = pair *( ";" pair )        ; in any order
//! pair   = OWS key "=" value OWS              ; keys in the case below; empty parts mean nothing
//! Root   = "1-" 8HEXDIGLC "-" 24HEXDIGLC      ; the trace id, seconds since the epoch first
//! Parent = 16HEXDIGLC                         ; a load balancer sends none
//! Sampled = "0" / "1" / "?"                   ; "?" and none leave the decision to the receiver
//! ```
//!
//! Without `Root` there is no context. Other pairs (a load balancer's `Self`, `Lineage`, by which
//! Lambda detects loops, and those of applications) belong to nobody here and go on as they came.

use super::{Decision, Extraction, Field, Malformed, Outgoing, Reading, value};
use crate::ids::{SpanId, TraceId};
use crate::redact::split_once;
use crate::request_head::RequestHead;
use crate::trust::Crossing;

/// Longest field that is written, in bytes. Other pairs that do not fit are all left out: a part
/// of them would pass for the whole. Who names the four that AWS knows needs 150.
const MAX_LENGTH: usize = 1_024;

/// Reads the caller's context.
pub fn extract(head: &RequestHead) -> Extraction {
    let (mut root, mut parent, mut sampled) = (None, None, None);
    for part in parts(head) {
        let (key, value) = part.ok_or(Malformed)?;
        let target = match key {
            b"Root" => &mut root,
            b"Parent" => &mut parent,
            b"Sampled" => &mut sampled,
            _ => continue,
        };
        if target.replace(value).is_some() {
            return Err(Malformed);
        }
    }
    let Some(root) = root else { return Ok(None) };
    let trace_id = Some(parse_root(root).ok_or(Malformed)?);
    let span_id = match parent {
        Some(parent) => Some(SpanId::from_hex(parent).ok_or(Malformed)?),
        None => None,
    };
    let decision = match sampled {
        Some(b"1") => Decision::Sampled,
        Some(b"0") => Decision::NotSampled,
        _ => Decision::Deferred,
    };
    Ok(Some(Reading { trace_id, span_id, decision }))
}

/// The pairs of the field; `None` for a part that is no pair.
fn parts(head: &RequestHead) -> impl Iterator<Item = Option<(&[u8], &[u8])>> {
    let field = value(head, Field::AmznTraceId).unwrap_or_default();
    let parts = field.split(|&byte| byte == b';').map(<[u8]>::trim_ascii);
    parts.filter(|part| !part.is_empty()).map(|part| split_once(part, b'='))
}

fn parse_root(value: &[u8]) -> Option<TraceId> {
    let (time, unique) = value.strip_prefix(b"1-")?.split_at_checked(8)?;
    TraceId::from_hex(&[time, unique.strip_prefix(b"-")?].concat())
}

/// Writes the field, and behind our pairs those that arrived and are not ours.
pub fn inject(outgoing: &Outgoing<'_>, set: &mut dyn FnMut(Field, &[u8])) {
    let trace_id = outgoing.context.trace_id.to_hex();
    let (time, unique) = trace_id.split_at(8);
    let sampled = if outgoing.context.flags.is_sampled() { b"1" } else { b"0" };
    let span_id = outgoing.context.span_id.to_hex();
    let mut value =
        [b"Root=1-", time, b"-", unique, b";Parent=", &span_id, b";Sampled=", sampled].concat();
    let ours = value.len();
    if let Some(head) = outgoing.head
        && outgoing.crossing == Crossing::Within
    {
        for (key, other) in parts(head).flatten() {
            if !matches!(key, b"Root" | b"Parent" | b"Sampled") {
                for piece in [b";", key, b"=", other] {
                    value.extend_from_slice(piece);
                }
            }
            if value.len() > MAX_LENGTH {
                value.truncate(ours);
                break;
            }
        }
    }
    set(Field::AmznTraceId, &value);
}

#[cfg(test)]
mod tests;
