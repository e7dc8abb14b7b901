//! OTLP/HTTP: answers, codes and limits.

use std::io::Write as _;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use http::{Method, StatusCode};
use junjo_ingest::{CorsPolicy, IngestLimits, Receiver, http_router};
use junjo_memory::Memory;
use junjo_span_model::Signal;
use junjo_test_support::{SpanBuilder, delimited_messages, fixture, request};
use junjo_web::client::ProxyTrust;
use junjo_web::{SystemClock, edge};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message as _;

use crate::harness::{JSON, KEY, PROTOBUF, TestReceiver, send};

const START: u64 = 1_700_000_000_000_000_000;

fn two_spans() -> Vec<u8> {
    let spans = vec![SpanBuilder::new(1, 1, START).build(), SpanBuilder::new(1, 2, START).parent(1).build()];
    request("shop", spans).encode_to_vec()
}

/// A good span and one without ids.
fn good_and_bad() -> Vec<u8> {
    let mut bad = SpanBuilder::new(1, 2, START).build();
    bad.trace_id = vec![1, 2];
    request("shop", vec![SpanBuilder::new(1, 1, START).build(), bad]).encode_to_vec()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Scenario: spans in protobuf and in JSON. Guarantee: an empty answer of the same content type, and on disk.
#[tokio::test]
async fn post_traces_is_stored_and_acknowledged() {
    let server = TestReceiver::open();
    let answer = server.post("/v1/traces", PROTOBUF, two_spans()).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, Some(PROTOBUF)));
    assert_eq!(answer.body, b"");
    let json = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5B8EFFF798038103D269B633813FC60C",
        "spanId":"EEE19B7EC3C1B174","name":"json"}]}]}]}"#;
    let answer = server.post("/v1/traces", "application/json; charset=utf-8", json).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, Some(JSON)));
    assert_eq!(answer.body, b"{}");
    let [first, second] = &server.traces()[..] else { panic!("two records") };
    assert_eq!(first.encode_to_vec(), two_spans());
    assert_eq!(second.resource_spans[0].scope_spans[0].spans[0].trace_id[..2], [0x5b, 0x8e]);
    assert_eq!(server.records()[0].key_id, "key-1");
    assert_eq!(server.receiver.stats().totals(Signal::Traces).accepted, 3);
}

/// Scenario: a slash at the end, and content types as some clients spell them. Guarantee: accepted.
#[tokio::test]
async fn post_with_other_spellings_is_accepted() {
    let server = TestReceiver::open();
    for (path, content_type) in [
        ("/v1/traces/", PROTOBUF),
        ("/v1/traces", "Application/X-Protobuf"),
        ("/v1/traces", "application/x-protobuf; x=y"),
    ] {
        let answer = server.post(path, content_type, two_spans()).await;
        assert_eq!(answer.status, StatusCode::OK, "{path} {content_type}");
    }
    assert_eq!(server.records().len(), 3);
}

/// Scenario: nothing to export, compressed or not. Guarantee: success, and nothing in the log.
#[tokio::test]
async fn post_empty_body_is_success() {
    let server = TestReceiver::open();
    for path in ["/v1/traces", "/v1/logs", "/v1/metrics"] {
        assert_eq!(server.post(path, PROTOBUF, "").await.status, StatusCode::OK);
        let answer = server.post(path, JSON, "").await;
        assert_eq!((answer.status, answer.body), (StatusCode::OK, b"{}".to_vec()));
    }
    let headers = [("x-api-key", KEY), ("content-type", JSON), ("content-encoding", "gzip")];
    assert_eq!(server.post_with("/v1/traces", &headers, "").await.status, StatusCode::OK);
    assert_eq!(server.post("/v1/traces", JSON, r#"{"resourceSpans":[]}"#).await.status, StatusCode::OK);
    assert!(server.records().is_empty());
}

/// Scenario: every compression, in both formats. Guarantee: what is stored is what was compressed.
#[tokio::test]
async fn post_compressed_is_stored_as_sent() {
    let server = TestReceiver::open();
    let large = delimited_messages(&fixture("junjo_capture.bin")).remove(0);
    for message in [two_spans(), large] {
        for (encoding, body) in [
            ("gzip", gzip(&message)),
            ("GZIP", gzip(&message)),
            ("deflate", zlib(&message)),
            ("zstd", zstd::encode_all(&message[..], 3).unwrap()),
            ("identity", message.clone()),
        ] {
            let headers = [("x-api-key", KEY), ("content-type", PROTOBUF), ("content-encoding", encoding)];
            let answer = server.post_with("/v1/traces", &headers, body).await;
            assert_eq!(answer.status, StatusCode::OK, "{encoding}");
            assert_eq!(server.records().pop().unwrap().message().unwrap(), message, "{encoding}");
        }
    }
    let headers = [("x-api-key", KEY), ("content-type", JSON), ("content-encoding", "gzip")];
    let answer = server.post_with("/v1/traces", &headers, gzip(br#"{"resourceSpans":[]}"#)).await;
    assert_eq!((answer.status, answer.body), (StatusCode::OK, b"{}".to_vec()));
}

/// Scenario: one good and one bad span. Guarantee: the good one is stored, the client is told of the other.
#[tokio::test]
async fn post_partly_bad_answers_partial_success() {
    let server = TestReceiver::open();
    let answer = server.post("/v1/traces", PROTOBUF, good_and_bad()).await;
    assert_eq!(answer.status, StatusCode::OK);
    let partial = ExportTraceServiceResponse::decode(&answer.body[..]).unwrap().partial_success.unwrap();
    assert_eq!(partial.rejected_spans, 1);
    assert!(partial.error_message.contains("trace_id"));
    assert_eq!(server.traces()[0].resource_spans[0].scope_spans[0].spans.len(), 1);

    let json = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"no id"},{}]}]}]}"#;
    let answer = server.post("/v1/traces", JSON, json).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, Some(JSON)));
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body["partialSuccess"]["rejectedSpans"], "2");
    assert!(body["partialSuccess"]["errorMessage"].as_str().unwrap().contains("trace_id"));
    assert_eq!(server.records().len(), 1, "nothing is stored when nothing is good");
    assert_eq!(server.receiver.stats().totals(Signal::Traces).rejected, 3);
}

