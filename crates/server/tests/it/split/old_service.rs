//! Split mode with Junjo's existing ingestion service, of which `OldServiceDouble` stands in: the server pulls span by span.

use std::net::SocketAddr;

use junjo_test_support::{OldServiceDouble, SpanBuilder, eventually};
use junjo_web::{Clock as _, SystemClock};
use serde_json::Value;

use crate::harness::{Api, PATIENCE, ServerProcess, TestServer};
use crate::telemetry::START;

const INTERNAL: &str = "--internal-grpc-addr=127.0.0.1:0";

/// The remote's clock, which goes on as the server's does.
fn millis() -> u64 {
    SystemClock::new().now_unix_nano() as u64 / 1_000_000
}

fn span(number: u64) -> SpanBuilder {
    SpanBuilder::new(1, number, START)
}

fn source(address: SocketAddr) -> String {
    format!("--ingestion-url=http://{address}")
}

/// Waits until that many different spans can be queried, with everything accepted indexed.
async fn stored(api: &Api, expected: u64) -> Value {
    eventually("pulling", PATIENCE, || async {
        let (_, status) = api.get("/otel/status").await;
        (status["store"]["spans"] == expected && status["accepted_spans"] == status["indexed_spans"])
            .then_some(status)
    })
    .await
}

/// Whether each span was stored once, and nothing waits.
fn assert_once(status: &Value, spans: u64) {
    assert_eq!((&status["accepted_spans"], &status["indexed_spans"]), (&spans.into(), &spans.into()));
    assert_eq!(status["duplicate_spans"], 0);
    assert_eq!(status["sources"][0]["mode"], "spans");
    assert_eq!(status["sources"][0]["lag_ms"], 0, "nothing waits");
}

/// Scenario: the remote has more undecodable rows in front than a page holds, and its clock steps back, so that a span appears
/// below keys already read: while the server runs, and while it is away. Guarantee: every span is stored once.
#[tokio::test(flavor = "multi_thread")]
async fn pull_from_the_existing_service_takes_every_span_once() {
    let remote = OldServiceDouble::default();
    let began = millis();
    for row in 0..2_500 {
        remote.write(began - 1, row, None);
    }
    for number in 1..=30 {
        remote.write(began, number.into(), Some(span(number)));
    }
    let source = source(remote.serve().await.unwrap());
    let server = TestServer::start_with(tempfile::tempdir().unwrap(), &[&source, INTERNAL]).await;
    server.api.register().await;
    assert_once(&stored(&server.api, 30).await, 30);
    remote.write(millis() - 100_000, 8_000, Some(span(31)));
    assert_once(&stored(&server.api, 31).await, 31);
    let dir = server.stop().await;
    remote.write(millis() - 200_000, 9_000, Some(span(32)));
    let server = TestServer::start_with(dir, &[&source, INTERNAL]).await;
    server.api.login().await;
    assert_once(&stored(&server.api, 32).await, 32);
    let services = server.api.read("/otel/services").await;
    assert_eq!(services["items"][0]["name"], "legacy");
    assert_eq!(services["items"][0]["span_count"], 32);
    server.stop().await;
}

/// Scenario: the real program is killed again and again while the remote is sent spans, some of which come to lie seconds or
/// minutes too low, and some of which were there before. Guarantee: nothing is lost, and nothing stored or counted twice.
#[tokio::test(flavor = "multi_thread")]
async fn kills_neither_lose_nor_double_what_is_pulled() {
    let remote = OldServiceDouble::default();
    let source = source(remote.serve().await.unwrap());
    let dir = tempfile::tempdir().unwrap();
    let start = async || {
        let mut command = ServerProcess::command(dir.path());
        command.args([&source, INTERNAL]);
        ServerProcess::start_command(command).await
    };
    let mut sent = 0;
    let mut write = |count: u64, back: u64| {
        for _ in 0..count {
            sent += 1;
            remote.write(millis() - back, sent.into(), Some(span(sent)));
        }
        sent
    };
    write(9_000, 0);
    let mut server = start().await;
    let mut api = Api::new(server.http);
    api.register().await;
    for round in 0..4 {
        let first = write(3_000, 0);
        eventually("taking some", PATIENCE, || async {
            let (_, status) = api.get("/otel/status").await;
            (status["accepted_spans"].as_u64()? >= first - 6_000).then_some(())
        })
        .await;
        write(20, [1_500, 240_000][round % 2]);
        server.kill().await;
        write(20, [240_000, 1_500][round % 2]);
        server = start().await;
        api = Api::new(server.http);
        api.login().await;
    }
    let total = write(1, 0);
    assert_once(&stored(&api, total).await, total);
    server.kill().await;
    let server = start().await;
    let api = Api::new(server.http);
    api.login().await;
    let last = write(1, 0);
    assert_once(&stored(&api, last).await, last);
    server.terminate().await;
}
