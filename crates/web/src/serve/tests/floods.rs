//! Clients that send more than anybody needs.

use super::http2::{self, Http2};
use super::*;

/// Scenario: heads larger than any client's. Guarantee: 431, and the connection ends.
#[tokio::test]
async fn large_heads_are_refused() {
    let server = TestServer::start(wide());
    let mut stream = server.connect().await;
    let head = format!("GET / HTTP/1.1\r\nhost: x\r\nx-a: {}\r\n\r\n", "a".repeat(100_000));
    let _ = stream.write_all(head.as_bytes()).await;
    let mut first = [0; 12];
    tokio::time::timeout(PATIENCE, stream.read_exact(&mut first)).await.unwrap().unwrap();
    assert_eq!(&first, b"HTTP/1.1 431");
}

/// Scenario: a client asks and takes its questions back before they are looked at, a hundred times. Guarantee: it is told to
/// go, and others are answered.
#[tokio::test]
async fn rapid_resets_end_the_connection() {
    let server = TestServer::start(wide());
    let mut client = Http2::begin(server.connect().await, 65_535).await;
    let first = client.get("/").await;
    client.until("an answer", |client| client.answer(first).has_ended).await;
    client.ask_and_take_back(100).await;
    client.until_closed().await;
    assert!(client.was_told_to_go);
    assert!(rest(&mut server.said(LAST_REQUEST).await).await.starts_with("HTTP/1.1 200"));
}

/// Scenario: clients that open windows, ping, send settings, frames of unknown kinds or empty pieces of a body without end, each on
/// a connection that was answered before. Guarantee: each is told to go, and others are answered.
#[tokio::test]
async fn frames_that_carry_nothing_end_the_connection() {
    let server = TestServer::start(wide());
    for (kind, payload) in http2::EMPTY {
        let mut client = Http2::begin(server.connect().await, 65_535).await;
        let first = client.get("/").await;
        client.until("an answer", |client| client.answer(first).has_ended).await;
        let body = client.begin_body("/slow").await;
        client.repeat(kind, if kind == 0 { body } else { 0 }, payload, 20_000).await;
        client.until_closed().await;
        assert!(client.was_told_to_go, "kind {kind}");
        assert!(rest(&mut server.said(LAST_REQUEST).await).await.starts_with("HTTP/1.1 200"));
    }
}

/// Scenario: a reader who opens both windows by every byte count that the answer's frames have, for 60 MB in frames of 16 KiB, as the
/// most talkative libraries do. Guarantee: it gets everything.
#[tokio::test]
async fn talkative_readers_get_everything() {
    let server = TestServer::start(wide());
    let mut client = Http2::begin(server.connect().await, 65_535).await;
    client.opens_windows_at_once = true;
    let stream = client.get("/parts/600").await;
    client.until("the answer", |client| client.answer(stream).has_ended).await;
    assert_eq!(client.answer(stream).bytes, 60_000_000);
}