/// Scenario: keys in every place, and keys that do not open the door. Guarantee: 401 that says why and is listed, 503
/// while keys cannot be checked.
#[tokio::test]
async fn post_without_a_valid_key_is_refused() {
    let server = TestReceiver::open();
    for key in [("x-junjo-api-key", "good"), ("x-api-key", "good"), ("authorization", "Bearer good")] {
        let answer = server.post_with("/v1/traces", &[key, ("content-type", PROTOBUF)], two_spans()).await;
        assert_eq!(answer.status, StatusCode::OK, "{key:?}");
    }
    let basic = ("authorization", "Basic cGs6Z29vZA=="); // pk:good
    let answer = server.post_with("/v1/traces", &[basic, ("content-type", PROTOBUF)], two_spans()).await;
    assert_eq!(answer.status, StatusCode::OK);

    let cases = [("", "no API key"), ("x", "invalid"), ("expired", "expired"), ("read-only", "wrong scope")];
    for (key, expected) in cases {
        for content_type in [PROTOBUF, JSON] {
            let headers = [("x-api-key", key), ("content-type", content_type)];
            let answer = server.post_with("/v1/traces", &headers, two_spans()).await;
            assert_eq!(answer.refused(), (401, 16), "{key}");
            assert_eq!(answer.header("content-type"), Some(content_type));
            assert!(answer.rpc_status().1.contains(expected), "{key}: {answer:?}");
            assert_eq!(answer.header("retry-after"), None);
        }
        let newest = server.receiver.stats().recent_rejections().remove(0);
        assert_eq!((newest.reason, newest.count), ("unauthenticated", 2));
        assert!(newest.detail.contains(expected));
    }
    let answer = server.post_with("/v1/traces", &[("x-api-key", "outage")], two_spans()).await;
    assert_eq!((answer.refused(), answer.header("retry-after")), ((503, 14), Some("3")));
    assert_eq!(server.records().len(), 4);
}

/// Scenario: wrong methods, paths, content types and encodings. Guarantee: each has its code and an explanation in the
/// encoding of the request.
#[tokio::test]
async fn wrong_requests_have_their_codes() {
    let server = TestReceiver::open();
    for method in [Method::GET, Method::PUT, Method::HEAD, Method::DELETE] {
        let headers = [("x-api-key", KEY), ("content-type", PROTOBUF)];
        let answer = send(&server.router, method.clone(), "/v1/traces", &headers, "").await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(answer.header("allow"), Some("POST, OPTIONS"));
        assert_eq!(answer.header("content-type"), Some(PROTOBUF));
    }
    for path in ["/v1/nope", "/v1/traces/x", "/v1/trace"] {
        assert_eq!(server.post(path, JSON, "{}").await.refused(), (404, 5), "{path}");
    }
    assert_eq!(server.post("/elsewhere", JSON, "{}").await.status, StatusCode::NOT_FOUND);
    for content_type in ["text/plain", "application/x-protobuf2", "application/x-www-form-urlencoded", ""] {
        let answer = server.post("/v1/traces", content_type, two_spans()).await;
        assert_eq!(answer.refused(), (415, 3), "{content_type}");
        assert_eq!(answer.header("content-type"), Some(JSON));
    }
    let headers = [("x-api-key", KEY), ("content-type", PROTOBUF), ("content-encoding", "br")];
    let answer = server.post_with("/v1/traces", &headers, two_spans()).await;
    assert_eq!(answer.refused(), (415, 12));
    assert_eq!(answer.header("content-type"), Some(PROTOBUF));
    assert!(answer.header("accept-encoding").unwrap().contains("zstd"));
    assert!(server.records().is_empty());
}

