//! CPU time of a process, in nanoseconds.

use std::io;
use std::{fs, path::PathBuf};

/// The time that all threads of the process have run so far, in nanoseconds: the first number of
/// each `/proc/PID/task/*/schedstat`. A thread that ends takes its time with it; an Envoy's threads
/// live as long as it does.
pub fn run_time(pid: u32) -> io::Result<u64> {
    let mut total = 0;
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        match first_number(task?.path().join("schedstat")) {
            Ok(time) => total += time,
            Err(error) if is_gone(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(total)
}

/// Whether the thread ended after it was listed: no such file, or no such process.
fn is_gone(error: &io::Error) -> bool {
    const ESRCH: i32 = 3;
    error.kind() == io::ErrorKind::NotFound || error.raw_os_error() == Some(ESRCH)
}

fn first_number(path: PathBuf) -> io::Result<u64> {
    let text = fs::read_to_string(&path)?;
    let number = text.split_whitespace().next().and_then(|number| number.parse().ok());
    number.ok_or_else(|| io::Error::other(format!("{} says {text:?}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;
    use std::thread::sleep;
    use std::time::Duration;

    /// A process of its own: the threads of other tests in this one come and go.
    #[test]
    fn running_is_counted() {
        let mut busy = Command::new("sh").args(["-c", "while :; do :; done"]).spawn().unwrap();
        let before = run_time(busy.id()).unwrap();
        sleep(Duration::from_millis(300));
        let used = run_time(busy.id()).unwrap() - before;
        busy.kill().unwrap();
        busy.wait().unwrap();
        assert!(used > 10_000_000, "{used} ns of 300 ms");
    }

    #[test]
    fn a_process_that_is_gone_is_an_error() {
        let mut gone = Command::new("true").spawn().unwrap();
        gone.wait().unwrap();
        assert!(run_time(gone.id()).is_err());
    }
}
