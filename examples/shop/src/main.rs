//! A checkout shop of small services, each behind its own Envoy: the demonstration of spanmesh.
//!
//! The program starts everything, drives some traffic through the edge, waits for the spans,
//! checks that they are the traces that the traffic must leave, and prints two of them. Started
//! with the argument `service`, which only it does, it is one of the services instead.
#![forbid(unsafe_code)]

mod args;
mod arrival;
mod backend;
mod check;
mod client;
mod demo;
#[cfg(test)]
mod fixtures;
mod follow;
mod layout;
mod mesh;
mod orphanage;
mod paint;
mod ports;
mod progress;
mod received;
mod scenario;
mod services;
mod shop;
mod signals;
mod span;
mod trace;
mod traffic;
mod waterfall;
mod zipkin_span;

use std::env;
use std::process::ExitCode;

use tokio::runtime::Builder;

use args::{Command, USAGE};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match Command::parse(&arguments, |name| env::var(name).unwrap_or_default()) {
        Ok(Command::Demo(demo)) => run(async move {
            demo::leave_on_panic();
            demo::run(demo).await.map(ExitCode::from)
        }),
        Ok(Command::Service { service, listen, outbound }) => run(async move {
            orphanage::exit_with_parent();
            let served = services::run(service, listen, outbound).await;
            served.map(|()| ExitCode::SUCCESS).map_err(|e| format!("{service}, {listen}: {e}"))
        }),
        Ok(Command::Help) => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("shop: {problem}\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// Runs `work` to its end. What it holds is dropped, and so stopped, before this returns.
fn run(work: impl Future<Output = Result<ExitCode, String>>) -> ExitCode {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(work),
        Err(error) => Err(format!("no runtime: {error}")),
    };
    outcome.unwrap_or_else(|problem| {
        eprintln!("shop: {problem}");
        ExitCode::FAILURE
    })
}
