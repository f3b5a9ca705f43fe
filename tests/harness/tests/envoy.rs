//! Envoy itself: start, admin, log, end.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;
use spanmesh_harness::{Client, Envoy, EnvoyConfig, Request, SECONDS, Upstream, envoy, wait};

use crate::native;

#[tokio::test]
async fn it_starts_answers_and_ends() {
    let application = Upstream::start().await;
    let config = native::config().map_port(8080, application.port());
    let envoy = Envoy::builder(config).concurrency(2).env("SPANMESH_PROBE", "7").start().await;
    let pid = envoy.pid();
    let command = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap();
    assert!(command.contains("--concurrency\x002\0"), "{command}");
    let environment = fs::read_to_string(format!("/proc/{pid}/environ")).unwrap();
    assert!(environment.contains("SPANMESH_PROBE=7"));

    let mut client = Client::connect(envoy.port(15006)).await;
    assert_eq!(client.send(&Request::get("/")).await.status, 200);
    let count = "http.inbound.downstream_rq_2xx";
    assert_eq!(envoy.wait_for_stat(count, |value| value > 0, 5 * SECONDS).await, 1);
    assert_eq!(envoy.stat("server.concurrency").await, 2);
    assert_eq!(envoy.stat("no.such.stat").await, 0);

    let (status, text) = envoy.admin("GET", "/server_info").await;
    assert_eq!(status, 200);
    assert!(text.contains(&envoy::version()), "{text}");

    assert!(envoy.is_alive());
    let log = envoy.stop().await;
    assert!(log.contains("starting workers"), "{log}");
    assert!(log.contains("caught ENVOY_SIGTERM"), "{log}");
    assert!(!PathBuf::from(format!("/proc/{pid}")).exists());
}

#[tokio::test]
async fn dropping_it_ends_it_and_removes_its_files() {
    let envoy = Envoy::builder(native::config()).pin_to_core(0).start().await;
    let pid = envoy.pid();
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    assert!(status.contains("Name:\tenvoy"), "{status}");
    assert!(status.contains("Cpus_allowed_list:\t0\n"), "{status}");
    let command = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap();
    let file = command.split('\0').nth(2).unwrap().to_owned();
    assert!(fs::exists(&file).unwrap());

    drop(envoy);
    assert!(!PathBuf::from(format!("/proc/{pid}")).exists());
    assert!(!fs::exists(&file).unwrap());
}

#[tokio::test]
async fn a_refused_configuration_gives_the_log() {
    let config = native::config().set("/static_resources/listeners/0/no_such_field", 1);
    let log = Envoy::try_start(config).await.unwrap_err();
    assert!(log.contains("no_such_field"), "{log}");
}

#[tokio::test]
async fn its_node_can_be_set() {
    let id = "router~10.0.0.1~gw-1.istio-system~istio-system.svc.cluster.local";
    let config = native::config().set("/node/id", id).set("/node/metadata/NAMESPACE", "prod");
    let envoy = Envoy::builder(config).start().await;
    let (_, text) = envoy.admin("GET", "/server_info").await;
    let info: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(info["node"]["id"], id);
    assert_eq!(info["node"]["metadata"]["NAMESPACE"], "prod");
}

#[tokio::test]
async fn it_outlives_the_thread_that_started_it() {
    let envoy = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(Envoy::builder(native::config()).start())
    });
    let envoy = envoy.join().unwrap();
    tokio::time::sleep(SECONDS / 5).await;
    assert!(envoy.is_alive(), "{}", envoy.log());
}

#[tokio::test]
async fn an_unmapped_endpoint_leads_nowhere_until_something_starts_there() {
    let envoy = Envoy::builder(native::config()).start().await;
    let mut client = Client::connect(envoy.port(15006)).await;
    assert_eq!(client.send(&Request::get("/")).await.status, 503);
    let _application = Upstream::start_on(envoy.port(8080)).await;
    assert_eq!(client.send(&Request::get("/")).await.status, 200);
}

#[tokio::test]
async fn a_cluster_can_be_mapped_by_name() {
    let application = Upstream::start().await;
    let config = EnvoyConfig::map_cluster_port(native::config(), "application", application.port());
    let envoy = Envoy::builder(config).start().await;
    let mut client = Client::connect(envoy.port(15006)).await;
    assert_eq!(client.send(&Request::get("/")).await.status, 200);
}

/// Runs itself once more in a process of its own, which starts an Envoy and is then killed.
#[tokio::test]
async fn no_envoy_outlives_a_killed_test() {
    const VICTIM: &str = "SPANMESH_HARNESS_VICTIM";
    if std::env::var_os(VICTIM).is_some() {
        let envoy = Envoy::builder(native::config()).start().await;
        println!("pid={}=", envoy.pid());
        std::future::pending::<()>().await;
    }
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "envoy::no_envoy_outlives_a_killed_test", "--nocapture"])
        .env(VICTIM, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(victim.stdout.take().unwrap()).lines().map(Result::unwrap);
    let line = lines.into_iter().find(|line| line.contains("pid=")).unwrap();
    let envoy = PathBuf::from("/proc").join(line.split('=').nth(1).unwrap());
    assert!(envoy.exists());

    victim.kill().unwrap();
    victim.wait().unwrap();
    let gone = wait::until(5 * SECONDS, || (!envoy.exists()).then_some(())).await;
    assert!(gone.is_some(), "{} lives on", envoy.display());
}
