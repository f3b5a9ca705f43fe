//! Telling what is being done, and when it began.

use std::time::Instant;

use crate::paint::Paint;

/// Prints each text with the seconds since now.
pub fn steps(paint: Paint) -> impl Fn(&str) {
    let started = Instant::now();
    move |text| {
        let seconds = format!("[{:5.1} s]", started.elapsed().as_secs_f64());
        println!("{} {text}", paint.dim(&seconds));
    }
}
