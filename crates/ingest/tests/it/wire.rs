//! OTLP/HTTP on a real socket: chunked, slow, broken and overloading clients.

use std::time::{Duration, Instant};

use junjo_ingest::IngestLimits;
use junjo_test_support::{SpanBuilder, request};
use prost::Message as _;

use crate::harness::{KEY, OTHER_KEY, TestReceiver, Wire};

fn message() -> Vec<u8> {
    let span =
        SpanBuilder::new(1, 1, 1_700_000_000_000_000_000).with("input.value", &"x".repeat(5000)).build();
    request("shop", vec![span]).encode_to_vec()
}

const CHUNKED: &str =
    "content-type: application/x-protobuf\r\ntransfer-encoding: chunked\r\nconnection: close";

/// Scenario: a body in chunks of odd sizes, as Node sends it. Guarantee: the whole message is stored.
#[tokio::test]
async fn chunked_body_is_stored() {
    let server = TestReceiver::open();
    let mut wire = Wire::connect(server.serve().await).await;
    wire.send_head(CHUNKED).await;
    let message = message();
    for chunk in message.chunks(777) {
        wire.send(format!("{:x}\r\n", chunk.len())).await;
        wire.send(chunk).await;
        wire.send("\r\n").await;
    }
    wire.send("0\r\n\r\n").await;
    let answer = wire.answer().await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0));
    assert_eq!(server.records()[0].message().unwrap(), message);
}

/// Scenario: two exports on one connection, the first of them refused before its body was read. Guarantee: the
/// connection stays usable.
#[tokio::test]
async fn connection_survives_a_refusal() {
    let server = TestReceiver::open();
    let mut wire = Wire::connect(server.serve().await).await;
    let message = message();
    for (key, expected) in [("wrong", "401"), (KEY, "200")] {
        let length = message.len();
        wire.send(format!(
            "POST /v1/traces HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\ncontent-type: application/x-protobuf\r\n\
             content-length: {length}\r\n\r\n"
        ))
        .await;
        wire.send(&message).await;
        let head = wire.expect("\r\n\r\n").await;
        assert!(head.starts_with(&format!("HTTP/1.1 {expected}")), "{head}");
        if expected == "401" {
            wire.expect("create one on the API keys page of the server").await;
        }
    }
    assert_eq!(server.records().len(), 1);
}

/// Scenario: clients that send 20 MB before they listen, with a wrong key, a wrong encoding and too large a body.
/// Guarantee: they read the reason instead of a broken connection.
#[tokio::test]
async fn refusal_reaches_clients_that_send_first() {
    let limits = IngestLimits { message_bytes_max: 15 << 20, ..IngestLimits::default() };
    let server = TestReceiver::with(limits, |_| {});
    let addr = server.serve().await;
    let body = vec![0; 20 << 20];
    for (key, encoding, expected) in [("wrong", "identity", 401), (KEY, "br", 415), (KEY, "identity", 413)] {
        let mut wire = Wire::connect(addr).await;
        wire.send(format!(
            "POST /v1/traces HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\ncontent-type: application/x-protobuf\r\n\
             content-encoding: {encoding}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
        ))
        .await;
        let size = if expected == 413 { (15 << 20) + 1 } else { 14 << 20 };
        wire.send(format!("{size:x}\r\n")).await;
        wire.send(&body[..size]).await;
        wire.send("\r\n0\r\n\r\n").await;
        assert_eq!(wire.answer().await.status.as_u16(), expected);
    }
}

