//! Answers whose reader takes nothing.

use std::sync::Arc;

use http_body_util::BodyExt as _;
use tokio::time::{Instant, advance};

use super::http2::Http2;
use super::*;
use crate::serve::activity::{Activity, Verdict};
use crate::serve::budget::Budget;
use crate::serve::sending::{self, Open};
use crate::serve::transit::Transit;

/// Scenario: a client of HTTP/2 asks for a made, a streamed and a stored answer, takes nothing of them, and a little of each
/// of three others. Guarantee: all these streams are reset, nothing stays reserved, and the connection goes on.
#[tokio::test]
async fn streams_that_nobody_reads_are_reset() {
    let server = TestServer::start(Bounds { progress_max: SOON, ..wide() });
    let mut client = Http2::begin(server.connect().await, 0).await;
    let mut asked = Vec::new();
    for path in ["/own/500000", "/parts/20", "/file"] {
        for window in [0, 1, 20_000] {
            asked.push(client.get_taking(path, window).await);
        }
    }
    for stream in asked {
        client.until("a reset", |client| client.answer(stream).was_reset).await;
        assert!(!client.answer(stream).has_ended);
    }
    until("what was reserved", || server.waiting_bytes() == 0).await;
    let small = client.get_taking("/", 100).await;
    client.until("the next answer", |client| client.answer(small).has_ended).await;
    assert_eq!((client.answer(small).is_ok, client.answer(small).bytes), (Some(true), "127.0.0.1".len()));
}

/// Scenario: the last bytes of a small answer of HTTP/2 are never taken, on a connection that answers pings. Guarantee: the
/// connection ends.
#[tokio::test]
async fn a_rest_that_nobody_takes_ends_the_connection() {
    let server = TestServer::start(Bounds { progress_max: SOON, ..wide() });
    let mut client = Http2::begin(server.connect().await, 1).await;
    let asked = client.get("/").await;
    client.until_closed().await;
    assert_eq!(client.answer(asked).bytes, 1);
}

