//! The thread that starts child processes.
//!
//! Children die with the test process, even when it is killed, because `setpriv` asks the
//! kernel for it. The kernel ties that wish to the *thread* that forked, and a test's thread
//! ends before the process does; so one thread, which never ends, starts them all.

use std::io;
use std::process::{Child, Command};
use std::sync::{LazyLock, Mutex, mpsc};
use std::thread;

type Job = (Command, mpsc::Sender<io::Result<Child>>);

static THREAD: LazyLock<Mutex<mpsc::Sender<Job>>> = LazyLock::new(|| {
    let (sender, jobs) = mpsc::channel::<Job>();
    thread::spawn(move || {
        for (mut command, reply) in jobs {
            let _ = reply.send(command.spawn());
        }
    });
    Mutex::new(sender)
});

/// A command that runs `program` and is killed when this process ends. Its process id is
/// the program's: `setpriv` replaces itself.
pub fn bound_to_this_process(program: &std::path::Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).arg(program);
    command
}

/// Starts `command` from the thread that lives as long as the process.
pub(crate) fn spawn(command: Command) -> Child {
    let program = format!("{:?}", command.get_program());
    let (reply, answer) = mpsc::channel();
    let sender = THREAD.lock().expect("no holder panics").clone();
    sender.send((command, reply)).expect("the thread never ends");
    let child = answer.recv().expect("the thread answers every job");
    child.unwrap_or_else(|error| panic!("cannot start {program} (of util-linux): {error}"))
}
