//! A schedule at work.

use tokio::time::sleep;

use super::{Fault, FaultSchedule, Length, Phase};
use crate::collector::{Answer, Collector};
use crate::wait;

impl FaultSchedule {
    /// Goes through all phases and returns when the collector is healthy for good. What was
    /// set before as default answer and limit is lost.
    pub async fn run(&self, collector: &Collector) {
        for phase in &self.phases {
            phase.run(collector).await;
        }
    }
}

impl Phase {
    /// Begins healthy and ends so.
    async fn run(&self, collector: &Collector) {
        let before = collector.request_count();
        self.fault.begin(collector).await;
        match self.length {
            Length::Time(length) => sleep(length).await,
            Length::Requests(count) => {
                let come = || (collector.request_count() >= before + count).then_some(());
                let _ = wait::until(Length::PATIENCE, come).await;
            }
        }
        collector.refuse_longer_than(None);
        collector.set_default(Answer::Accept);
        if matches!(self.fault, Fault::Down | Fault::Silent) {
            collector.restart().await;
        }
    }
}

impl Fault {
    async fn begin(&self, collector: &Collector) {
        match self {
            Fault::Healthy => {}
            Fault::Answers(answer) => collector.set_default(answer.clone()),
            Fault::Rejects(most) => {
                let most = *most;
                collector.set_default_by(move |asked| Answer::PartialSuccess {
                    rejected: most.min(asked.spans) as i64,
                    message: "the schedule says so".to_owned(),
                });
            }
            Fault::Limit(bytes) => collector.refuse_longer_than(Some(*bytes)),
            Fault::Down => collector.stop().await,
            Fault::Silent => collector.fall_silent().await,
        }
    }
}
