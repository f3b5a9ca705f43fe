//! A strategies endpoint that answers as it is told to, and answers that must be refused.

use std::io;
use std::sync::{Arc, Mutex};

use spanmesh_harness::{Request, free_port};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::traffic_until;
use super::{FAILURES, FOLLOWED, UPDATES, check_account, sampled_of, sidecar_following};
use crate::support::SOON;

const ALL: &str = r#"{"strategyType":"PROBABILISTIC","probabilisticSampling":{"samplingRate":1}}"#;
const NONE: &str = r#"{"strategyType":"PROBABILISTIC","probabilisticSampling":{"samplingRate":0}}"#;

/// A status and a body.
type Answer = (u16, &'static str);

/// The targets of the requests of each connection.
type Asked = Arc<Mutex<Vec<Vec<String>>>>;

/// The endpoint. Each thread of the proxy has a connection of its own, and each connection gets
/// the whole script, an answer for each request, and then the last answer again and again.
struct Endpoint {
    port: u16,
    asked: Asked,
}

impl Endpoint {
    async fn start(script: &'static [Answer]) -> Endpoint {
        let endpoint = Endpoint { port: free_port(), asked: Asked::default() };
        let listener = TcpListener::bind(("127.0.0.1", endpoint.port)).await.unwrap();
        let asked = Arc::clone(&endpoint.asked);
        tokio::spawn(async move {
            for connection in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                asked.lock().unwrap().push(Vec::new());
                tokio::spawn(serve(stream, Arc::clone(&asked), connection, script));
            }
        });
        endpoint
    }

    fn asked(&self) -> Vec<Vec<String>> {
        self.asked.lock().unwrap().clone()
    }

    /// How many requests the busiest connection had.
    fn most_asked(&self) -> usize {
        self.asked().iter().map(Vec::len).max().unwrap_or_default()
    }
}

/// Answers the requests of a connection until it ends.
async fn serve(
    stream: TcpStream,
    asked: Asked,
    connection: usize,
    script: &[Answer],
) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    for number in 0.. {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head).await? == 0 {
                return Ok(());
            }
        }
        let target = head.split(' ').nth(1).unwrap_or_default();
        asked.lock().unwrap()[connection].push(target.to_owned());
        let (status, body) = script[number.min(script.len() - 1)];
        let length = format!("content-length: {}", body.len());
        let answer = format!("HTTP/1.1 {status} Said\r\n{length}\r\n\r\n{body}");
        stream.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

#[tokio::test]
async fn bad_answers_are_refused_and_counted_and_the_last_good_one_stays() {
    const SCRIPT: [Answer; 6] = [
        (200, ALL),
        (200, r#"{"probabilisticSampling":{"samplingRate":1.5}}"#),
        (200, "<html>no JSON</html>"),
        (200, "{}"),
        (500, NONE),
        (200, NONE),
    ];
    let bad = SCRIPT.len() - 2;
    let endpoint = Endpoint::start(&SCRIPT).await;
    let sidecar = sidecar_following(endpoint.port, 1).await;
    traffic_until(&sidecar, true, FOLLOWED).await;
    assert!(endpoint.most_asked() < SCRIPT.len());

    traffic_until(&sidecar, false, 3 * FOLLOWED).await;
    let asked = endpoint.asked();
    assert!(endpoint.most_asked() >= SCRIPT.len(), "before the next good answer: {asked:?}");
    assert!(asked.iter().flatten().all(|target| target == "/sampling?service=shop"), "{asked:?}");
    assert_eq!(sampled_of(&sidecar, 100, Request::get("/")).await, 0);

    let refused = (asked.len() * bad) as u64;
    sidecar.envoy.wait_for_stat(FAILURES, |n| n >= refused, SOON).await;
    sidecar.envoy.wait_for_stat(UPDATES, |n| n >= 2, SOON).await;
    check_account(&sidecar).await;
    assert_eq!(sidecar.envoy.stat(FAILURES).await, refused);
}
