//! Connections for which there is no place.

use std::net::IpAddr;

use super::http2::Http2;
use super::*;
use crate::serve::places::{NoPlace, Places};

/// Scenario: strangers who are refused over HTTP/2 hold every place, many times over. Guarantee: whoever comes is answered,
/// and the strangers who were quiet longest are closed.
#[tokio::test]
async fn strangers_give_their_places_to_who_comes() {
    let server = TestServer::start(Bounds { connections_max: 8, ..wide() });
    let mut strangers = Vec::new();
    for _ in 0..40 {
        let mut stranger = Http2::begin(server.connect().await, 65_535).await;
        let asked = stranger.get("/no").await;
        stranger.until("a refusal", |stranger| stranger.answer(asked).has_ended).await;
        strangers.push(stranger);
    }
    for _ in 0..8 {
        assert!(rest(&mut server.said(LAST_REQUEST).await).await.starts_with("HTTP/1.1 200"));
    }
    for stranger in &mut strangers[..32] {
        stranger.until_closed().await;
    }
}

/// Scenario: one sender that was answered before, then more silent connections than there are places. Guarantee: the sender
/// keeps its connection, because strangers go first.
#[tokio::test]
async fn senders_keep_their_places_beside_strangers() {
    let server = TestServer::start(Bounds { connections_max: 4, ..wide() });
    let mut sender = server.said(REQUEST).await;
    ok(&mut sender).await;
    let mut strangers = Vec::new();
    for _ in 0..20 {
        strangers.push(server.connect().await);
    }
    for stranger in &mut strangers[..17] {
        rest(stranger).await;
    }
    sender.write_all(LAST_REQUEST).await.unwrap();
    assert_eq!(rest(&mut sender).await.matches("HTTP/1.1 200").count(), 1);
}

/// Scenario: every place is taken by a reader who got something before and is being answered. Guarantee: a newcomer waits
/// until one is done, and nobody is cut off.
#[tokio::test]
async fn newcomers_wait_for_those_who_are_worked_for() {
    let server = TestServer::start(Bounds { connections_max: 1, ..wide() });
    let mut reader = server.said(REQUEST).await;
    ok(&mut reader).await;
    reader.write_all(b"GET /tail HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    server.tail.send(Bytes::from_static(b"first")).unwrap();
    let mut heard = Vec::new();
    while !heard.ends_with(b"first\r\n") {
        assert_ne!(reader.read_buf(&mut heard).await.unwrap(), 0);
    }
    let mut newcomer = server.said(LAST_REQUEST).await;
    server.tail.send(Bytes::from_static(b"last")).unwrap();
    let TestServer { tail, .. } = server;
    drop(tail);
    assert!(rest(&mut reader).await.contains("last"));
    assert!(rest(&mut newcomer).await.starts_with("HTTP/1.1 200"));
}

/// Scenario: one address opens more connections than its share, with places left. Guarantee: what is beyond it is closed at
/// once, another address is answered, and so is the first when one of its connections has ended.
#[tokio::test]
async fn an_address_has_a_share_of_the_places() {
    let bounds = Bounds { connections_max: 60, shared_peers: Vec::new(), ..wide() };
    let share = bounds.address_connections_max();
    let server = TestServer::start(bounds);
    let mut own = Vec::new();
    for _ in 0..share {
        own.push(server.connect_from([127, 0, 0, 2]).await);
    }
    assert_eq!(rest(&mut server.connect_from([127, 0, 0, 2]).await).await, "");
    let mut other = server.connect_from([127, 0, 0, 3]).await;
    other.write_all(LAST_REQUEST).await.unwrap();
    assert!(rest(&mut other).await.starts_with("HTTP/1.1 200"));
    let mut first = own.remove(0);
    first.write_all(LAST_REQUEST).await.unwrap();
    assert!(rest(&mut first).await.starts_with("HTTP/1.1 200"), "what has a place keeps it");
    let again = async || {
        let mut again = server.connect_from([127, 0, 0, 2]).await;
        let _ = again.write_all(LAST_REQUEST).await;
        rest(&mut again).await.starts_with("HTTP/1.1 200")
    };
    // a place is given back a moment after its connection has ended
    let answered = async { while !again().await {} };
    tokio::time::timeout(PATIENCE, answered).await.expect("a place that was given back is free");
}

/// Scenario: addresses of one network of IPv6, of IPv4 in both forms, of a trusted proxy, and of this machine. Guarantee:
/// who can have all of them shares one share; what many callers share has none; a place that is given back is free.
#[tokio::test]
async fn shares_are_counted_by_who_has_the_addresses() {
    let mut bounds = Bounds { connections_max: 200, ..wide() };
    bounds.shared_peers.push("10.0.0.0/8".parse().unwrap());
    let share = bounds.address_connections_max();
    let places = Places::new(&bounds);
    let ip = |text: &str| text.parse::<IpAddr>().unwrap();
    for (first, same, other) in [
        ("2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:1::1"),
        ("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2"),
    ] {
        let mut held: Vec<_> = (0..share).map(|_| places.try_enter(ip(first)).unwrap()).collect();
        assert_eq!(places.try_enter(ip(same)).err(), Some(NoPlace::Address));
        held.push(places.try_enter(ip(other)).unwrap());
        held.remove(0);
        held.push(places.try_enter(ip(same)).unwrap());
    }
    for shared in ["127.0.0.1", "::1", "10.1.2.3"] {
        let all: Vec<_> = (0..200).map(|_| places.try_enter(ip(shared))).collect();
        assert!(all.iter().all(Result::is_ok), "{shared}");
    }
}
