//! What became of the orders of one second, as a line of a table.
//!
//! ```text
//!  SECOND  ORDERS  FAILED  TRACED  SHARE
//!       1     142       7     142  100 %  ████████████████████
//!       2     150       8      13    9 %  ██
//! ```

use std::collections::HashSet;

use super::customers::Order;
use crate::paint::Paint;

/// The names of the columns.
pub const TITLES: &str = " SECOND  ORDERS  FAILED  TRACED  SHARE";

/// The cells of the bar of 100 %.
const BAR_WIDTH: f64 = 20.0;

/// The counts of one second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Second {
    /// Orders.
    pub orders: usize,
    /// Of these, those that failed because of the closed bank.
    pub failed: usize,
    /// Orders of which there is a trace.
    pub traced: usize,
    /// Of these, those that failed.
    pub failed_and_traced: usize,
}

// === impl Second ===

impl Second {
    /// Of these orders, with the numbers of all of which there are traces.
    pub fn of(orders: &[Order], traced: &HashSet<u64>) -> Self {
        let is_traced = |order: &&Order| traced.contains(&order.number);
        Self {
            orders: orders.len(),
            failed: orders.iter().filter(|order| order.refused).count(),
            traced: orders.iter().filter(is_traced).count(),
            failed_and_traced: orders.iter().filter(is_traced).filter(|it| it.refused).count(),
        }
    }

    /// The line of the second of this number, dim where the sampling is just being changed.
    pub fn line(self, number: u64, settled: bool, paint: Paint) -> String {
        let Self { orders, failed, traced, .. } = self;
        let share = traced as f64 / orders.max(1) as f64;
        let percent = share * 100.0;
        let bar = "█".repeat((share * BAR_WIDTH).round() as usize);
        let line = format!("{number:7}  {orders:6}  {failed:6}  {traced:6}  {percent:3.0} %  ");
        match settled {
            true => line + &paint.green(&bar),
            false => paint.dim(&(line + &bar)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn orders_are_counted_by_their_traces() {
        let order = |number| Order {
            number,
            began: Instant::now(),
            refused: number % 2 == 0,
            problem: None,
        };
        let orders: Vec<Order> = (1..=5).map(order).collect();
        let second = Second::of(&orders, &HashSet::from([2, 3, 5, 6]));
        let want = Second { orders: 5, failed: 2, traced: 3, failed_and_traced: 1 };
        assert_eq!(second, want, "the trace of 6 is of another second");
    }

    #[test]
    fn lines_stand_below_their_titles() {
        let line = |orders, traced, number| {
            let second = Second { orders, failed: 7, traced, failed_and_traced: 7 };
            second.line(number, true, Paint::plain())
        };
        let full = "█".repeat(20);
        assert_eq!(line(142, 142, 1), format!("      1     142       7     142  100 %  {full}"));
        assert_eq!(line(150, 13, 12), "     12     150       7      13    9 %  ██");
        assert_eq!(line(0, 0, 3), "      3       0       7       0    0 %  ", "no customers");
        let columns = |text: &str| text.trim_end().chars().count();
        assert_eq!(columns(&line(150, 0, 1)), columns(TITLES));
    }
}
