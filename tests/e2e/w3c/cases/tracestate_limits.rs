//! What a tracestate member may be, and how many there may be. One bad member, or one too
//! many, and the whole list goes.

use super::{Case, Request, UNSAMPLED};

/// A key with every legal character but `@`, and a value with every legal character (the
/// space at its front belongs to it).
const PLAIN: &str = "abcdefghijklmnopqrstuvwxyz0123456789_-*/=\
     \x20!\"#$%&'()*+-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";

/// The same with a key in the form of a tenant at a system.
const TENANT: &str = "abcdefghijklmnopqrstuvwxyz0123456789_-*/@a-z0-9_-*/=\
     \x20!\"#$%&'()*+-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";

// Members with long keys; the width of each counts `=1` in.
const KEY_256: &str = text(&stretched::<258>(b'z', "=1"));
const KEY_257: &str = text(&stretched::<259>(b'z', "=1"));
const TENANT_241_SYSTEM_14: &str = text(&stretched::<258>(b't', "@vvvvvvvvvvvvvv=1"));
const TENANT_242: &str = text(&stretched::<246>(b't', "@v=1"));
const SYSTEM_15: &str = "t@vvvvvvvvvvvvvvv=1";

// Fields of ten members.
const ONE_TO_TEN: &str =
    "bar01=01,bar02=02,bar03=03,bar04=04,bar05=05,bar06=06,bar07=07,bar08=08,bar09=09,bar10=10";
const ELEVEN_TO_TWENTY: &str =
    "bar11=11,bar12=12,bar13=13,bar14=14,bar15=15,bar16=16,bar17=17,bar18=18,bar19=19,bar20=20";
const TWENTY_ONE_TO_THIRTY: &str =
    "bar21=21,bar22=22,bar23=23,bar24=24,bar25=25,bar26=26,bar27=27,bar28=28,bar29=29,bar30=30";
/// As many members as there may be.
#[rustfmt::skip]
const THIRTY_TWO: &[&str] = &[
    "bar01=01", "bar02=02", "bar03=03", "bar04=04", "bar05=05", "bar06=06", "bar07=07", "bar08=08",
    "bar09=09", "bar10=10", "bar11=11", "bar12=12", "bar13=13", "bar14=14", "bar15=15", "bar16=16",
    "bar17=17", "bar18=18", "bar19=19", "bar20=20", "bar21=21", "bar22=22", "bar23=23", "bar24=24",
    "bar25=25", "bar26=26", "bar27=27", "bar28=28", "bar29=29", "bar30=30", "bar31=31", "bar32=32",
];

