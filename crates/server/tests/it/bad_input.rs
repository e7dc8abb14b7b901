//! What clients get for requests that cannot be stored: a clear status that makes them do the right thing. Nothing of
//! it harms what is there.

use std::net::SocketAddr;

use junjo_test_support::{OtlpClient, SpanBuilder, delimited_messages, fixture, request};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use prost::Message as _;
use tonic::{Code, Status};

use crate::harness::TestServer;

const START: u64 = 1_767_323_045_000_000_000;
const TRACES: &str = "trace.v1.TraceService";

async fn refused(addr: SocketAddr, key: Option<&str>, message: Vec<u8>) -> Status {
    OtlpClient::new(addr, key).call(TRACES, message.into()).await.unwrap_err()
}

/// Scenario: no key, an unknown key, an empty one. Guarantee: UNAUTHENTICATED with what to do, visible in the status.
#[tokio::test(flavor = "multi_thread")]
async fn export_without_valid_key_is_refused_and_visible() {
    let server = TestServer::start().await;
    server.set_up().await;
    let message = request("s", vec![SpanBuilder::new(1, 1, START).build()]).encode_to_vec();
    let missing = refused(server.grpc, None, message.clone()).await;
    assert_eq!(missing.code(), Code::Unauthenticated);
    assert!(missing.message().contains("x-junjo-api-key"), "{}", missing.message());
    let wrong = refused(server.grpc, Some("jj_wrong"), message.clone()).await;
    assert_eq!(wrong.code(), Code::Unauthenticated);
    assert!(wrong.message().contains("API keys page"), "{}", wrong.message());
    assert_eq!(refused(server.grpc, Some(""), message).await.code(), Code::Unauthenticated);
    let status = server.api.read("/otel/status").await;
    assert_eq!(status["accepted_spans"], 0);
    assert_eq!(status["recent_rejections"][0]["reason"], "unauthenticated");
    server.stop().await;
}

/// Scenario: truncated and garbage protobuf, and a message of 65 MiB. Guarantee: INVALID_ARGUMENT (which no client
/// retries) with a reason, and the next good request is stored.
#[tokio::test(flavor = "multi_thread")]
async fn export_broken_or_oversized_message_is_invalid_argument() {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    let good = request("s", vec![SpanBuilder::new(1, 1, START).build()]).encode_to_vec();
    for broken in [good[..good.len() - 3].to_vec(), [0xff, 0xfe, 0xfd].repeat(10)] {
        let status = refused(server.grpc, Some(&key), broken).await;
        assert_eq!(status.code(), Code::InvalidArgument, "{}", status.message());
        assert!(!status.message().is_empty());
    }
    let status = refused(server.grpc, Some(&key), vec![0; 65 << 20]).await;
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(status.message().contains("OTEL_BSP_MAX_EXPORT_BATCH_SIZE"), "{}", status.message());
    server.client(&key).call(TRACES, good.into()).await.unwrap();
    assert_eq!(server.api.drained().await["accepted_spans"], 1);
    server.stop().await;
}

/// Scenario: one good span among spans with ids of the wrong length and zero ids. Guarantee: partial success counts
/// the bad ones and says why; the good one is stored.
#[tokio::test(flavor = "multi_thread")]
async fn export_spans_with_bad_ids_is_partial_success() {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    let mut short = SpanBuilder::new(1, 2, START).build();
    short.trace_id.truncate(2);
    let mut zero = SpanBuilder::new(1, 3, START).build();
    zero.span_id = vec![0; 8];
    let answer = server
        .client(&key)
        .export(&request("s", vec![short, SpanBuilder::new(1, 1, START).build(), zero]))
        .await
        .unwrap();
    let partial = answer.partial_success.unwrap();
    assert_eq!(partial.rejected_spans, 2);
    assert!(!partial.error_message.is_empty());
    let status = server.api.drained().await;
    assert_eq!((status["accepted_spans"].as_u64(), status["store"]["spans"].as_u64()), (Some(1), Some(1)));
    server.stop().await;
}

