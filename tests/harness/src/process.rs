//! A third-party server as a child process: its log, its start, its end.

use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::nursery;
use crate::wait::{self, Looks};

/// How long a server may take to start, on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a server may take to end after SIGTERM.
const GRACE: Duration = Duration::from_secs(5);

/// A running server that logs to its standard output or error. Dropping it kills it.
#[derive(Debug)]
pub struct Process {
    child: Mutex<Child>,
    pid: u32,
    log: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
}

impl Process {
    /// Starts it, its output going into the log.
    pub fn start(mut command: Command) -> Process {
        let (output, stderr) = io::pipe().expect("a pipe can be had");
        let stdout = stderr.try_clone().expect("a pipe has any number of ends");
        command.stdin(Stdio::null()).stdout(stdout).stderr(stderr);
        let child = nursery::spawn(command);
        let log = Arc::new(Mutex::new(String::new()));
        let copy = Arc::clone(&log);
        let reader = thread::spawn(move || keep(output, &copy));
        Process { pid: child.id(), child: Mutex::new(child), log, reader }
    }

    /// Starts `command` and returns when `is_ready`. Panics with the log, and with `name`, when
    /// it ends instead or takes too long.
    pub async fn start_until(
        name: &str,
        command: Command,
        is_ready: impl AsyncFn() -> io::Result<bool>,
    ) -> Process {
        let process = Process::start(command);
        let mut looks = Looks::within(PATIENCE);
        while looks.another().await {
            // The order matters: what ended was never ready.
            let ready = is_ready().await;
            if let Some(status) = process.exit() {
                panic!("{name} did not start ({status}):\n{}", process.last_words().await);
            }
            if ready.is_ok_and(|ready| ready) {
                return process;
            }
        }
        panic!("{name} was not ready in {PATIENCE:?}:\n{}", process.last_words().await)
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Everything it has logged.
    pub fn log(&self) -> String {
        self.log.lock().expect("no holder panics").clone()
    }

    /// Ends it and gives all it has logged.
    pub async fn last_words(mut self) -> String {
        self.terminate().await;
        self.kill();
        wait::until(GRACE, || self.reader.is_finished().then_some(())).await;
        self.log()
    }

    /// How it ended, if it did.
    pub fn exit(&self) -> Option<ExitStatus> {
        self.child.lock().expect("no holder panics").try_wait().expect("the child is ours")
    }

    async fn terminate(&mut self) {
        if self.exit().is_none() {
            // Until it is waited for, the process id is nobody else's.
            let _ = Command::new("kill").args(["-TERM", &self.pid.to_string()]).status();
            wait::until(GRACE, || self.exit()).await;
        }
    }

    fn kill(&mut self) {
        if let Ok(child) = self.child.get_mut() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn keep(output: impl Read, log: &Mutex<String>) {
    let mut reader = BufReader::new(output);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        log.lock().expect("no holder panics").push_str(&String::from_utf8_lossy(&line));
        line.clear();
    }
}
