//! Lines about how far the run is, on standard error: the table alone goes to standard output.

/// Prints one such line.
#[macro_export]
macro_rules! progress {
    ($($arguments:tt)*) => {
        eprintln!("bench: {}", format_args!($($arguments)*))
    };
}
