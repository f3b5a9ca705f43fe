//! Medians and ranges.

use serde::Serialize;

/// The median of some numbers; 0 of none.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = sorted.len() / 2;
    match (sorted.len() % 2, sorted.get(upper)) {
        (_, None) => 0.0,
        (1, Some(middle)) => *middle,
        (_, Some(middle)) => (sorted[upper - 1] + middle) / 2.0,
    }
}

/// One figure of each process, and what they come to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// The figure that counts.
    pub median: f64,
    /// The least of all processes.
    pub min: f64,
    /// The greatest of all processes.
    pub max: f64,
    /// The figure of each process, in order.
    pub processes: Vec<f64>,
}

impl Spread {
    /// Of the figures of all processes.
    pub fn of(processes: Vec<f64>) -> Spread {
        let processes: Vec<f64> = processes.into_iter().map(to_thousandths).collect();
        Spread {
            median: to_thousandths(median(&processes)),
            min: processes.iter().copied().fold(f64::INFINITY, f64::min),
            max: processes.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            processes,
        }
    }
}

/// What is beyond is noise, and makes the JSON hard to read.
pub fn to_thousandths(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median(&[]), 0.0);
    }

    #[test]
    fn a_spread_keeps_the_order_of_processes() {
        let spread = Spread::of(vec![3.0, -1.00049, 2.0]);
        assert_eq!((spread.median, spread.min, spread.max), (2.0, -1.0, 3.0));
        assert_eq!(spread.processes, [3.0, -1.0, 2.0]);
    }
}
