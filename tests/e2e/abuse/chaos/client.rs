//! The clients: each keeps a connection while it is proper, and opens another when it was not.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::book::Book;
use super::dice::Dice;
use super::plan::{Client, Plan};
use super::wire::{Body, Head, Wire, framed, lines};
use super::{hostile, judge};

/// No answer may take longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// The ports of the listeners, inbound and outbound, and the requests that are left.
pub struct Work {
    pub ports: [u16; 2],
    pub next: AtomicU64,
    pub end: u64,
}

/// Takes one request after another until none is left.
pub async fn run(work: Arc<Work>, book: Arc<Book>) {
    let mut open: [Option<Wire>; 2] = [None, None];
    loop {
        let number = work.next.fetch_add(1, Ordering::Relaxed);
        if number >= work.end {
            return;
        }
        let plan = book.plan(number);
        let side = usize::from(!plan.inbound);
        let kept = if plan.client == Client::Proper { open[side].take() } else { None };
        let wire = match kept {
            Some(wire) => Ok(wire),
            None => Wire::connect(work.ports[side]).await,
        };
        match wire {
            Ok(wire) => open[side] = exchange(wire, &plan, &book).await,
            Err(error) => book.problem(format!("request {number}: no connection: {error}")),
        }
    }
}

/// Does as planned, and gives the connection back if it goes on.
async fn exchange(mut wire: Wire, plan: &Plan, book: &Book) -> Option<Wire> {
    let (head, body) = bytes(plan);
    let mut dice = Dice::of(!book.seed, plan.number);
    match plan.client {
        Client::Proper => {
            let sent = wire.send(&[head, body].concat()).await;
            return conclude(wire, plan, book, sent).await;
        }
        Client::Slow => {
            let whole = [head, body].concat();
            let (first, second) = whole.split_at(whole.len() / 3);
            let mut sent = wire.send(first).await;
            sleep(Duration::from_millis(dice.within(1, 10))).await;
            sent = sent.and(wire.send(second).await);
            return conclude(wire, plan, book, sent).await;
        }
        Client::HalfHead => {
            let end = dice.within(1, head.len() as u64 - 1) as usize;
            let _ = wire.send(&head[..end]).await;
        }
        Client::HalfBody => {
            book.note(plan.number, |page| page.in_doubt = true);
            let _ = wire.send(&[&head, &body[..body.len() / 2]].concat()).await;
        }
        Client::LeavesUnanswered => {
            book.note(plan.number, |page| page.in_doubt = true);
            let _ = wire.send(&[head, body].concat()).await;
        }
        Client::LeavesMidAnswer => {
            book.note(plan.number, |page| page.in_doubt = true);
            let _ = wire.send(&[head, body].concat()).await;
            let _ = timeout(PATIENCE, wire.head()).await;
        }
        Client::Nonsense => {
            let _ = wire.send(&hostile::nonsense(plan.number, &mut dice)).await;
            // Envoy may close before it has read all, which can cost its answer.
            if let Ok(Ok(Some(head))) = timeout(PATIENCE, wire.head()).await
                && !(400..600).contains(&head.status())
            {
                book.problem(format!("nonsense {} is answered {}", plan.number, head.start));
            }
        }
    }
    if dice.percent(50) {
        // What was just sent may be lost with it.
        sleep(Duration::from_millis(dice.within(0, 5))).await;
        wire.reset();
    }
    None
}

/// Reads the answer to a whole request and has it judged.
async fn conclude(mut wire: Wire, plan: &Plan, book: &Book, sent: io::Result<()>) -> Option<Wire> {
    let answer = timeout(PATIENCE, read(&mut wire)).await;
    let answer = answer.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
    let problem = answer.as_ref().err().map(io::Error::to_string);
    if let Some(problem) = problem {
        book.problem(format!("request {}: {problem}; sent: {sent:?}", plan.number));
    }
    let answer = answer.ok().flatten();
    let goes_on = answer.as_ref().is_some_and(|(head, body)| {
        body.complete && head.value("connection").is_none_or(|value| value != "close")
    });
    judge::answer(book, plan, answer);
    goes_on.then_some(wire)
}

async fn read(wire: &mut Wire) -> io::Result<Option<(Head, Body)>> {
    let Some(head) = wire.head().await? else { return Ok(None) };
    let body = wire.body(&head).await;
    Ok(Some((head, body)))
}

/// The head and the body of a request.
fn bytes(plan: &Plan) -> (Vec<u8>, Vec<u8>) {
    let start = format!("{} {} HTTP/1.1\r\nhost: {}\r\n", plan.method, plan.target, plan.host);
    let (framing, body) = match &plan.body {
        Some((body, framing)) => framed(body, *framing),
        None => Default::default(),
    };
    ([start.as_bytes(), &lines(&plan.fields), framing.as_bytes(), b"\r\n"].concat(), body)
}
