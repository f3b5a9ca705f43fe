//! One request of the chaos: all that happens to it is told by a seed and its number, to its client,
//! its upstream and its judge alike.

use super::context::{self, Context};
use super::dice::Dice;
use super::hostile;
use super::wire::Fields;

/// A request, what its client does and what its upstream does.
#[derive(Debug)]
pub struct Plan {
    pub number: u64,
    /// To which listener it goes.
    pub inbound: bool,
    pub method: &'static str,
    pub target: String,
    pub host: &'static str,
    pub context: Context,
    /// Everything but `host` and framing.
    pub fields: Fields,
    /// In pieces where it is chunked.
    pub body: Option<(Vec<u8>, Framing)>,
    pub client: Client,
    pub upstream: Upstream,
    pub answer: Answer,
}

/// How a body is delimited.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Framing {
    Length,
    Chunked,
}

/// How the client behaves.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Client {
    Proper,
    /// Sends its request in pieces, with pauses.
    Slow,
    /// Goes away within the head.
    HalfHead,
    /// Goes away within the body.
    HalfBody,
    /// Goes away without waiting for the answer.
    LeavesUnanswered,
    /// Goes away within the answer.
    LeavesMidAnswer,
    /// Sends something that is no request, which Envoy refuses.
    Nonsense,
}

/// How the upstream behaves once it has read the request.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Upstream {
    Answers,
    /// Answers after so many milliseconds.
    Delays(u64),
    /// Resets the connection instead of answering.
    Resets,
    /// Closes the connection instead of answering.
    Closes,
    /// Closes the connection within the body.
    Truncates,
    /// Resets the connection within the body.
    ResetsMidBody,
}

/// What the upstream answers.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub fields: Fields,
    pub body: Vec<u8>,
    pub framing: Framing,
}

/// The field that tells the number.
pub const NUMBER: &str = "x-chaos";

impl Plan {
    /// The plan of a request.
    pub fn of(seed: u64, number: u64) -> Plan {
        let mut dice = Dice::of(seed, number);
        let dice = &mut dice;
        let client = client(dice);
        let upstream = upstream(dice);
        let grpc = dice.percent(5);
        let method =
            if grpc { "POST" } else { *dice.pick(&["GET", "POST", "PUT", "DELETE", "OPTIONS"]) };
        let (context, mut fields) = context::context(dice);
        fields.extend(hostile::fields(dice));
        if grpc {
            fields.push(("content-type".to_owned(), b"application/grpc".to_vec()));
        }
        // A context in the midst of others.
        let turn = dice.within(0, fields.len() as u64) as usize;
        if matches!(context, Context::Uncertain) {
            fields.rotate_left(turn);
        }
        fields.push((NUMBER.to_owned(), number.to_string().into_bytes()));
        let has_body = client == Client::HalfBody || matches!(method, "POST" | "PUT");
        let body = has_body.then(|| (payload(dice), framing(dice)));
        let method = if client == Client::HalfBody { "POST" } else { method };
        Plan {
            number,
            inbound: dice.percent(50),
            method,
            target: format!("/c/{number}/{}", hostile::tail(dice)),
            host: dice.pick::<&str>(&[
                "shop.example",
                "shop.example:80",
                "127.0.0.1",
                "[::1",
                "a_b.example",
            ]),
            context,
            fields,
            body,
            client,
            upstream,
            answer: answer(dice, grpc, upstream),
        }
    }
}

fn client(dice: &mut Dice) -> Client {
    dice.weighted(&[
        (78, Client::Proper),
        (2, Client::Slow),
        (4, Client::HalfHead),
        (4, Client::HalfBody),
        (4, Client::LeavesUnanswered),
        (4, Client::LeavesMidAnswer),
        (4, Client::Nonsense),
    ])
}

fn upstream(dice: &mut Dice) -> Upstream {
    let delay = Upstream::Delays(dice.within(1, 40));
    dice.weighted(&[
        (78, Upstream::Answers),
        (8, delay),
        (4, Upstream::Resets),
        (3, Upstream::Closes),
        (4, Upstream::Truncates),
        (3, Upstream::ResetsMidBody),
    ])
}

fn answer(dice: &mut Dice, grpc: bool, upstream: Upstream) -> Answer {
    let mut fields = hostile::answer_fields(dice);
    if grpc {
        fields.push(("content-type".to_owned(), b"application/grpc".to_vec()));
        fields
            .push(("grpc-status".to_owned(), dice.pick(&["0", "5", "14", "x"]).as_bytes().into()));
    }
    let status = if grpc {
        200
    } else {
        dice.weighted(&[(16, 200), (1, 201), (1, 404), (1, 500), (1, 503)])
    };
    // What ends too early has something to be missed.
    let cut = matches!(upstream, Upstream::Truncates | Upstream::ResetsMidBody);
    let body = if cut { vec![b'c'; 4_000] } else { payload(dice) };
    Answer { status, fields, body, framing: framing(dice) }
}

fn framing(dice: &mut Dice) -> Framing {
    if dice.percent(70) { Framing::Length } else { Framing::Chunked }
}

fn payload(dice: &mut Dice) -> Vec<u8> {
    let length = match dice.within(0, 19) {
        0 => 0,
        1..=2 => dice.within(1_000, 60_000),
        _ => dice.within(1, 200),
    };
    (0..length).map(|at| (at * 7 + length) as u8).collect()
}
