//! Traces that are too large to be read for each commit: what is added to them, and what is computed beside.

use junjo_memory::Memory;

use super::logs::{inference, log};
use super::*;
use crate::{DeletionRequest, DeletionSubject, TraceRow};

/// More spans than a commit reads of a trace.
const MANY: u64 = 4_200;

/// A span of trace 1 with an id of eight bytes, below the one with `parent`.
fn numbered(id: u64, parent: u64) -> Span {
    Span {
        span_id: id.to_be_bytes().to_vec(),
        parent_span_id: if parent > 0 { parent.to_be_bytes().to_vec() } else { Vec::new() },
        start_time_unix_nano: START + id,
        end_time_unix_nano: START + id + 500,
        name: format!("span {id}"),
        ..span(1, 1, None)
    }
}

/// A model call.
fn call(id: u64, parent: u64, tokens: i64) -> Span {
    Span {
        attributes: vec![
            attribute("gen_ai.operation.name", Value::StringValue("chat".into())),
            attribute("gen_ai.request.model", Value::StringValue("gpt-4o".into())),
            attribute("gen_ai.usage.input_tokens", Value::IntValue(tokens)),
            attribute("gen_ai.usage.output_tokens", Value::IntValue(1)),
        ],
        ..numbered(id, parent)
    }
}

/// A trace without a root, and with a child that says its session.
async fn large() -> Fixture {
    let f = Fixture::new().await;
    let session = attribute("session.id", Value::StringValue("s-1".into()));
    let mut spans: Vec<Span> = (2..=MANY).map(|id| numbered(id, 1)).collect();
    spans[100].attributes.push(session);
    f.send(spans).await;
    f
}

impl Fixture {
    async fn row(&self) -> TraceRow {
        self.store.trace(trace_id(1), 1, None).await.unwrap().unwrap().trace
    }

    /// The row that an index has which is made anew, and settled.
    async fn row_anew(self) -> (Self, TraceRow) {
        let f = self.rebuilt().await;
        f.settle();
        let row = f.row().await;
        (f, row)
    }

    fn settle(&self) {
        while let Some(settled) = self.unsettled() {
            self.store.settle(&settled).unwrap();
        }
    }

    fn unsettled(&self) -> Option<crate::Settled> {
        self.store.compute_unsettled(&Memory::of_its_own()).unwrap()
    }
}

/// Scenario: a large trace gets leaves, a failed span, its root, one call and another leaf. Guarantee: its row is at once what an index says that
/// is made anew, and nothing waits to be computed.
#[tokio::test]
async fn what_can_be_added_is_added_at_once() {
    let f = large().await;
    let failed = Span { status: Some(Status { code: 2, message: String::new() }), ..numbered(MANY + 1, 1) };
    f.send(vec![failed, numbered(MANY + 2, 9)]).await;
    let root = Span { end_time_unix_nano: START + 1_000_000, ..numbered(1, 0) };
    f.send(vec![root]).await;
    f.send(vec![call(MANY + 3, 9, 7)]).await;
    f.send(vec![numbered(MANY + 4, 5)]).await;
    assert!(f.unsettled().is_none());
    let row = f.row().await;
    assert_eq!((row.span_count, row.error_count, row.root_name.as_str()), (4_204, 1, "span 1"));
    assert_eq!((row.input_tokens, row.session_id.as_deref()), (Some(7), Some("s-1")));
    assert_eq!((row.duration_nanos, row.newest_sequence), (999_999, Sequence(5)));
    assert_eq!(f.row_anew().await.1, row);
}

/// Scenario: in a large trace calls repeat calls above them, a span is sent again and log records speak of a span. Guarantee:
/// spans and counts are right at once, and the whole row after it was computed beside, also where the process ended before that.
#[tokio::test]
async fn what_cannot_be_added_is_computed_beside() {
    for is_reopened in [false, true] {
        let f = large().await;
        f.send(vec![call(MANY + 2, MANY + 1, 100), call(MANY + 3, 1, 50)]).await;
        f.send(vec![call(MANY + 1, 1, 100)]).await;
        let again = Span { name: "again".into(), end_time_unix_nano: START + 9_000_000, ..numbered(77, 1) };
        f.send(vec![again]).await;
        let of = |record: opentelemetry_proto::tonic::logs::v1::LogRecord| {
            opentelemetry_proto::tonic::logs::v1::LogRecord {
                span_id: 80_u64.to_be_bytes().to_vec(),
                ..record
            }
        };
        f.send_logs(vec![of(inference()), of(log(1, "message"))]).await;
        assert_eq!((f.row().await.span_count, f.counts()), (4_202, (4_203, 1)));
        let hinted = f.store.trace(trace_id(1), 100, None).await.unwrap().unwrap();
        assert!(hinted.spans.iter().any(|row| row.model.as_deref() == Some("gpt-4o")));
        let f = if is_reopened { f.reopen().await } else { f };
        f.settle();
        let row = f.row().await;
        assert_eq!((row.input_tokens, row.llm_call_count, row.wrapper_span_ids.len()), (Some(1_150), 3, 1));
        let mut spans = Vec::new();
        let mut after = None;
        loop {
            let page = f.store.trace(trace_id(1), 1_000, after).await.unwrap().unwrap();
            after = page.next;
            spans.extend(page.spans);
            if after.is_none() {
                break;
            }
        }
        assert_eq!(
            TraceRow::of(&spans.iter().collect::<Vec<_>>()).unwrap(),
            TraceRow {
                newest_sequence: spans.iter().map(|row| row.place.sequence).max().unwrap(),
                ..row.clone()
            }
        );
        assert_eq!(f.row_anew().await.1, row);
    }
}

/// Scenario: spans arrive while the row of their trace is being computed. Guarantee: what is written has them, and the row is
/// computed once more.
#[tokio::test]
async fn what_arrives_meanwhile_stays() {
    let f = large().await;
    f.send(vec![call(MANY + 2, MANY + 1, 100), call(MANY + 1, 1, 100)]).await;
    let settled = f.unsettled().unwrap();
    f.send(vec![call(MANY + 3, 1, 50), numbered(1, 0)]).await;
    f.store.settle(&settled).unwrap();
    let row = f.row().await;
    assert_eq!((row.span_count, row.root_missing, row.input_tokens), (4_203, false, Some(100)));
    f.settle();
    let row = f.row().await;
    assert_eq!((row.input_tokens, row.llm_call_count), (Some(150), 2));
    assert_eq!(f.row_anew().await.1, row);
}

/// Scenario: the records of a part of a large trace are deleted with their service, while its row waits to be computed.
/// Guarantee: the row is that of what is left.
#[tokio::test]
async fn deletion_computes_what_is_left() {
    let f = large().await;
    f.send(vec![call(MANY + 1, 1, 5), call(MANY + 2, MANY + 1, 5)]).await;
    let subject = DeletionSubject::Service("checkout".into());
    f.store.delete(subject, DeletionRequest::default()).await.unwrap();
    assert!(f.store.trace(trace_id(1), 1, None).await.unwrap().is_none());
    f.settle();
    assert!(f.store.trace(trace_id(1), 1, None).await.unwrap().is_none());
    f.send(vec![numbered(1, 0)]).await;
    assert_eq!(f.row().await.span_count, 1);
}
