//! Being asked to stop.

use tokio::signal::unix::{SignalKind, signal};

/// Waits for Ctrl-C or a request to terminate, and gives the exit status of shells for it.
///
/// # Errors
///
/// If signals cannot be listened to.
pub async fn stop() -> Result<u8, String> {
    let listen = |kind| signal(kind).map_err(|error| format!("cannot listen to signals: {error}"));
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    let status = tokio::select! {
        _ = interrupt.recv() => 130,
        _ = terminate.recv() => 143,
    };
    println!("\nStopping.");
    Ok(status)
}
