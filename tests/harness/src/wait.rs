//! Waiting for something to become true, with a limit.

use std::time::{Duration, Instant};

use tokio::time::sleep;

/// One second, to be multiplied: `5 * SECONDS`.
pub const SECONDS: Duration = Duration::from_secs(1);

/// How long to sleep between the first two looks, and between two at most: each is twice as long
/// as the one before, so that waiting long does not keep a core busy.
const PAUSES: [Duration; 2] = [Duration::from_millis(5), Duration::from_millis(40)];

/// Looks at `probe` again and again until it gives a value; `None` when `timeout` has passed
/// first. The last look is after that time, the first at once.
pub async fn until<T>(timeout: Duration, mut probe: impl FnMut() -> Option<T>) -> Option<T> {
    let mut looks = Looks::within(timeout);
    while looks.another().await {
        if let Some(value) = probe() {
            return Some(value);
        }
    }
    None
}

/// The same for a look that has to be awaited: `while looks.another().await { … }`.
#[derive(Debug)]
pub struct Looks {
    deadline: Instant,
    state: State,
    pause: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    First,
    Between,
    Last,
}

impl Looks {
    /// Looks for as long as `timeout`.
    pub fn within(timeout: Duration) -> Looks {
        Looks { deadline: Instant::now() + timeout, state: State::First, pause: PAUSES[0] }
    }

    /// Waits a little; true when there is to be another look.
    pub async fn another(&mut self) -> bool {
        match self.state {
            State::First => {}
            State::Between => {
                sleep(self.pause).await;
                self.pause = PAUSES[1].min(2 * self.pause);
            }
            State::Last => return false,
        }
        let late = Instant::now() >= self.deadline;
        self.state = if late { State::Last } else { State::Between };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_look_is_at_once_and_the_last_is_late() {
        assert_eq!(until(Duration::ZERO, || Some(1)).await, Some(1));

        let timeout = Duration::from_millis(30);
        let begin = Instant::now();
        let late = || (begin.elapsed() >= timeout).then_some(2);
        assert_eq!(until(timeout, late).await, Some(2));
        assert_eq!(until(timeout, || None::<()>).await, None);
        assert!(begin.elapsed() >= 2 * timeout);
    }
}
