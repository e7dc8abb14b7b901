//! gRPC framing, with bodies that no client library would send.

use axum::Router;
use axum::body::Body;
use http::Method;
use http_body_util::BodyExt as _;
use junjo_ingest::{IngestLimits, grpc_router};
use junjo_test_support::{SpanBuilder, request};
use prost::Message as _;
use tower::ServiceExt as _;

use crate::harness::{KEY, TestReceiver};

const EXPORT: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

/// The status of a call with this body, from the header (refusals) or the trailer (success).
async fn status(router: &Router, headers: &[(&str, &str)], body: impl Into<Body>) -> i32 {
    let mut call = http::Request::builder()
        .method(Method::POST)
        .uri(EXPORT)
        .header("content-type", "application/grpc")
        .header("x-junjo-api-key", KEY);
    for (name, value) in headers {
        call = call.header(*name, *value);
    }
    let response = router.clone().oneshot(call.body(body.into()).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    let trailers = body.collect().await.unwrap().trailers().cloned().unwrap_or_default();
    let status = head.headers.get("grpc-status").or_else(|| trailers.get("grpc-status")).unwrap();
    status.to_str().unwrap().parse().unwrap()
}

fn frame(flag: u8, message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[flag][..], &length, message].concat()
}

/// Scenario: frames that are cut off, doubled, mislabelled or too long. Guarantee: INVALID_ARGUMENT, which is not retried,
/// or UNIMPLEMENTED for an unknown compression; only the sound one is stored.
#[tokio::test]
async fn broken_frames_are_refused() {
    let server =
        TestReceiver::with(IngestLimits { message_bytes_max: 10_000, ..IngestLimits::default() }, |_| {});
    let router = grpc_router(server.receiver.clone());
    let message = request("shop", vec![SpanBuilder::new(1, 1, 1).build()]).encode_to_vec();
    let sound = frame(0, &message);
    for (body, why) in [
        (Vec::new(), "nothing"),
        (sound[..3].to_vec(), "half a header"),
        (sound[..sound.len() - 1].to_vec(), "cut off"),
        (frame(2, &message), "unknown flag"),
        (frame(1, &message), "compressed with nothing"),
        ([&sound[..], &sound].concat(), "two messages"),
        (vec![0, 0xff, 0xff, 0xff, 0xff], "4 GiB announced"),
        (frame(0, &[0; 10_001]), "over the limit"),
        (frame(0, &message[..message.len() - 1]), "no protobuf"),
    ] {
        assert_eq!(status(&router, &[], body).await, 3, "{why}");
    }
    assert_eq!(status(&router, &[("grpc-encoding", "gzip")], frame(1, b"no gzip")).await, 3);
    assert_eq!(status(&router, &[("grpc-encoding", "snappy")], sound.clone()).await, 12);
    assert!(server.records().is_empty());
    assert_eq!(
        status(&router, &[("grpc-encoding", "gzip")], sound).await,
        0,
        "the flag decides, not the header"
    );
    assert_eq!(server.records().len(), 1);
    assert_eq!(status(&router, &[], frame(0, b"")).await, 0, "an empty request is success");
}

/// Scenario: sound and doubled frames that arrive in pieces (found by fuzzing). Guarantee: the answer does not depend on
/// how the network cuts a body.
#[tokio::test]
async fn pieces_do_not_matter() {
    let server = TestReceiver::open();
    let router = grpc_router(server.receiver.clone());
    let message = request("shop", vec![SpanBuilder::new(1, 1, 1).build()]).encode_to_vec();
    let sound = frame(0, &message);
    for size in [1, 5, sound.len(), sound.len() + 1] {
        for (body, expected) in [(sound.clone(), 0), ([&sound[..], &sound].concat(), 3)] {
            let pieces: Vec<_> =
                body.chunks(size).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect();
            let body = Body::from_stream(tokio_stream::iter(pieces));
            assert_eq!(status(&router, &[], body).await, expected, "pieces of {size}");
        }
    }
    assert_eq!(server.records().len(), 4);
}