/// Scenario: bodies that are broken in every layer. Guarantee: 400 in the encoding of the request, nothing stored.
#[tokio::test]
async fn post_broken_body_is_refused() {
    let server = TestReceiver::open();
    let message = two_spans();
    let cut = &message[..message.len() - 3];
    for (content_type, encoding, body) in [
        (PROTOBUF, "identity", cut.to_vec()),
        (PROTOBUF, "gzip", message.clone()),
        (PROTOBUF, "deflate", message.clone()),
        (PROTOBUF, "zstd", message.clone()),
        (PROTOBUF, "gzip", gzip(cut)),
        (PROTOBUF, "gzip", gzip(&message)[..60].to_vec()),
        (PROTOBUF, "identity", b"{}".to_vec()),
        (JSON, "identity", message.clone()),
        (JSON, "identity", br#"{"resourceSpans": ["#.to_vec()),
        (JSON, "identity", b"[]".to_vec()),
        (JSON, "gzip", gzip(b"[]")),
    ] {
        let headers = [("x-api-key", KEY), ("content-type", content_type), ("content-encoding", encoding)];
        let answer = server.post_with("/v1/traces", &headers, body).await;
        assert_eq!(answer.refused(), (400, 3), "{content_type} {encoding}");
        assert_eq!(answer.header("content-type"), Some(content_type));
    }
    assert!(server.records().is_empty());
    assert_eq!(server.receiver.stats().recent_rejections()[0].reason, "invalid");
}

/// Scenario: too many bytes as sent, after decompression in each encoding, and as protobuf. Guarantee: 413, which no
/// client retries.
#[tokio::test]
async fn post_too_large_is_refused_for_good() {
    let limits = IngestLimits { message_bytes_max: 100_000, ..IngestLimits::default() };
    let server = TestReceiver::with(limits, |_| {});
    let zeros = vec![0; 100_001];
    for (encoding, body) in [
        ("identity", zeros.clone()),
        ("gzip", gzip(&zeros)),
        ("deflate", zlib(&zeros)),
        ("zstd", zstd::encode_all(&zeros[..], 1).unwrap()),
        ("gzip", gzip(&vec![0; 200 << 20])),
    ] {
        let headers = [("x-api-key", KEY), ("content-type", PROTOBUF), ("content-encoding", encoding)];
        let answer = server.post_with("/v1/traces", &headers, body).await;
        assert_eq!(answer.refused(), (413, 3), "{encoding}");
        assert_eq!(answer.header("retry-after"), None);
    }
    let exactly = vec![0; 100_000];
    let headers = [("x-api-key", KEY), ("content-type", PROTOBUF), ("content-encoding", "gzip")];
    let answer = server.post_with("/v1/traces", &headers, gzip(&exactly)).await;
    assert_eq!(answer.refused(), (400, 3), "as large as allowed, and no protobuf");
    let counts = vec!["0"; 30_000].join(",");
    let json = format!(
        r#"{{"resourceMetrics":[{{"scopeMetrics":[{{"metrics":[{{"histogram":{{"dataPoints":[{{"bucketCounts":[{counts}]}}]}}}}]}}]}}]}}"#
    );
    assert_eq!(server.post("/v1/metrics", JSON, json).await.refused(), (413, 3));
}

/// Scenario: a budget in which one message can never fit as protobuf, and one in which it just does. Guarantee: 413
/// instead of a 503 that clients would repeat for ever; a first guess that is too high refuses nothing.
#[tokio::test]
async fn post_beyond_the_whole_budget_is_refused_for_good() {
    let limits = IngestLimits { admission_wait: Duration::from_millis(10), ..IngestLimits::default() };
    let server = TestReceiver::of_bytes(limits, 100 << 10);
    let answer = server.post("/v1/traces", PROTOBUF, vec![0; 200 << 10]).await;
    assert_eq!(answer.refused(), (413, 3));
    let headers = [("x-api-key", KEY), ("content-type", PROTOBUF), ("content-encoding", "gzip")];
    let answer = server.post_with("/v1/traces", &headers, gzip(&vec![0; 200 << 10])).await;
    assert_eq!(answer.refused(), (413, 3));
    let incompressible: Vec<u8> = {
        let blob: String = (0..20_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_string()).collect();
        let span = SpanBuilder::new(1, 1, START).with("blob", &blob[..60 << 10]).build();
        request("shop", vec![span]).encode_to_vec()
    };
    let answer = server.post_with("/v1/traces", &headers, gzip(&incompressible)).await;
    assert_eq!(answer.status, StatusCode::OK, "eight times its size does not fit, what it becomes does");
    let nearly_all: Vec<u8> = {
        let digits: String = (0..800_u32).map(|n| n.wrapping_mul(2_654_435_761).to_string()).collect();
        let span = SpanBuilder::new(1, 1, START).with("blob", &(digits + &"x".repeat(87 << 10))).build();
        request("shop", vec![span]).encode_to_vec()
    };
    let answer = server.post_with("/v1/traces", &headers, gzip(&nearly_all)).await;
    assert_eq!(answer.status, StatusCode::OK, "it takes several steps to nearly the whole budget");
}

/// Scenario: requests before the log is open, and on a full log. Guarantee: 503 with a whole number of seconds.
#[tokio::test]
async fn post_while_unavailable_asks_for_a_retry() {
    let starting = Receiver::new(SystemClock::shared(), IngestLimits::default(), Memory::of_its_own());
    assert!(!starting.is_open());
    let router = http_router(starting, CorsPolicy::default());
    let headers = [("x-api-key", KEY), ("content-type", PROTOBUF)];
    let answer = send(&router, Method::POST, "/v1/traces", &headers, two_spans()).await;
    assert_eq!((answer.refused(), answer.header("retry-after")), ((503, 14), Some("3")));
    assert_eq!(answer.header("content-type"), Some(PROTOBUF));

    let full = TestReceiver::with(IngestLimits::default(), |options| options.bytes_max = 10);
    for content_type in [PROTOBUF, JSON] {
        let json =
            br#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5B8EFFF798038103D269B633813FC60C",
            "spanId":"EEE19B7EC3C1B174"}]}]}]}"#;
        let body = if content_type == JSON { json.to_vec() } else { two_spans() };
        let answer = full.post("/v1/traces", content_type, body).await;
        assert_eq!((answer.refused(), answer.header("retry-after")), ((503, 14), Some("3")));
        assert_eq!(answer.header("content-type"), Some(content_type));
    }
    assert_eq!(full.receiver.stats().recent_rejections()[0].reason, "unavailable");
}

