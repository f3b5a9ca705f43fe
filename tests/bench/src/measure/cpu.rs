//! CPU time of a process, in nanoseconds.

use std::io;
use std::{fs, path::PathBuf};

/// The time that all threads of the process have run so far, in nanoseconds: the first number of
/// each `/proc/PID/task/*/schedstat`. A thread that ends takes its time with it; an Envoy's threads
/// live as long as it does.
pub fn run_time(pid: u32) -> io::Result<u64> {
    let mut total = 0;
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        total += first_number(task?.path().join("schedstat"))?;
    }
    Ok(total)
}

fn first_number(path: PathBuf) -> io::Result<u64> {
    let text = fs::read_to_string(&path)?;
    let number = text.split_whitespace().next().and_then(|number| number.parse().ok());
    number.ok_or_else(|| io::Error::other(format!("{} says {text:?}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    #[test]
    fn running_is_counted() {
        let before = run_time(std::process::id()).unwrap();
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_millis(50) {}
        let used = run_time(std::process::id()).unwrap() - before;
        assert!(used > 10_000_000, "{used} ns of 50 ms");
    }
}
