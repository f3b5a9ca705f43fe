//! Of what requests are made: some near each side of every boundary, and what to think of each.

/// Paths, and whether they are critical.
pub const PATHS: [(&str, bool); 16] = [
    ("/payment", true),
    ("/login", true),
    ("/login?x=1", true),
    ("/payment?back=/cart", true),
    ("/", false),
    ("/cart", false),
    ("/cart?next=/payment", false),
    ("/orders/7", false),
    ("/payment/", false),
    ("/payment/other", false),
    ("/payments", false),
    ("/Payment", false),
    ("//payment", false),
    ("/pay%6Dent", false),
    ("/api/login", false),
    ("/login;v=1", false),
];

/// Order totals as a header says them, and what an application makes of them, in whole units.
pub const ORDERS: [(&str, Option<i64>); 22] = [
    ("1000", Some(1_000)),
    ("1000.00", Some(1_000)),
    ("1000.01", Some(1_000)),
    ("1e3", Some(1_000)),
    ("1.5E+3", Some(1_500)),
    ("2500.5", Some(2_500)),
    ("123456789012", Some(123_456_789_012)),
    ("0", Some(0)),
    ("12", Some(12)),
    ("999", Some(999)),
    ("999.99", Some(999)),
    ("9.99e2", Some(999)),
    ("1000e-1", Some(100)),
    ("-5000", Some(-5_000)),
    ("", None),
    ("lots", None),
    ("NaN", None),
    ("Infinity", None),
    ("1e400", None),
    ("1,500", None),
    ("1500 EUR", None),
    ("0x7d0", None),
];

/// Tiers, and whether they are wanted.
pub const TIERS: [(&str, bool); 9] = [
    ("vip", true),
    ("enterprise", true),
    ("free", false),
    ("VIP", false),
    ("vip2", false),
    ("non-vip", false),
    ("enterprise trial", false),
    ("vip,enterprise", false),
    ("", false),
];

/// What the application does, and how the exchange ends; an application that is slow or not is so
/// by far more than what noise may add.
pub const ENDS: [(&str, End); 24] = [
    ("/status/201", End::Well),
    ("/status/204", End::Well),
    ("/status/301", End::Well),
    ("/status/400", End::Well),
    ("/status/404", End::Well),
    ("/status/408", End::Well),
    ("/status/429", End::Well),
    ("/status/499", End::Well),
    ("/echo", End::Well),
    ("/trailers", End::Well),
    ("/slow/50", End::Well),
    ("/slow/200", End::Well),
    ("/slow/900", End::Slowly),
    ("/slow/950", End::Slowly),
    ("/slow/1000", End::Slowly),
    ("/status/500", End::Badly),
    ("/status/501", End::Badly),
    ("/status/503", End::Badly),
    ("/status/504", End::Badly),
    ("/status/599", End::Badly),
    ("/reset", End::Badly),
    ("/reset-stream", End::Badly),
    ("/hang", End::Badly),
    ("/reset-mid-body", End::MidBody),
];

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    Well,
    Slowly,
    Badly,
    /// Badly, after the answer began well.
    MidBody,
}