/// Scenario: an attribute without a value (it crashed the Go server for good), and every other odd but well-formed
/// case. Guarantee: stored, listed, and every span page opens; nothing is quarantined.
#[tokio::test(flavor = "multi_thread")]
async fn export_odd_but_well_formed_is_stored_and_readable() {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    let mut span = SpanBuilder::new(7, 7, START).build();
    span.attributes.push(KeyValue { key: "empty".into(), value: None, ..Default::default() });
    server.client(&key).export(&request("s", vec![span])).await.unwrap();
    for message in delimited_messages(&fixture("edge_cases.bin")) {
        server.client(&key).call(TRACES, message.into()).await.unwrap();
    }
    let status = server.api.drained().await;
    assert_eq!(status["quarantined_batches"], 0);
    let traces = server.api.read("/otel/traces?limit=500").await;
    for trace in traces["items"].as_array().unwrap() {
        let id = trace["trace_id"].as_str().unwrap();
        let detail = server.api.read(&format!("/otel/trace/{id}?limit=200")).await;
        for span in detail["spans"].as_array().unwrap() {
            server.api.read(&format!("/otel/spans/{id}/{}", span["span_id"].as_str().unwrap())).await;
        }
    }
    assert!(
        server.api.read(&format!("/otel/spans/{:032x}/{:016x}", 7, 7)).await["attributes"]["empty"].is_null()
    );
    server.stop().await;
}

/// Scenario: bad ids, times, filters and cursors in the REST API. Guarantee: 400 (or 404 for what is unknown) as a
/// problem document that names the parameter.
#[tokio::test(flavor = "multi_thread")]
async fn queries_with_bad_parameters_are_problems() {
    let server = TestServer::start().await;
    server.set_up().await;
    let unknown = format!("/otel/trace/{:032x}", 99);
    let cases = [
        ("/otel/trace/xyz", 400),
        ("/otel/spans/00000000000000000000000000000000/1", 400),
        ("/otel/traces?from=yesterday", 400),
        ("/otel/traces?role=wizard", 400),
        ("/otel/traces?cursor=nonsense", 400),
        ("/otel/traces?no_such=1", 400),
        ("/otel/traces?min_duration_ms=-1", 400),
        ("/otel/spans?min_duration_ms=nan", 400),
        ("/otel/spans?max_duration_ms=-1", 400),
        ("/otel/traces?status=fine", 400),
        (unknown.as_str(), 404),
        ("/no/such/route", 404),
    ];
    for (path, expected) in cases {
        let (status, body) = server.api.get(path).await;
        assert_eq!(status, expected, "{path}: {body}");
        assert_eq!(body["status"], expected, "{path}: {body}");
        assert!(body["request_id"].is_string() && body["detail"].is_string(), "{path}: {body}");
    }
    server.stop().await;
}

/// Scenario: a misspelt parameter at every described route that has parameters. Guarantee: 400 that names it and those that
/// exist, never an answer without the filter.
#[tokio::test(flavor = "multi_thread")]
async fn undeclared_parameters_are_refused_everywhere() {
    let server = TestServer::start().await;
    server.set_up().await;
    let document = server.api.read("/openapi.json").await;
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let parameters = item["get"]["parameters"].as_array();
        let queries = parameters.into_iter().flatten().filter(|parameter| parameter["in"] == "query");
        let Some(known) = queries.map(|parameter| parameter["name"].as_str().unwrap()).next() else {
            continue;
        };
        let path = path.replace("{trace_id}", &"1".repeat(32)).replace("{span_id}", &"1".repeat(16));
        let (status, body) = server.api.get(&format!("{path}?no_such=1")).await;
        let detail = body["detail"].as_str().unwrap_or_default();
        assert_eq!(status, 400, "{path}: {body}");
        assert!(detail.contains("`no_such`") && detail.contains(known), "{path}: {body}");
        asked += 1;
    }
    assert!(asked > 10, "{asked} routes have parameters");
    server.stop().await;
}

/// Scenario: a page's cursor is used with other filters. Guarantee: 400, not wrong rows.
#[tokio::test(flavor = "multi_thread")]
async fn cursor_with_other_filters_is_refused() {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    for trace in 1..=3 {
        server
            .client(&key)
            .export(&request("s", vec![SpanBuilder::new(trace, 1, START).build()]))
            .await
            .unwrap();
    }
    server.api.drained().await;
    let page = server.api.read("/otel/traces?limit=1").await;
    let cursor = page["next_cursor"].as_str().unwrap();
    assert_eq!(server.api.get(&format!("/otel/traces?limit=1&cursor={cursor}")).await.0, 200);
    let (status, body) = server.api.get(&format!("/otel/traces?limit=1&service=s&cursor={cursor}")).await;
    assert_eq!(status, 400, "{body}");
    server.stop().await;
}
