//! Fault schedules at work.

use std::time::Duration;

use spanmesh_harness::{
    Answer, Client, Collector, Fault, FaultSchedule, Outcome, Phase, Refusal, SECONDS,
};
use tokio::time::{sleep, timeout};

use super::{export, send};

/// Sends until the schedule is over; gives how each try ended.
async fn tries(collector: &Collector, schedule: &FaultSchedule) -> Vec<Option<u16>> {
    let port = collector.port();
    let sending = tokio::spawn(async move {
        let mut ends = Vec::new();
        loop {
            let one = async {
                let mut client = Client::try_connect(port).await.ok()?;
                client.try_send(&export(1..=4)).await.ok().map(|response| response.status)
            };
            let end = timeout(SECONDS / 10, one).await.unwrap_or_default();
            ends.push(end);
            if end == Some(299) {
                return ends;
            }
            sleep(SECONDS / 100).await;
        }
    });
    schedule.run(collector).await;
    assert_eq!(send(collector, &export([1])).await.status, 200, "healthy after {schedule}");
    collector.set_default(Answer::Status(299));
    sending.await.unwrap()
}

#[tokio::test]
async fn phases_follow_each_other() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    let (short, message) = (Duration::from_millis(300), super::message(1..=4).len());
    let schedule = FaultSchedule::new([
        Phase::requests(3, Fault::Answers(Answer::Refuse(Refusal::Unavailable(None)))),
        Phase::time(short, Fault::Down),
        Phase::requests(1, Fault::Rejects(9)),
        Phase::time(short, Fault::Silent),
        Phase::requests(2, Fault::Limit(message - 1)),
        Phase::requests(1, Fault::Healthy),
        Phase::requests(1, Fault::Answers(Answer::Hang)),
    ]);
    let mut ends = tries(&collector, &schedule).await;
    ends.dedup();
    let expected = [503, 0, 200, 0, 413, 200, 0, 299];
    let expected = expected.map(|status| (status > 0).then_some(status));
    // Between two faults there may be a moment without any.
    assert!(is_subsequence(&expected, &ends), "{ends:?}");
    let requests = collector.requests();
    let rejected = requests.iter().map(|request| request.outcome);
    let rejected = rejected.filter(|outcome| *outcome == Outcome::Accepted { rejected: 4 });
    assert!(rejected.count() >= 1, "at most as many as there are");
}

#[tokio::test]
async fn random_schedules_run_and_end_healthy() {
    for seed in [3, 4] {
        let collector = Collector::start_unchecked("spans of the test's own").await;
        let schedule = FaultSchedule::random(seed);
        let ends = tries(&collector, &schedule).await;
        assert!(ends.len() > 3, "{schedule}: {ends:?}");
        let ledger = collector.ledger();
        assert!(ledger.accepted.len() <= 4 && ledger.in_doubt().is_empty(), "{schedule}: {ledger}");
    }
}

fn is_subsequence<T: PartialEq>(wanted: &[T], all: &[T]) -> bool {
    let mut all = all.iter();
    wanted.iter().all(|wanted| all.any(|one| one == wanted))
}
