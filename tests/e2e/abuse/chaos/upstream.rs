//! The upstream: it looks each request's plan up, judges what came, and does as planned.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep;

use super::book::Book;
use super::judge;
use super::plan::{NUMBER, Plan, Upstream};
use super::wire::{Wire, framed, lines};

/// How long the beginning of an answer has until a reset: it would overtake it.
const LEAD: Duration = Duration::from_millis(10);

/// The book of the round that is on.
pub type Current = Arc<Mutex<Arc<Book>>>;

/// A running upstream. Dropping it ends it.
pub struct Server {
    pub port: u16,
    task: JoinHandle<()>,
}

impl Server {
    /// Listens on a free port.
    pub async fn start(book: Current) -> Server {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("there is a free port");
        let port = listener.local_addr().expect("it listens").port();
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                if let Ok((stream, _)) = listener.accept().await {
                    let book = Arc::clone(&book);
                    connections.spawn(async move {
                        // How a connection ends is what this is about.
                        let _ = serve(Wire::new(stream)?, &book).await;
                        io::Result::Ok(())
                    });
                }
                while connections.try_join_next().is_some() {}
            }
        });
        Server { port, task }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut wire: Wire, current: &Mutex<Arc<Book>>) -> io::Result<()> {
    while let Some(head) = wire.head().await? {
        let body = wire.body(&head).await;
        let book = Arc::clone(&current.lock().expect("no holder panics"));
        let number = head.value(NUMBER).and_then(|number| number.parse().ok());
        let Some(plan) = number.map(|number| book.plan(number)) else {
            book.problem(format!("a request without a number: {}", head.start));
            return Ok(());
        };
        judge::request(&book, &plan, &head, &body);
        if !body.complete {
            return Ok(());
        }
        match answer(wire, &plan).await? {
            Some(open) => wire = open,
            None => return Ok(()),
        }
    }
    Ok(())
}

/// Does as planned, and gives the connection back if it goes on.
async fn answer(mut wire: Wire, plan: &Plan) -> io::Result<Option<Wire>> {
    let answer = &plan.answer;
    let (framing, body) = framed(&answer.body, answer.framing);
    let start = format!("HTTP/1.1 {} Chaos\r\n{framing}", answer.status);
    let head = [start.as_bytes(), &lines(&answer.fields), b"\r\n"].concat();
    match plan.upstream {
        Upstream::Resets => {
            wire.reset();
            return Ok(None);
        }
        Upstream::Closes => return Ok(None),
        Upstream::Truncates => {
            wire.send(&[&head, &body[..body.len() / 2]].concat()).await?;
            return Ok(None);
        }
        Upstream::ResetsMidBody => {
            wire.send(&[&head, &body[..body.len() / 2]].concat()).await?;
            sleep(LEAD).await;
            wire.reset();
            return Ok(None);
        }
        Upstream::Delays(millis) => sleep(Duration::from_millis(millis)).await,
        Upstream::Answers => {}
    }
    wire.send(&[head, body].concat()).await?;
    Ok(Some(wire))
}