/// Scenario: clients of HTTP/1.1 ask for a made and for a streamed answer and read nothing. Guarantee: their connections
/// end with a part of it, and nothing stays reserved.
#[tokio::test]
async fn connections_that_nobody_reads_are_closed() {
    for (path, whole) in [("/own/8000000", 8_000_000), ("/parts/300", 30_000_000)] {
        let server = TestServer::start(Bounds { progress_max: SOON, ..wide() });
        let mut reader = server.said(format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await;
        ok(&mut reader).await;
        until("a reservation", || server.memory.usage()[Part::Send as usize].peak_bytes > 0).await;
        until("its end", || server.waiting_bytes() == 0).await;
        assert!(rest_bytes(&mut reader).await.len() < whole, "{path}");
    }
}

/// Scenario: a client that reads takes answers of every kind over both protocols. Guarantee: it gets all bytes.
#[tokio::test]
async fn readers_get_everything() {
    let server = TestServer::start(wide());
    for (path, bytes) in
        [("/own/3000000", 3_000_000), ("/parts/50", 5_000_000), ("/file", FILE.len()), ("/own/0", 0)]
    {
        let mut client = Http2::begin(server.connect().await, 1 << 30).await;
        client.take(1 << 30).await;
        let asked = client.get(path).await;
        client.until("the end", |client| client.answer(asked).has_ended).await;
        assert_eq!((client.answer(asked).bytes, client.answer(asked).is_ok), (bytes, Some(true)), "{path}");
        let request = format!("GET {path} HTTP/1.0\r\nhost: x\r\n\r\n");
        let heard = rest_bytes(&mut server.said(request.as_bytes()).await).await;
        let body = heard.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
        assert_eq!(heard[body..].len(), bytes, "{path}");
    }
    until("what was reserved", || server.waiting_bytes() == 0).await;
}

/// Scenario: one client asks for more made answers than may wait for it, and for a file many times, and takes nothing.
/// Guarantee: beyond its share made answers are 503; files cost nothing; another connection has a share of its own, and
/// all is given back when the client goes.
#[tokio::test]
async fn a_connection_has_a_share_of_what_waits() {
    let server = TestServer::start(wide());
    let share = server.memory.bytes_max(Part::Send) / 4;
    let mut client = Http2::begin(server.connect().await, 0).await;
    let mut statuses = Vec::new();
    for path in [vec!["/own/600000"; 12], vec!["/file"; 12]].concat() {
        let asked = client.get(path).await;
        client.until("a head", |client| client.answer(asked).is_ok.is_some()).await;
        statuses.push(client.answer(asked).is_ok.unwrap());
    }
    let fitting = usize::try_from(share / 600_000).unwrap();
    assert!(fitting < 12, "the test asks for too little");
    assert_eq!(statuses[..12].iter().filter(|is_ok| **is_ok).count(), fitting);
    assert!(statuses[12..].iter().all(|is_ok| *is_ok));
    assert!(server.waiting_bytes() <= share);
    let mut other = Http2::begin(server.connect().await, 0).await;
    let asked = other.get("/own/600000").await;
    other.until("a head", |other| other.answer(asked).is_ok == Some(true)).await;
    drop((client, other));
    until("what was reserved", || server.waiting_bytes() == 0).await;
}

/// Scenario: an answer larger than everything that may wait. Guarantee: the asker is told to ask for less, in a document, and
/// the connection goes on.
#[tokio::test]
async fn too_large_answers_are_told() {
    let server = TestServer::start(wide());
    let bytes = server.memory.bytes_max(Part::Send) + 1;
    let mut reader = server.said(format!("GET /own/{bytes} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await;
    reader.write_all(LAST_REQUEST).await.unwrap();
    let heard = rest(&mut reader).await;
    assert!(heard.starts_with("HTTP/1.1 413") && heard.contains("JUNJO_MEMORY_LIMIT"), "{heard}");
    assert_eq!(heard.matches("HTTP/1.1 200").count(), 1);
}

/// Scenario: an answer of which something is taken now and then, the last time shortly before the time is over. Guarantee:
/// the time counts from what was taken last, the silence after that from the end of the answer.
#[tokio::test(start_paused = true)]
async fn time_counts_from_what_happened_last() {
    let bounds =
        Bounds { progress_max: Duration::from_mins(1), silence_max: Duration::from_secs(75), ..wide() };
    let activity = Activity::begin();
    activity.request_began(false);
    activity.piece_added();
    activity.piece_added();
    advance(Duration::from_secs(59)).await;
    assert_eq!(activity.verdict(&bounds), Verdict::Keep(Instant::now() + Duration::from_secs(1)));
    activity.piece_removed(true);
    advance(Duration::from_secs(59)).await;
    assert_ne!(activity.verdict(&bounds), Verdict::Drop);
    activity.piece_removed(true);
    // the handler has nothing to send for long: its reader is not to blame
    advance(Duration::from_hours(1)).await;
    assert!(matches!(activity.verdict(&bounds), Verdict::Keep(_)));
    activity.request_ended(false);
    advance(Duration::from_secs(74)).await;
    assert_eq!(activity.verdict(&bounds), Verdict::Keep(Instant::now() + Duration::from_secs(1)));
    advance(Duration::from_secs(1)).await;
    assert_eq!(activity.verdict(&bounds), Verdict::Close);
    activity.piece_added();
    advance(Duration::from_mins(1)).await;
    assert_eq!(activity.verdict(&bounds), Verdict::Drop);
}

/// Scenario: a reader takes nothing of an answer, which is given up after the time for progress. Guarantee: that is nothing
/// that the reader did, so the silence of its connection counts from the request.
#[tokio::test(start_paused = true)]
async fn what_is_given_up_is_no_sign_of_life() {
    let bounds =
        Bounds { progress_max: Duration::from_mins(1), silence_max: Duration::from_secs(75), ..wide() };
    let activity = Arc::new(Activity::begin());
    let open = Open::begin(Arc::clone(&activity), true);
    let (transit, answer) = (Transit::new(Arc::clone(&activity)), http::Response::new(Body::from("answer")));
    let reader_less = async {
        let budget = Budget::new(Memory::of_its_own(), None);
        let mut body = sending::send(answer, budget, open).into_body();
        let _piece = body.frame().await;
        std::future::pending::<()>().await;
    };
    let begun = Instant::now();
    assert!(!transit.carry(reader_less, bounds.progress_max).await, "it is given up");
    assert_eq!(begun.elapsed(), bounds.progress_max);
    assert_eq!(activity.verdict(&bounds), Verdict::Keep(begun + bounds.silence_max));
    advance(Duration::from_secs(15)).await;
    assert_eq!(activity.verdict(&bounds), Verdict::Close);
}
