//! Address ranges: `10.0.0.0/8`, `2001:db8::/32`, or one address (RFC 4632, RFC 4291 section 2.3).

use core::net::IpAddr;

/// A range of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    /// The first address, as a number of 128 bits; IPv4 is mapped into IPv6.
    network: u128,
    /// How many leading bits count, of 128.
    length: u32,
}

impl Cidr {
    /// Reads a range. Bits behind the prefix are ignored, as Envoy does.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let length = match length {
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok()?,
            Some(_) => return None,
            None => width,
        };
        let length = (length <= width).then_some(length + 128 - width)?;
        Some(Self { network: number(address) & mask(length), length })
    }

    /// Whether the address lies in the range. An IPv4 address mapped into IPv6 is that address; a range
    /// of IPv6 in which such would lie has none of them, as in Envoy: `::/0` is not everybody.
    pub fn contains(&self, address: IpAddr) -> bool {
        let number = number(address);
        let is_ipv4 = number >> 32 == 0xffff;
        (self.length >= 96 || !is_ipv4) && number & mask(self.length) == self.network
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

fn mask(length: u32) -> u128 {
    u128::MAX.checked_shl(128 - length).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_range_contains_what_shares_its_prefix() {
        let cases = [
            ("10.0.0.0/8", "10.255.1.2", true, "inside"),
            ("10.0.0.0/8", "11.0.0.1", false, "outside"),
            ("10.1.2.3/8", "10.0.0.1", true, "bits behind the prefix"),
            ("192.168.1.7", "192.168.1.7", true, "one address"),
            ("192.168.1.7", "192.168.1.8", false, "its neighbour"),
            ("0.0.0.0/0", "203.0.113.9", true, "all of IPv4"),
            ("0.0.0.0/0", "2001:db8::1", false, "and nothing of IPv6"),
            ("::/0", "2001:db8::1", true, "all of IPv6"),
            ("::/0", "203.0.113.9", false, "and nothing of IPv4"),
            ("::/64", "::ffff:203.0.113.9", false, "mapped into IPv6"),
            ("2001:db8::/32", "2001:db8:1::1", true, "inside"),
            ("2001:db8::/32", "2001:db9::1", false, "outside"),
            ("10.0.0.0/8", "::ffff:10.0.0.1", true, "mapped into IPv6"),
            ("::1/128", "::1", true, "one address"),
        ];
        for (range, address, expected, why) in cases {
            let range = Cidr::parse(range).unwrap();
            assert_eq!(range.contains(address.parse().unwrap()), expected, "{why}: {address}");
        }
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for bad in ["", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "10.0.0/8", "::/129", "host"] {
            assert_eq!(Cidr::parse(bad), None, "{bad}");
        }
    }
}
