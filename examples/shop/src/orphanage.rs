//! Services as child processes that do not outlive the demonstration.
//!
//! A service holds one end of a pipe, its standard input, and the demonstration the other. When
//! the demonstration ends, in whatever way, the kernel closes its end, and the service ends.

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::{env, io, process, thread};

use crate::args;
use crate::services::Service;

/// A running service; dropping it stops it.
pub struct ServiceProcess {
    child: Child,
}

// === impl ServiceProcess ===

impl ServiceProcess {
    /// Starts `service`.
    ///
    /// # Errors
    ///
    /// If the program cannot be started again.
    pub fn start(service: Service, listen: u16, outbound: SocketAddr) -> io::Result<Self> {
        let child = Command::new(env::current_exe()?)
            .args(args::Command::service(service, listen, outbound))
            .stdin(Stdio::piped())
            .spawn()?;
        Ok(Self { child })
    }

    /// Whether the service has ended, which it should not.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for ServiceProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Ends this process, a service, when its standard input does.
pub fn exit_with_parent() {
    thread::spawn(|| {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        process::exit(0);
    });
}
