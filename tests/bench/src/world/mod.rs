//! Everything around the Envoys, in one loop on one thread: the load, the upstream that answers
//! it and the sink that takes the spans.
//!
//! One loop, because threads that share a core would add the scheduler's whims to what is
//! measured. While there is load the loop polls without ever sleeping, so that a request that is
//! due is sent within some microseconds, and no Envoy pays for waking up its peers: in a virtual
//! machine that is 10 µs a request, and it varies with how a variant happens to bunch its writes.

pub mod body;
mod endpoint;
mod event_loop;
mod load;
mod sink;
mod tally;
mod upstream;

use std::io;
use std::net::Ipv4Addr;

use mio::Poll;
use mio::net::TcpStream;
use slab::Slab;

use crate::net::http2::header_block;
use endpoint::{Endpoint, listen};
use load::Client;
pub use load::{Load, Pace, Step};
pub use sink::Behaviour;
pub use tally::{Site, Tally};
pub use upstream::UNSAMPLED_PARENT;

/// All sockets but Envoy's own.
#[derive(Debug)]
pub struct World {
    poll: Poll,
    endpoints: Slab<Endpoint>,
    sites: Vec<SiteState>,
    /// Sinks whose exports were not read to their end.
    unfinished: Vec<usize>,
}

#[derive(Debug)]
struct SiteState {
    tally: Tally,
    behaviour: Behaviour,
    uncounted: sink::Uncounted,
    /// The first export that was accepted.
    first_export: Option<Vec<u8>>,
}

// === impl World ===

impl World {
    /// A world without sites.
    pub fn new() -> io::Result<World> {
        Ok(World {
            poll: Poll::new()?,
            endpoints: Slab::new(),
            sites: Vec::new(),
            unfinished: Vec::new(),
        })
    }

    /// An upstream and a collector for one more Envoy.
    pub fn add_site(&mut self) -> io::Result<Site> {
        let index = self.sites.len();
        let (upstream, sink) = (listen()?, listen()?);
        let upstream_port = upstream.local_addr()?.port();
        let collector_port = sink.local_addr()?.port();
        self.insert(Endpoint::UpstreamListener(upstream, index))?;
        self.insert(Endpoint::SinkListener(sink, index))?;
        let behaviour = Behaviour::Accept;
        let (tally, uncounted) = (Tally::default(), Vec::new());
        self.sites.push(SiteState { tally, behaviour, uncounted, first_export: None });
        Ok(Site { index, upstream_port, collector_port })
    }

    /// What the site has seen so far. Spans are counted while there is no load.
    pub fn tally(&self, site: Site) -> Tally {
        self.sites[site.index].tally
    }

    /// The body of the first export that the site accepted.
    pub fn first_export(&self, site: Site) -> Option<&[u8]> {
        self.sites[site.index].first_export.as_deref()
    }

    /// How the site's collector answers from now on.
    pub fn set_behaviour(&mut self, site: Site, behaviour: Behaviour) {
        self.sites[site.index].behaviour = behaviour;
    }

    /// Stops the site's collector: its port and its connections close.
    pub fn stop_collector(&mut self, site: Site) {
        self.endpoints.retain(|_, endpoint| match endpoint {
            Endpoint::SinkListener(_, index) | Endpoint::Sink(_, index) => *index != site.index,
            _ => true,
        });
    }

    /// Stops what stands for the world to a site whose Envoy has ended.
    pub fn remove(&mut self, site: Site, load: &Load) {
        self.stop_collector(site);
        self.endpoints.retain(|token, endpoint| match endpoint {
            Endpoint::UpstreamListener(_, index) | Endpoint::Upstream(_, index) => {
                *index != site.index
            }
            _ => !load.connections.contains(&token),
        });
    }

    /// Connects a load that will send `request` again and again to a port; answers must be 200.
    pub fn connect(&mut self, port: u16, count: usize, request: Vec<u8>) -> io::Result<Load> {
        self.connect_mixed(port, count, vec![Step { request, status: 200 }])
    }

    /// The same over HTTP/2, with one request at a time on each connection.
    pub fn connect_http2(&mut self, port: u16, count: usize, request: &[u8]) -> io::Result<Load> {
        let request = header_block(request)?;
        self.connect_all(port, count, vec![Step { request, status: 200 }], true)
    }

    /// Connects a load that will send these requests in turn to a port, over and over.
    pub fn connect_mixed(&mut self, port: u16, count: usize, steps: Vec<Step>) -> io::Result<Load> {
        self.connect_all(port, count, steps, false)
    }

    fn connect_all(
        &mut self,
        port: u16,
        count: usize,
        steps: Vec<Step>,
        is_http2: bool,
    ) -> io::Result<Load> {
        let mut tokens = Vec::with_capacity(count);
        for _ in 0..count {
            // Blocking until it is connected, so that the first request can be written at once.
            let stream = std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
            stream.set_nonblocking(true)?;
            let client = Client::new(TcpStream::from_std(stream), is_http2)?;
            tokens.push(self.insert(Endpoint::Client(client))?);
        }
        Ok(Load::new(steps, tokens))
    }

    /// Takes over the connections that a listener has accepted.
    fn adopt(
        &mut self,
        accepted: Vec<TcpStream>,
        endpoint: impl Fn(TcpStream) -> io::Result<Endpoint>,
    ) -> io::Result<()> {
        for stream in accepted {
            self.insert(endpoint(stream)?)?;
        }
        Ok(())
    }

    fn insert(&mut self, endpoint: Endpoint) -> io::Result<usize> {
        let token = self.endpoints.insert(endpoint);
        self.endpoints[token].register(self.poll.registry(), token)?;
        Ok(token)
    }
}
