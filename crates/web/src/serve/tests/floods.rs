//! Clients that send more than anybody needs.

use super::http2::Http2;
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
