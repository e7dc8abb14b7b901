//! Telemetry that the server itself writes: durable, counted and limited as that of senders.

use bytes::Bytes;
use junjo_ingest::{IngestLimits, Outcome, Receiver, Refusal, Submission};
use junjo_memory::Memory;
use junjo_span_model::Signal;
use junjo_test_support::{SpanBuilder, request};
use junjo_wal::Signal as Stored;
use junjo_web::SystemClock;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use prost::Message as _;

use crate::harness::TestReceiver;

const START: u64 = 1_700_000_000_000_000_000;

fn submission(signal: Signal, message: Vec<u8>) -> Submission {
    Submission { signal, source: "llm", project: "playground".to_owned(), message: Bytes::from(message) }
}

fn one_span() -> Vec<u8> {
    request("shop", vec![SpanBuilder::new(1, 1, START).build()]).encode_to_vec()
}

fn one_log_record() -> Vec<u8> {
    let records = vec![LogRecord { event_name: "gen_ai.evaluation.result".to_owned(), ..Default::default() }];
    let scopes = vec![ScopeLogs { log_records: records, ..Default::default() }];
    ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs { scope_logs: scopes, ..Default::default() }],
    }
    .encode_to_vec()
}

/// Scenario: a feature submits a span and a log record. Guarantee: both are in the log byte for byte when it returns, with
/// the feature as their key and its project, and they are counted.
#[tokio::test]
async fn submit_stores_and_counts() {
    let server = TestReceiver::open();
    let done = Outcome { accepted: 1, rejected: 0, message: String::new() };
    for (signal, message) in [(Signal::Traces, one_span()), (Signal::Logs, one_log_record())] {
        assert_eq!(server.receiver.submit(submission(signal, message)).await.as_ref(), Ok(&done));
        assert_eq!(server.receiver.stats().totals(signal).accepted, 1);
    }
    let [span, log] = &server.records()[..] else { panic!("two records") };
    for (record, signal, message) in
        [(span, Stored::Traces, one_span()), (log, Stored::Logs, one_log_record())]
    {
        assert_eq!((record.signal, record.message().unwrap()), (Some(signal), message));
        assert_eq!((record.key_id.as_str(), record.project.as_str()), ("internal:llm", "playground"));
    }
    let keys = server.receiver.stats().keys();
    assert_eq!((keys.len(), keys[0].key_id.as_str(), keys[0].requests), (1, "internal:llm", 2));
}

/// Scenario: a feature submits a good span with a bad one, and then rubbish. Guarantee: the good one is kept and the bad one
/// counted; rubbish is refused, shown among the refusals, and nothing of it is stored.
#[tokio::test]
async fn submit_checks_what_it_stores() {
    let server = TestReceiver::open();
    let mut bad = SpanBuilder::new(1, 2, START).build();
    bad.trace_id = vec![1, 2];
    let mixed = request("shop", vec![SpanBuilder::new(1, 1, START).build(), bad]).encode_to_vec();
    let outcome = server.receiver.submit(submission(Signal::Traces, mixed)).await.unwrap();
    assert_eq!((outcome.accepted, outcome.rejected), (1, 1));
    assert!(!outcome.message.is_empty(), "it says why");
    let refused = server.receiver.submit(submission(Signal::Traces, vec![0xff; 9])).await;
    assert!(matches!(refused, Err(Refusal::Invalid(_))), "{refused:?}");
    assert_eq!(server.receiver.stats().recent_rejections()[0].reason, "invalid");
    assert_eq!(server.records().len(), 1);
}

/// Scenario: messages over the size limit, over the memory budget, for a full log, and before the stores are open.
/// Guarantee: each is refused as what it is, and only what may get better is called unavailable.
#[tokio::test]
async fn submit_keeps_the_limits() {
    let limits = IngestLimits { message_bytes_max: 10, ..IngestLimits::default() };
    let server = TestReceiver::with(limits, |_| {});
    let refused = server.receiver.submit(submission(Signal::Traces, one_span())).await;
    assert_eq!(refused, Err(Refusal::TooLarge { bytes_max: 10 }));

    let server = TestReceiver::of_bytes(IngestLimits::default(), 1024);
    let refused = server.receiver.submit(submission(Signal::Traces, vec![0; 4096])).await;
    assert_eq!(refused, Err(Refusal::OverBudget { bytes_max: 1024 }));

    let server = TestReceiver::with(IngestLimits::default(), |options| options.bytes_max = 1);
    let refused = server.receiver.submit(submission(Signal::Traces, one_span())).await;
    assert!(matches!(refused, Err(Refusal::Unavailable(_))), "{refused:?}");
    assert!(server.records().is_empty());

    let closed = Receiver::new(SystemClock::shared(), IngestLimits::default(), Memory::of_its_own());
    let refused = closed.submit(submission(Signal::Traces, one_span())).await;
    assert!(matches!(refused, Err(Refusal::Unavailable(_))), "{refused:?}");
}

/// Scenario: a sender posts with a key of the project `checkout`. Guarantee: what it sent is stored as that project's.
#[tokio::test]
async fn post_is_of_the_project_of_its_key() {
    let server = TestReceiver::open();
    server.post("/v1/traces", crate::harness::PROTOBUF, one_span()).await;
    let records = server.records();
    assert_eq!((records[0].key_id.as_str(), records[0].project.as_str()), ("key-1", "checkout"));
}
