//! Reading the trace context of a callback, as strictly as the specification is written.
//!
//! This shares no code with the filter, which must not be its own judge.

/// Header fields as they came, in order.
pub type Fields = Vec<(String, Vec<u8>)>;

/// The trace context of one callback.
#[derive(Debug)]
pub struct Context {
    /// 32 hexadecimal digits, not all zero.
    pub trace_id: String,
    /// 16 hexadecimal digits, not all zero.
    pub parent_id: String,
    /// Only known bits.
    pub flags: u8,
    /// The members of all fields in order; `None` without any field.
    pub tracestate: Option<Vec<String>>,
}

/// The trace context in these fields, or what is wrong with it.
pub fn read(fields: &Fields) -> Result<Context, String> {
    let (trace_id, parent_id, flags) = match &values(fields, "traceparent")?[..] {
        [value] => traceparent(value)?,
        values => return Err(format!("{} traceparent fields, not one", values.len())),
    };
    let tracestate = match &values(fields, "tracestate")?[..] {
        [] => None,
        values => Some(members(values)?),
    };
    Ok(Context { trace_id, parent_id, flags, tracestate })
}

/// The values of all fields of this name, in order.
fn values<'a>(fields: &'a Fields, name: &str) -> Result<Vec<&'a str>, String> {
    let of_name = fields.iter().filter(|(field, _)| field.eq_ignore_ascii_case(name));
    of_name
        .map(|(_, value)| std::str::from_utf8(value).map_err(|_| format!("{name} is not ASCII")))
        .collect()
}

/// Trace id, parent id and flags of a traceparent that a service of today sends: version 00,
/// 55 characters, lower case, no zero ids, no bits that have no meaning yet.
fn traceparent(value: &str) -> Result<(String, String, u8), String> {
    let wrong = |rule: &str| Err(format!("traceparent {value:?}: {rule}"));
    let &[version, trace_id, parent_id, flags] = &value.split('-').collect::<Vec<_>>()[..] else {
        return wrong("not four parts");
    };
    if version != "00" {
        return wrong("version is not 00");
    }
    if [trace_id, parent_id, flags].map(str::len) != [32, 16, 2] {
        return wrong("a part has a wrong width");
    }
    if !value.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-')) {
        return wrong("not lower-case hexadecimal");
    }
    if [trace_id, parent_id].iter().any(|id| id.bytes().all(|byte| byte == b'0')) {
        return wrong("an id is zero");
    }
    match u8::from_str_radix(flags, 16) {
        Ok(flags) if flags & !0x03 == 0 => Ok((trace_id.to_owned(), parent_id.to_owned(), flags)),
        _ => wrong("a flag without meaning is set"),
    }
}

/// The members of a tracestate, by the grammar of level 2. Empty members are legal and left
/// out. Repeated keys are left to the table, because the official harness allows them.
fn members(fields: &[&str]) -> Result<Vec<String>, String> {
    let parts = fields.iter().flat_map(|field| field.split(','));
    let members = parts.map(|part| part.trim_matches([' ', '\t'])).filter(|part| !part.is_empty());
    let members: Vec<String> = members.map(str::to_owned).collect();
    match members.iter().find(|member| !is_member(member)) {
        Some(bad) => Err(format!("tracestate member {bad:?} is malformed")),
        None if members.len() > 32 => Err(format!("{} tracestate members", members.len())),
        None => Ok(members),
    }
}

/// Key and value, each of 1 to 256 legal characters.
fn is_member(member: &str) -> bool {
    let Some((key, value)) = member.split_once('=') else { return false };
    let key_start = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9');
    let key_rest = |byte| key_start(byte) || b"_-*/@".contains(&byte);
    let in_value = |byte| matches!(byte, b' '..=b'~') && byte != b',' && byte != b'=';
    (1..=256).contains(&key.len())
        && key.bytes().next().is_some_and(key_start)
        && key.bytes().all(key_rest)
        && (1..=256).contains(&value.len())
        && value.bytes().all(in_value)
        && !value.ends_with(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03";

    fn fields(fields: &[(&str, &str)]) -> Fields {
        fields.iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect()
    }

    #[test]
    fn a_good_context_is_read() {
        let list = [("Traceparent", GOOD), ("tracestate", "b=2 , a= 1"), ("Tracestate", ",c=3")];
        let context = read(&fields(&list)).unwrap();
        assert_eq!(context.trace_id, "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(context.parent_id, "b7ad6b7169203331");
        assert_eq!(context.flags, 3);
        assert_eq!(context.tracestate.unwrap(), ["b=2", "a= 1", "c=3"]);

        assert_eq!(read(&fields(&[("traceparent", GOOD)])).unwrap().tracestate, None);
        let empty = read(&fields(&[("traceparent", GOOD), ("tracestate", "")])).unwrap();
        assert_eq!(empty.tracestate.unwrap(), [""; 0]);
    }

    #[test]
    fn a_bad_traceparent_is_refused() {
        let rows: &[(&[&str], &str)] = &[
            (&[], "0 traceparent fields"),
            (&[GOOD, GOOD], "2 traceparent fields"),
            (&["01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"], "version"),
            (&["00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"], "lower-case"),
            (&["00-00000000000000000000000000000000-b7ad6b7169203331-01"], "zero"),
            (&["00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"], "zero"),
            (&["00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01"], "width"),
            (&["00-0af7651916cd43dd8448eb211c80319c-b7ad6b71692033311-01"], "width"),
            (&["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1"], "width"),
            (&["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-"], "four parts"),
            (&["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331"], "four parts"),
            (&["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-04"], "meaning"),
            (&[" 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"], "version"),
            (&["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-+1"], "lower-case"),
        ];
        for (values, reason) in rows {
            let list: Vec<_> = values.iter().map(|value| ("traceparent", *value)).collect();
            let error = read(&fields(&list)).unwrap_err();
            assert!(error.contains(reason), "{values:?}: {error}");
        }
        let latin1 = vec![("traceparent".to_owned(), vec![0xe9])];
        assert!(read(&latin1).unwrap_err().contains("ASCII"));
    }

    #[test]
    fn a_bad_tracestate_is_refused() {
        let key = |length: usize| "k".repeat(length) + "=1";
        let value = |length: usize| "k=".to_owned() + &"v".repeat(length);
        let count = |count: usize| (0..count).map(|n| format!("k{n}=1,")).collect::<String>();
        let good = [key(256), value(256), count(32), "0a@@*/_-=!".to_owned(), " \t,,".to_owned()];
        for state in good {
            assert!(members(&[&state]).is_ok(), "{state:?}");
        }
        let bad = [
            "a", "=1", "a=", "a=1=2", "A=1", "@a=1", "_a=1", "a =1", "a.b=1", "a=\u{e9}", "a=1\tb",
        ];
        let bad = bad.map(str::to_owned).into_iter();
        for state in bad.chain([key(257), value(257), count(33)]) {
            assert!(members(&["ok=1", &state]).is_err(), "{state:?}");
        }
        assert!(members(&[&count(32), "one=more"]).is_err(), "the limit is over all fields");
    }
}
