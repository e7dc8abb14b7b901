//! Connections on which nothing happens.

use axum::body::Bytes;

use super::http2::Http2;
use super::*;

/// Scenario: clients that say nothing, begin a preface or a head and stop, or stop after a whole request. Guarantee:
/// each is let go, and what was asked completely was answered, with the peer known.
#[tokio::test]
async fn silent_connections_are_let_go() {
    let server = TestServer::start(Bounds { first_request_max: 6 * SOON, silence_max: SOON, ..wide() });
    let cases = [
        (&b""[..], false),
        (b"P", false),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", false),
        (b"GET / HTTP/1.1\r\nhost: x\r\nx-a: ", false),
        (REQUEST, true),
        (b"GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HT", true),
    ];
    let all = cases.map(async |(said, answered)| {
        let heard = rest(&mut server.said(said).await).await;
        assert_eq!(heard.contains("127.0.0.1"), answered, "{said:?}: {heard}");
    });
    futures::future::join_all(all).await;
}

/// Scenario: a connection that idles after an answer, longer than a first request may take. Guarantee: it is kept, and
/// the next request on it is answered.
#[tokio::test]
async fn idle_connections_outlive_the_time_for_a_first_request() {
    let server = TestServer::start(Bounds { first_request_max: 3 * SOON, ..wide() });
    let mut idle = server.said(REQUEST).await;
    ok(&mut idle).await;
    // made later, so it is let go after the idle one would have been
    assert_eq!(rest(&mut server.said(b"").await).await, "");
    idle.write_all(LAST_REQUEST).await.unwrap();
    assert_eq!(rest(&mut idle).await.matches("HTTP/1.1 200").count(), 1);
}

/// Scenario: HTTP/2 connections that answer every ping, one after an answer and one after a refusal. Guarantee: they are told
/// to go, and closed.
#[tokio::test]
async fn idle_http2_is_told_to_go() {
    let server = TestServer::start(Bounds { silence_max: SOON, ..wide() });
    for path in ["/", "/no"] {
        let mut client = Http2::begin(server.connect().await, 65_535).await;
        let asked = client.get(path).await;
        client.until_closed().await;
        assert!(client.answer(asked).has_ended && client.was_told_to_go, "{path}");
    }
}

/// Scenario: a live answer of HTTP/2 that says nothing for longer than a connection may be silent. Guarantee: it goes on,
/// and the connection is let go only after it.
#[tokio::test]
async fn a_long_answer_keeps_its_connection() {
    let server = TestServer::start(Bounds { silence_max: SOON, ..wide() });
    let mut client = Http2::begin(server.connect().await, 65_535).await;
    let tail = client.get("/tail").await;
    client.until("the head", |client| client.answer(tail).is_ok == Some(true)).await;
    for round in 1..=3 {
        // begun later, and let go for its silence
        let mut idle = Http2::begin(server.connect().await, 65_535).await;
        idle.get("/").await;
        idle.until_closed().await;
        server.tail.send(Bytes::from_static(b"trace")).unwrap();
        client.until("what was said", |client| client.answer(tail).bytes == round * 5).await;
    }
    let TestServer { tail: end, .. } = server;
    drop(end);
    client.until_closed().await;
    assert!(client.answer(tail).has_ended && client.was_told_to_go);
}

/// Scenario: a stop while a connection is idle. Guarantee: it is closed, and serving ends.
#[tokio::test]
async fn stop_closes_idle_connections() {
    let server = TestServer::start(wide());
    let mut stream = server.said(REQUEST).await;
    ok(&mut stream).await;
    server.stop.cancel();
    rest(&mut stream).await;
    assert!(TcpStream::connect(server.addr).await.is_err(), "nothing listens any more");
}