/// Scenario: a client that waits for "100 Continue", as curl does, with a wrong and with a good key. Guarantee: the wrong
/// one is refused before it sends its body, the good one is asked for it.
#[tokio::test]
async fn expect_continue_is_answered_before_the_body() {
    let server = TestReceiver::open();
    let addr = server.serve().await;
    let message = message();
    let length = message.len();
    let head = |key: &str| {
        format!(
            "POST /v1/traces HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\ncontent-type: application/x-protobuf\r\n\
             content-length: {length}\r\nexpect: 100-continue\r\n\r\n"
        )
    };
    let mut wire = Wire::connect(addr).await;
    wire.send(head("wrong")).await;
    let answer = wire.expect("\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    let mut wire = Wire::connect(addr).await;
    wire.send(head(KEY)).await;
    assert!(wire.expect("\r\n\r\n").await.starts_with("HTTP/1.1 100"));
    wire.send(message).await;
    assert!(wire.expect("\r\n\r\n").await.starts_with("HTTP/1.1 200"));
}

/// Scenario: a client that stops in the middle of its body. Guarantee: 503 after the time that a body may take.
#[tokio::test]
async fn slow_body_is_refused() {
    let limits = IngestLimits { body_time_max: Duration::from_millis(100), ..IngestLimits::default() };
    let server = TestReceiver::with(limits, |_| {});
    let addr = server.serve().await;
    for framing in ["content-length: 100", "transfer-encoding: chunked"] {
        let started = Instant::now();
        let mut wire = Wire::connect(addr).await;
        wire.send_head(&format!("content-type: application/json\r\n{framing}")).await;
        wire.send("5\r\n{\"res\r\n").await;
        let answer = wire.answer().await;
        assert_eq!(answer.refused(), (503, 14), "{framing}");
        assert_eq!(answer.header("retry-after"), Some("3"));
        assert!(started.elapsed() >= Duration::from_millis(100));
    }
    assert!(server.records().is_empty());
}

/// Scenario: a refused client that never ends its body. Guarantee: it is answered all the same, and let go.
#[tokio::test]
async fn endless_refused_body_is_answered() {
    let limits = IngestLimits { discard_time_max: Duration::from_millis(50), ..IngestLimits::default() };
    let server = TestReceiver::with(limits, |_| {});
    let mut wire = Wire::connect(server.serve().await).await;
    wire.send_head("content-type: text/plain\r\ncontent-length: 100").await;
    wire.send("only this").await;
    assert_eq!(wire.answer().await.refused(), (415, 3));
}

/// Scenario: chunks that are framed wrongly, and bodies that end too early. Guarantee: 400 for what a retry cannot help,
/// 503 for what it can; nothing is stored.
#[tokio::test]
async fn broken_framing_is_refused() {
    let server = TestReceiver::open();
    let addr = server.serve().await;
    let mut wire = Wire::connect(addr).await;
    wire.send_head(CHUNKED).await;
    wire.send("5\r\nhello\r\nno size\r\n").await;
    assert_eq!(wire.answer().await.refused(), (400, 3));
    for (framing, body) in [("content-length: 100", "short"), ("transfer-encoding: chunked", "ff\r\nshort")] {
        let mut wire = Wire::connect(addr).await;
        wire.send_head(&format!("content-type: application/json\r\n{framing}")).await;
        wire.send(body).await;
        wire.finish().await;
        assert_eq!(wire.answer().await.refused(), (503, 14), "{framing}");
    }
    assert!(server.records().is_empty());
}

/// Scenario: a client that announces a large body and sends none of it, and one that trickles. Guarantee: neither holds
/// memory for what it only announced, and both are let go when they are slower than any uplink.
#[tokio::test]
async fn announced_bytes_hold_no_memory() {
    let limits = IngestLimits {
        body_grace: Duration::from_millis(300),
        admission_wait: Duration::from_millis(10),
        ..IngestLimits::default()
    };
    let server = TestReceiver::of_bytes(limits, 1 << 20);
    let addr = server.serve().await;
    let mut announcing = Wire::connect(addr).await;
    announcing
        .send_head("content-type: application/x-protobuf\r\ncontent-length: 1048570\r\nexpect: 100-continue")
        .await;
    announcing.expect("100 Continue\r\n\r\n").await;
    let answer = server.post("/v1/traces", "application/x-protobuf", message()).await;
    assert_eq!(answer.status.as_u16(), 200, "of the same key, while the other waits for its body");
    announcing.send("a few bytes").await;
    let answer = announcing.answer().await;
    assert_eq!((answer.refused(), answer.header("retry-after")), ((503, 14), Some("3")));
}

/// Scenario: one client holds most of a key's memory with a body that it has sent nearly whole. Guarantee: others of the key
/// wait a little, then get 503, those of another key do not; when the first one is gone, its memory is free again.
#[tokio::test]
async fn overload_slows_down_then_refuses() {
    let limits = IngestLimits { admission_wait: Duration::from_millis(100), ..IngestLimits::default() };
    let server = TestReceiver::of_bytes(limits, 1 << 20);
    let addr = server.serve().await;
    let mut hog = Wire::connect(addr).await;
    hog.send_head("content-type: application/x-protobuf\r\ncontent-length: 1048570\r\nexpect: 100-continue")
        .await;
    hog.expect("100 Continue\r\n\r\n").await;
    hog.send(vec![0; 1_048_569]).await;
    server.until_used(1 << 20).await;
    let message = message();
    for framing in [format!("content-length: {}", message.len()), "transfer-encoding: chunked".to_owned()] {
        let started = Instant::now();
        let mut wire = Wire::connect(addr).await;
        wire.send_head(&format!("content-type: application/x-protobuf\r\nconnection: close\r\n{framing}"))
            .await;
        if framing.starts_with("transfer") {
            wire.send(format!("{:x}\r\n", message.len())).await;
        }
        wire.send(&message).await;
        if framing.starts_with("transfer") {
            wire.send("\r\n0\r\n\r\n").await;
        }
        let answer = wire.answer().await;
        assert_eq!((answer.refused(), answer.header("retry-after")), ((503, 14), Some("3")), "{framing}");
        assert!(started.elapsed() >= Duration::from_millis(100), "it waits before it refuses");
    }
    let other_key = [("x-junjo-api-key", OTHER_KEY), ("content-type", "application/x-protobuf")];
    let answer = server.post_with("/v1/traces", &other_key, message.clone()).await;
    assert_eq!(answer.status.as_u16(), 200);
    hog.finish().await;
    assert_eq!(hog.answer().await.refused(), (503, 14));
    let answer = server.post("/v1/traces", "application/x-protobuf", message).await;
    assert_eq!(answer.status.as_u16(), 200);
}