/// The six tests about these.
pub(super) const CASES: &[Case] = &[
    Case {
        name: "TraceContextTest.test_tracestate_all_allowed_characters",
        why: "no legal character is refused or changed",
        requests: &[
            Request::inherits(&[UNSAMPLED, ("tracestate", PLAIN)], &[&[PLAIN]]),
            Request::inherits(&[UNSAMPLED, ("tracestate", TENANT)], &[&[TENANT]]),
        ],
    },
    Case {
        name: "TraceContextTest.test_tracestate_key_illegal_characters",
        why: "a key has no space, no capital and no dot",
        requests: &[
            Request::drops_tracestate(&[UNSAMPLED, ("tracestate", "foo =1")]),
            Request::drops_tracestate(&[UNSAMPLED, ("tracestate", "FOO=1")]),
            Request::drops_tracestate(&[UNSAMPLED, ("tracestate", "foo.bar=1")]),
        ],
    },
    Case {
        name: "TraceContextTest.test_tracestate_key_illegal_vendor_format",
        why: "an at sign may stand anywhere in a key but at its front (level 2)",
        requests: &[
            Request::inherits(
                &[UNSAMPLED, ("tracestate", "foo@=1,bar=2")],
                &[&["foo@=1", "bar=2"]],
            ),
            Request::drops_tracestate(&[UNSAMPLED, ("tracestate", "@foo=1,bar=2")]),
            Request::inherits(
                &[UNSAMPLED, ("tracestate", "foo@@bar=1,bar=2")],
                &[&["foo@@bar=1", "bar=2"]],
            ),
            Request::inherits(
                &[UNSAMPLED, ("tracestate", "foo@bar@baz=1,bar=2")],
                &[&["foo@bar@baz=1", "bar=2"]],
            ),
        ],
    },
    Case {
        name: "TraceContextTest.test_tracestate_member_count_limit",
        why: "32 members over all fields are inherited; with 33 none is",
        requests: &[
            Request::inherits(
                &[
                    UNSAMPLED,
                    ("tracestate", ONE_TO_TEN),
                    ("tracestate", ELEVEN_TO_TWENTY),
                    ("tracestate", TWENTY_ONE_TO_THIRTY),
                    ("tracestate", "bar31=31,bar32=32"),
                ],
                &[THIRTY_TWO],
            ),
            Request::drops_tracestate(&[
                UNSAMPLED,
                ("tracestate", ONE_TO_TEN),
                ("tracestate", ELEVEN_TO_TWENTY),
                ("tracestate", TWENTY_ONE_TO_THIRTY),
                ("tracestate", "bar31=31,bar32=32,bar33=33"),
            ]),
        ],
    },
    Case {
        name: "TraceContextTest.test_tracestate_key_length_limit",
        why: "a key has 256 characters at most, wherever its at sign stands (level 2)",
        requests: &[
            Request::inherits(
                &[UNSAMPLED, ("tracestate", "foo=1"), ("tracestate", KEY_256)],
                &[&["foo=1", KEY_256]],
            ),
            Request::drops_tracestate(&[
                UNSAMPLED,
                ("tracestate", "foo=1"),
                ("tracestate", KEY_257),
            ]),
            Request::inherits(
                &[UNSAMPLED, ("tracestate", "foo=1"), ("tracestate", TENANT_241_SYSTEM_14)],
                &[&["foo=1", TENANT_241_SYSTEM_14]],
            ),
            Request::inherits(
                &[UNSAMPLED, ("tracestate", "foo=1"), ("tracestate", TENANT_242)],
                &[&["foo=1", TENANT_242]],
            ),
            Request::inherits(
                &[UNSAMPLED, ("tracestate", "foo=1"), ("tracestate", SYSTEM_15)],
                &[&["foo=1", SYSTEM_15]],
            ),
        ],
    },
    Case {
        name: "TraceContextTest.test_tracestate_value_illegal_characters",
        why: "a value has no equals sign and is not empty",
        requests: &[
            Request::drops_tracestate(&[UNSAMPLED, ("tracestate", "foo=bar=baz")]),
            Request::drops_tracestate(&[UNSAMPLED, ("tracestate", "foo=,bar=3")]),
        ],
    },
];

/// `tail`, with as many of `letter` before it as make `N` bytes.
const fn stretched<const N: usize>(letter: u8, tail: &str) -> [u8; N] {
    let mut bytes = [letter; N];
    let (_, end) = bytes.split_at_mut(N - tail.len());
    end.copy_from_slice(tail.as_bytes());
    bytes
}

/// Bytes that are known to be text.
const fn text(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => panic!("ASCII only"),
    }
}

#[test]
fn long_keys_are_as_long_as_they_say() {
    let key = |member: &'static str| member.split_once('=').unwrap().0;
    assert_eq!(key(KEY_256), "z".repeat(256));
    assert_eq!(key(KEY_257), "z".repeat(257));
    assert_eq!(key(TENANT_241_SYSTEM_14), "t".repeat(241) + "@" + &"v".repeat(14));
    assert_eq!(key(TENANT_242), "t".repeat(242) + "@v");
    assert_eq!(key(SYSTEM_15), "t@".to_owned() + &"v".repeat(15));
}
