//! Which crate a function comes from, by its symbol.

/// What is not a crate of ours or from the registry: Rust's own library, as it is built by itself or
/// made anew for types of a crate.
pub const STANDARD_LIBRARY: &str = "Rust's standard library";
/// The C library below it, with its allocator, and what the compiler calls for 128-bit numbers.
pub const C_LIBRARY: &str = "the C library";

/// The crate of a symbol, as Rust writes its name (`spanmesh_core`). A function that was compiled
/// into another belongs to that one's crate; a method of a trait belongs to the type that has it.
pub fn crate_of(symbol: &str) -> String {
    // Rust's library comes compiled, with symbols of the newer kind.
    if symbol.starts_with("_R") {
        return STANDARD_LIBRARY.to_owned();
    }
    if ["spanmesh_on_", "proxy_on_", "proxy_abi_"].iter().any(|start| symbol.starts_with(start)) {
        return "spanmesh".to_owned();
    }
    let Some(name) = symbol.strip_prefix("_ZN").and_then(first_part).and_then(first_name) else {
        return C_LIBRARY.to_owned();
    };
    match name {
        "core" | "alloc" | "std" => STANDARD_LIBRARY.to_owned(),
        name => name.to_owned(),
    }
}

/// The first part of a path, which has its length in front.
fn first_part(path: &str) -> Option<&str> {
    let digits = path.find(|c: char| !c.is_ascii_digit())?;
    let (length, rest) = path.split_at(digits);
    rest.get(..length.parse().ok()?)
}

/// The crate of a part: the part itself, or, of `<a::T as b::U>`, the first that a path begins with.
fn first_name(part: &str) -> Option<&str> {
    if !part.contains('$') {
        return Some(part);
    }
    let (before, _) = part.split_once("..")?;
    let start =
        before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |at| at + 1);
    before.get(start..).map(|name| name.trim_start_matches('_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_tell_their_crates() {
        for (symbol, expected) in [
            ("_ZN8spanmesh4host9proxy_log17h8189457865fdf452E", "spanmesh"),
            ("spanmesh_on_log", "spanmesh"),
            ("_ZN10regex_lite6pikevm5Cache3new17h0123456789abcdefE", "regex_lite"),
            (
                "_ZN68_$LT$spanmesh_core..ids..TraceId$u20$as$u20$core..fmt..Display$GT$3fmt17h0E",
                "spanmesh_core",
            ),
            ("_ZN44_$LT$$RF$T$u20$as$u20$core..fmt..Display$GT$3fmt17h0E", STANDARD_LIBRARY),
            ("_ZN4core3ptr42drop_in_place$LT$alloc..string..String$GT$17h0E", STANDARD_LIBRARY),
            ("_RNvNtCsdHhIpgkcIfN_4core3fmt5write", STANDARD_LIBRARY),
            ("dlmalloc", C_LIBRARY),
            ("__multi3", C_LIBRARY),
        ] {
            assert_eq!(crate_of(symbol), expected, "{symbol}");
        }
    }
}
