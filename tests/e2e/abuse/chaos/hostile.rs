//! Fields and paths that no well-meaning peer sends, but that Envoy lets pass.

use super::dice::Dice;
use super::wire::Fields;

fn field(name: &str, value: impl Into<Vec<u8>>) -> (String, Vec<u8>) {
    (name.to_owned(), value.into())
}

/// Every byte above ASCII, and the tab.
fn odd_bytes() -> Vec<u8> {
    [b'a', b'\t'].into_iter().chain(128..=255).collect()
}

/// Fields of a request.
pub fn fields(dice: &mut Dice) -> Fields {
    let mut fields = vec![field("User-Agent", "chaos/1.0")];
    let kinds = [dice.within(0, 29), dice.within(0, 29)];
    // Twice the same would be too many, or joined by Envoy.
    let different = if kinds[0] == kinds[1] { 1 } else { 2 };
    for kind in &kinds[..different] {
        match kind {
            0 => fields[0].1 = b"\xff\xfe\xc0\xaf".to_vec(),
            1 => fields.push(field("x-odd-bytes", odd_bytes())),
            2 => fields.push(field("x-long", vec![b'l'; dice.within(1_000, 16_000) as usize])),
            3 => fields.extend((0..60).map(|n| field(&format!("x-many-{n}"), "m"))),
            4 => {
                fields.extend([field("x-twice", "a"), field("x-twice", "b"), field("X-Twice", "")])
            }
            5 => fields.push(field("!#$%&'*+-.^_`|~odd", "1")),
            6 => fields.push(field("x-json", "{\"a\":\"\\u0000\\ud800\"}")),
            7 => fields.push(field("authorization", "Bearer eyJhbGciOiJub25lIn0.e30.")),
            8 => fields.push(field("x-card", "4111 1111 1111 1111, mail@shop.example")),
            9 => fields.push(field("accept-language", "")),
            _ => {}
        }
    }
    fields
}

/// Fields of an answer.
pub fn answer_fields(dice: &mut Dice) -> Fields {
    let mut fields = vec![field("x-answer", "yes")];
    match dice.within(0, 19) {
        0 => fields.push(field("x-odd-bytes", odd_bytes())),
        1 => fields.push(field("x-long", vec![b'l'; dice.within(1_000, 16_000) as usize])),
        2 => fields.extend([field("set-cookie", "a=1"), field("set-cookie", "b=2")]),
        3 => fields.push(field("traceresponse", "not ours")),
        4 => fields.extend((0..40).map(|n| field(&format!("x-many-{n}"), ""))),
        _ => {}
    }
    fields
}

/// The end of a path.
pub fn tail(dice: &mut Dice) -> String {
    match dice.within(0, 11) {
        0 => "%00%ff%zz?%".to_owned(),
        1 => "p".repeat(dice.within(1_000, 8_000) as usize),
        2 => format!("?{}", "a=b&".repeat(dice.within(1, 1_000) as usize)),
        3 => "..//..;/./x".to_owned(),
        4 => format!("orders/{}/items", dice.number()),
        5 => "?api_key=secret&email=mail@shop.example".to_owned(),
        _ => "cart".to_owned(),
    }
}

/// Bytes that Envoy refuses to take for a request; the number stands where they name a path.
pub fn nonsense(number: u64, dice: &mut Dice) -> Vec<u8> {
    let head = format!("GET /c/{number}/no HTTP/1.1\r\nhost: a\r\nx-chaos: {number}\r\n");
    let rest: Vec<u8> = match dice.within(0, 6) {
        0 => b"no colon here\r\n\r\n".to_vec(),
        1 => b"x-nul: a\0b\r\n\r\n".to_vec(),
        2 => [b"x-large: ", &[b'x'; 70_000][..], b"\r\n\r\n"].concat(),
        3 => [&b"x: y\r\n".repeat(120)[..], b"\r\n"].concat(),
        4 => b"content-length: abc\r\n\r\n".to_vec(),
        5 => b"content-length: 1\r\ncontent-length: 2\r\n\r\nab".to_vec(),
        _ => return b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n".to_vec(),
    };
    [head.as_bytes(), &rest].concat()
}