/// Scenario: logs and metrics. Guarantee: both are counted, logs are stored as they came, metrics are not.
#[tokio::test]
async fn post_logs_are_stored_and_metrics_counted() {
    let server = TestReceiver::open();
    let logs = delimited_messages(&fixture("real_otel-v2.logs.bin"));
    for message in logs.clone() {
        assert_eq!(server.post("/v1/logs", PROTOBUF, message).await.status, StatusCode::OK);
    }
    for message in delimited_messages(&fixture("real_otel-v2.metrics.bin")) {
        assert_eq!(server.post("/v1/metrics", PROTOBUF, message).await.status, StatusCode::OK);
    }
    let stats = server.receiver.stats();
    assert!(stats.totals(Signal::Logs).accepted > 0);
    assert!(stats.totals(Signal::Metrics).accepted > 0);
    let stored = server.records().into_iter().map(|record| {
        assert_eq!(record.signal, Some(junjo_wal::Signal::Logs));
        record.message().unwrap()
    });
    assert_eq!(stored.collect::<Vec<_>>(), logs);
}

/// Scenario: the receiver merged into a router with a fallback, a tiny body limit and the layers of the main port.
/// Guarantee: neither changes what clients of the receiver see, and other paths stay the other router's.
#[tokio::test]
async fn merged_router_keeps_its_own_rules() {
    let server = TestReceiver::open();
    let ui = Router::new().fallback(async || "the page").layer(DefaultBodyLimit::max(10));
    let router = edge::wrap(ui.merge(server.router.clone()), ProxyTrust::default());
    let headers = [("x-api-key", KEY), ("content-type", PROTOBUF)];
    let answer = send(&router, Method::POST, "/v1/traces", &headers, two_spans()).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, Some(PROTOBUF)));
    for (path, body, expected) in [
        ("/v1/nope", Vec::new(), (404, 5)),
        ("/v1/traces", vec![0xff], (400, 3)),
        ("/v1/logs", vec![0x0a], (400, 3)),
    ] {
        let answer = send(&router, Method::POST, path, &headers, body).await;
        assert_eq!(answer.refused(), expected, "{path}");
    }
    let answer = send(&router, Method::GET, "/v1/traces", &headers, "").await;
    assert_eq!(answer.refused(), (405, 12));
    let answer = send(&router, Method::POST, "/v1/traces", &[("content-type", JSON)], "{}").await;
    assert_eq!(answer.refused(), (401, 16));
    let answer = send(&router, Method::GET, "/workflows", &[], "").await;
    assert_eq!(answer.body, b"the page");
}
