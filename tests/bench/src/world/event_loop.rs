//! The loop itself: who gets which event.

use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use mio::Events;

use super::endpoint::{Endpoint, accept, serve};
use super::load::Load;
use crate::net::Received;

use super::{SiteState, World, sink, upstream};

/// How long a load may take for its last answers.
const PATIENCE: Duration = Duration::from_secs(10);

/// Bytes of an export that are read at once, so that requests need not wait for the rest.
const PIECE: usize = 32 * 1024;

/// Events taken at once.
const EVENTS: usize = 256;

impl World {
    /// Lets the load go on for a while.
    pub fn run(&mut self, load: &mut Load, duration: Duration) -> io::Result<()> {
        let end = Instant::now() + duration;
        let mut events = Events::with_capacity(EVENTS);
        while Instant::now() < end {
            self.turn(&mut events, Some(load))?;
        }
        Ok(())
    }

    /// Stops the load and waits for its last answers.
    pub fn finish(&mut self, load: &mut Load) -> io::Result<()> {
        load.stop();
        let end = Instant::now() + PATIENCE;
        let mut events = Events::with_capacity(EVENTS);
        while load.is_active() {
            self.turn(&mut events, Some(load))?;
            if Instant::now() > end {
                return Err(io::Error::other("requests of the load stay unanswered"));
            }
        }
        Ok(())
    }

    /// Serves Envoys without load until `done` or for `limit`; tells whether it is done.
    pub fn idle(&mut self, limit: Duration, done: impl Fn(&World) -> bool) -> io::Result<bool> {
        let end = Instant::now() + limit;
        let mut events = Events::with_capacity(EVENTS);
        while {
            self.count()?;
            !done(self)
        } {
            if Instant::now() > end {
                return Ok(false);
            }
            self.turn(&mut events, None)?;
        }
        Ok(true)
    }

    /// Counts the spans that sinks have taken.
    fn count(&mut self) -> io::Result<()> {
        for SiteState { tally, uncounted, first_export, .. } in &mut self.sites {
            sink::count(uncounted, tally, first_export)?;
        }
        Ok(())
    }

    /// One turn of the loop.
    fn turn(&mut self, events: &mut Events, mut load: Option<&mut Load>) -> io::Result<()> {
        let busy = load.as_ref().is_some_and(|load| load.is_active());
        let timeout = if busy || !self.unfinished.is_empty() {
            Duration::ZERO
        } else {
            Duration::from_millis(5)
        };
        match self.poll.poll(events, Some(timeout)) {
            Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
        let unfinished = std::mem::take(&mut self.unfinished);
        for event in &*events {
            self.handle(event.token().0, load.as_deref_mut())?;
        }
        for token in unfinished {
            self.handle(token, load.as_deref_mut())?;
        }
        match load {
            Some(load) => self.send_due(load),
            None => Ok(()),
        }
    }

    fn handle(&mut self, token: usize, load: Option<&mut Load>) -> io::Result<()> {
        let Some(endpoint) = self.endpoints.get_mut(token) else { return Ok(()) };
        let stays = match endpoint {
            Endpoint::UpstreamListener(listener, site) => {
                let (accepted, site) = (accept(listener)?, *site);
                return self.adopt(accepted, |stream| Endpoint::upstream(stream, site));
            }
            Endpoint::SinkListener(listener, site) => {
                let (accepted, site) = (accept(listener)?, *site);
                return self.adopt(accepted, |stream| Endpoint::sink(stream, site));
            }
            Endpoint::Upstream(connection, site) => {
                let state = &mut self.sites[*site];
                let received = connection.receive();
                let tally = &mut state.tally;
                serve(connection, received, |connection| upstream::answer(connection, tally))?
            }
            Endpoint::Sink(connection, site) => {
                let SiteState { tally, behaviour, uncounted, .. } = &mut self.sites[*site];
                let received = connection.receive_some(PIECE);
                if matches!(received, Ok(Received::More)) && !self.unfinished.contains(&token) {
                    self.unfinished.push(token);
                }
                serve(connection, received, |connection| {
                    sink::take(connection, *behaviour, tally, uncounted)
                })?
            }
            Endpoint::Client(client) => {
                let Some(load) = load else { return Ok(()) };
                if client.receive(load)? {
                    load.idle.push_back(token);
                    return self.send_due(load);
                }
                true
            }
        };
        if !stays {
            self.endpoints.remove(token);
        }
        Ok(())
    }

    /// Sends the requests that are due, as far as connections are free.
    fn send_due(&mut self, load: &mut Load) -> io::Result<()> {
        while let Some(&token) = load.idle.front()
            && let Some(due) = load.due(Instant::now())
        {
            load.idle.pop_front();
            if let Some(Endpoint::Client(client)) = self.endpoints.get_mut(token) {
                client.send(load, due)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Pace;

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";

    #[test]
    fn a_closed_loop_keeps_every_connection_busy_until_it_is_finished() {
        let mut world = World::new().unwrap();
        let site = world.add_site().unwrap();
        let mut load = world.connect(site.upstream_port, 3, REQUEST.to_vec()).unwrap();
        load.start(Pace::Closed);
        world.run(&mut load, Duration::from_millis(50)).unwrap();
        world.finish(&mut load).unwrap();
        assert!(load.completed > 100, "{load:?}");
        assert_eq!((load.failed, load.idle.len()), ((0, 0), 3));
        assert_eq!(world.tally(site).requests, load.completed);
    }

    #[test]
    fn a_fixed_pace_makes_up_for_a_stall_and_counts_it_as_latency() {
        let mut world = World::new().unwrap();
        let site = world.add_site().unwrap();
        let mut load = world.connect(site.upstream_port, 1, REQUEST.to_vec()).unwrap();
        load.start(Pace::Fixed(Duration::from_millis(1)));
        load.record_latencies();
        std::thread::sleep(Duration::from_millis(50));
        world.run(&mut load, Duration::from_millis(50)).unwrap();
        world.finish(&mut load).unwrap();
        let latencies = load.take_latencies();
        // 50 and a few without what the stall held up; a busy machine may hold up the last ones.
        assert!(latencies.len() >= 75, "{}", latencies.len());
        assert!(latencies[0] >= 50_000_000, "{}", latencies[0]);
    }
}
