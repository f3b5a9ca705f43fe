//! What Datadog's tracers tell of a trace beside its ids, and the member `dd` of `tracestate`.
//!
//! ```text
//! dd  = "s:" priority [ ";o:" origin ] ";p:" 16HEXDIGLC *( ";t." key ":" value )
//! ```
//!
//! `p` is the last span of a Datadog tracer, here ours; `t.key` is the tag `_dd.p.key`. In values
//! `=` is written as `~`, and what neither syntax bears as `_`. In all at most 256 bytes with `dd=`
//! (dd-trace-go drops a longer one); what does not fit is left out.

use super::{own_priority, tags};
use crate::propagation::{Field, Outgoing, value};
use crate::redact::split_once;
use crate::trust::Crossing;

/// The key of the member.
pub const DD: &str = "dd";
/// Longest value of the member, in bytes.
const MAX_MEMBER: usize = 256 - "dd=".len();

/// How a list of tags is written.
pub(super) struct Syntax {
    separator: u8,
    prefix: &'static [u8],
    equals: u8,
}

/// In `x-datadog-tags`.
pub(super) const HEADER: Syntax = Syntax { separator: b',', prefix: b"_dd.p.", equals: b'=' };
/// In the member.
const MEMBER: Syntax = Syntax { separator: b';', prefix: b"t.", equals: b':' };

/// What arrived with the trace.
pub(super) struct Inherited<'a> {
    priority: Option<&'a [u8]>,
    origin: Option<&'a [u8]>,
    tags: &'a [u8],
    syntax: &'static Syntax,
}

/// The member for the next hop; `None` if nothing of this trace has come from Datadog's tracers, or
/// only from a stranger.
pub fn member(outgoing: &Outgoing<'_>) -> Option<String> {
    let inherited = Inherited::of(outgoing)?;
    let priority = inherited.priority(outgoing).unwrap_or(own_priority(outgoing));
    let mut member = [b"s:", priority].concat();
    let span_id = outgoing.context.span_id.to_hex();
    let origin = inherited.origin().unwrap_or_default();
    if !origin.is_empty()
        && member.len() + origin.len() + ";o:;p:".len() + span_id.len() <= MAX_MEMBER
    {
        member.extend_from_slice(b";o:");
        member.extend(origin.iter().map(|&byte| MEMBER.in_value(byte)));
    }
    member.extend_from_slice(b";p:");
    member.extend_from_slice(&span_id);
    inherited.write_tags(outgoing, &MEMBER, MAX_MEMBER, &mut member);
    // No value of tracestate ends in a space.
    member.truncate(member.trim_ascii_end().len());
    String::from_utf8(member).ok()
}

/// Whether a sampling priority keeps the trace; `None` if it is none.
pub(super) fn keeps(priority: &[u8]) -> Option<bool> {
    let (digits, is_negative) = match priority {
        [b'-', digits @ ..] => (digits, true),
        digits => (digits, false),
    };
    let is_number = (1..=3).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    is_number.then(|| !is_negative && digits.iter().any(|&digit| digit != b'0'))
}

// === impl Inherited ===

impl<'a> Inherited<'a> {
    /// What came in the fields, if they name this trace, or else in its `tracestate`.
    pub fn of(outgoing: &Outgoing<'a>) -> Option<Self> {
        if outgoing.crossing != Crossing::Within {
            return None;
        }
        // Fields whose upper half got lost still name the same trace.
        let low = Some(outgoing.context.trace_id.low_half());
        let trace_id = |head| value(head, Field::DatadogTraceId).and_then(super::decimal);
        if let Some(head) = outgoing.head.filter(|head| trace_id(head) == low) {
            return Some(Self {
                priority: value(head, Field::DatadogSamplingPriority),
                origin: value(head, Field::DatadogOrigin),
                tags: tags(head),
                syntax: &HEADER,
            });
        }
        let tags = outgoing.context.trace_state.get(DD)?.as_bytes();
        let field =
            |key: &[u8]| tags.split(|&byte| byte == b';').find_map(|field| field.strip_prefix(key));
        Some(Self { priority: field(b"s:"), origin: field(b"o:"), tags, syntax: &MEMBER })
    }

    /// The priority, if this hop has decided the same.
    pub fn priority(&self, outgoing: &Outgoing<'_>) -> Option<&'a [u8]> {
        let sampled = Some(outgoing.context.flags.is_sampled());
        self.priority.filter(|priority| keeps(priority) == sampled)
    }

    /// The origin as its field has it.
    pub fn origin(&self) -> Option<Vec<u8>> {
        let origin = self.origin?.iter().map(|&byte| HEADER.in_value(self.syntax.plain(byte)));
        Some(origin.collect())
    }

    /// Appends the tags that go on: not `tid`, which the trace id tells, and `dm`, who decided, only
    /// if the decision still stands; a new one to keep is told as the default's.
    pub fn write_tags(
        &self,
        outgoing: &Outgoing<'_>,
        syntax: &Syntax,
        max_length: usize,
        out: &mut Vec<u8>,
    ) {
        let stands = self.priority(outgoing).is_some();
        if !stands && outgoing.context.flags.is_sampled() {
            self.write_tag(syntax, max_length, out, b"dm", b"-0");
        }
        for tag in self.tags.split(|&byte| byte == self.syntax.separator) {
            if let Some(tag) = tag.strip_prefix(self.syntax.prefix)
                && let Some((key, value)) = split_once(tag, self.syntax.equals)
                && !matches!(key, b"" | b"tid")
                && (stands || key != b"dm")
            {
                self.write_tag(syntax, max_length, out, key, value);
            }
        }
    }

    fn write_tag(
        &self,
        syntax: &Syntax,
        max_length: usize,
        out: &mut Vec<u8>,
        key: &[u8],
        value: &[u8],
    ) {
        let before = out.len();
        if before != 0 {
            out.push(syntax.separator);
        }
        out.extend_from_slice(syntax.prefix);
        out.extend(key.iter().map(|&byte| syntax.in_key(byte)));
        out.push(syntax.equals);
        out.extend(value.iter().map(|&byte| syntax.in_value(self.syntax.plain(byte))));
        if out.len() > max_length {
            out.truncate(before);
        }
    }
}

// === impl Syntax ===

impl Syntax {
    fn is_member(&self) -> bool {
        self.separator == MEMBER.separator
    }

    /// How a byte of a key is written.
    fn in_key(&self, byte: u8) -> u8 {
        match byte {
            b',' | b'=' => b'_',
            b';' | b':' if self.is_member() => b'_',
            0x21..=0x7e => byte,
            _ => b'_',
        }
    }

    /// How a byte of a value is written.
    fn in_value(&self, byte: u8) -> u8 {
        match byte {
            b'=' if self.is_member() => b'~',
            b';' | b'~' if self.is_member() => b'_',
            b',' => b'_',
            0x20..=0x7e => byte,
            _ => b'_',
        }
    }

    /// What a written byte of a value means.
    fn plain(&self, byte: u8) -> u8 {
        if byte == b'~' && self.is_member() { b'=' } else { byte }
    }
}
