//! Log records in the store: indexed, joined to spans, sealed, found again.

use junjo_span_model::Role;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};

use super::*;
use crate::{Incomplete, IncompleteReason, LogFilter, SpanRow, TraceRow, WholeLog};

fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.into()))
}

fn body(value: &str) -> AnyValue {
    AnyValue { value: Some(Value::StringValue(value.into())) }
}

/// A plain record of span 2 of trace 1, `number` nanoseconds after the start.
pub(super) fn log(number: u64, message: &str) -> LogRecord {
    LogRecord {
        time_unix_nano: START + number,
        observed_time_unix_nano: START + number,
        severity_number: 9,
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        body: Some(body(message)),
        ..Default::default()
    }
}

/// The event that tells of a whole inference on span 2 of trace 1.
pub(super) fn inference() -> LogRecord {
    LogRecord {
        event_name: "gen_ai.client.inference.operation.details".into(),
        attributes: vec![
            text("gen_ai.operation.name", "chat"),
            text("gen_ai.provider.name", "openai"),
            text("gen_ai.response.model", "gpt-4o"),
            text("gen_ai.conversation.id", "c-1"),
            attribute("gen_ai.usage.input_tokens", Value::IntValue(1_000)),
            attribute("gen_ai.usage.output_tokens", Value::IntValue(10)),
            text("gen_ai.input.messages", r#"[{"content": "sag \"K\u00e4se\""}]"#),
        ],
        ..log(5, "")
    }
}

fn logs_request(records: Vec<LogRecord>) -> Vec<u8> {
    let service = text("service.name", "checkout");
    let request = ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs {
            resource: Some(Resource { attributes: vec![service], ..Default::default() }),
            scope_logs: vec![ScopeLogs { log_records: records, ..Default::default() }],
            ..Default::default()
        }],
    };
    request.encode_to_vec()
}

impl Fixture {
    async fn append_logs(&self, records: Vec<LogRecord>) -> Sequence {
        self.append_logs_of(Sender::in_default_project("key-1"), records).await
    }

    pub(super) async fn append_logs_of(&self, sender: Sender, records: Vec<LogRecord>) -> Sequence {
        let count = u32::try_from(records.len()).unwrap();
        let message = logs_request(records);
        let record = NewRecord::compress(Signal::Logs, sender, 1_000, count, &message).unwrap();
        self.wal.append(record).await.unwrap()
    }

    pub(super) async fn send_logs(&self, records: Vec<LogRecord>) -> Sequence {
        let sequence = self.append_logs(records).await;
        self.index();
        sequence
    }

    /// Appends and indexes one plain record of span 2 of a trace.
    pub(super) async fn send_logs_of(&self, trace: u8) -> Sequence {
        self.send_logs(vec![LogRecord { trace_id: vec![trace; 16], ..log(1, "message") }]).await
    }

    async fn all_logs(&self) -> Vec<WholeLog> {
        let page = self.store.logs(&LogFilter::default(), 1_000, None).await.unwrap();
        assert_eq!((page.next, page.stopped_early), (None, false));
        page.items
    }

    async fn trace_one(&self) -> (TraceRow, Vec<SpanRow>) {
        let page = self.store.trace(trace_id(1), 10, None).await.unwrap().unwrap();
        (page.trace, page.spans)
    }
}

fn messages(logs: &[WholeLog]) -> Vec<&str> {
    logs.iter().map(|log| log.body.trim_matches('"')).collect()
}

/// Scenario: a span that says nothing of itself and the GenAI event that does arrive in either order, and with the
/// event before a restart. Guarantee: role, model, tokens, cost and session are on the span's row and in the trace's,
/// the same each time, and the trace row says which record changed it last.
#[tokio::test]
async fn what_only_a_log_says_reaches_span_and_trace_in_either_order() {
    let spans = || vec![span(1, 1, None), span(1, 2, Some(1))];
    let mut seen = Vec::new();
    for order in ["logs first", "spans first", "restart between", "span again"] {
        let mut f = Fixture::new().await;
        match order {
            "spans first" => {
                f.send(spans()).await;
                assert_eq!(f.trace_one().await.0.llm_call_count, 0);
                f.send_logs(vec![log(1, "plain"), inference()]).await;
            }
            "span again" => {
                f.send(spans()).await;
                f.send_logs(vec![inference()]).await;
                f.send(vec![span(1, 2, Some(1))]).await;
            }
            _ => {
                f.send_logs(vec![log(1, "plain"), inference()]).await;
                assert!(f.store.trace(trace_id(1), 10, None).await.unwrap().is_none());
                if order == "restart between" {
                    f = f.reopen().await;
                }
                f.send(spans()).await;
            }
        }
        let (trace, spans) = f.trace_one().await;
        assert_eq!(
            (trace.llm_call_count, trace.input_tokens, trace.output_tokens),
            (1, Some(1_000), Some(10))
        );
        assert_eq!(
            (trace.models.as_slice(), trace.roles.as_slice()),
            (&["gpt-4o".into()][..], &["llm".into()][..])
        );
        assert_eq!((trace.session_id.as_deref(), trace.unpriced_calls), (Some("c-1"), 0), "{order}");
        assert!(trace.cost_usd.is_some_and(|cost| cost > 0.0), "{order}");
        assert_eq!(trace.newest_sequence, f.store.progress().span_cursor, "{order}");
        assert_eq!((spans.len(), spans[1].role, spans[1].is_model_call), (2, Some(Role::Llm), true));
        assert_eq!(spans[1].provider.as_deref(), Some("openai"));
        assert_eq!(f.store.size().await.unwrap().spans, Some(2));
        let filter = TraceFilter { model: Some("gpt-4o".into()), ..TraceFilter::default() };
        assert_eq!(f.store.traces(&filter, 10, None).await.unwrap().items.len(), 1);
        let whole = f.store.span(trace_id(1), span_id(2)).await.unwrap().unwrap();
        assert_eq!(whole.row, spans[1], "the detail has the row that lists have");
        seen.push((TraceRow { newest_sequence: Sequence(0), ..trace }, spans[1].cost_usd));
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:#?}");
}

/// Scenario: a span says its own role, model and tokens, and its log says others; and two logs disagree.
/// Guarantee: the span's own values stay, and of two logs the first is believed.
#[tokio::test]
async fn what_a_span_says_itself_is_not_replaced() {
    let f = Fixture::new().await;
    let own = Span {
        attributes: vec![text("gen_ai.operation.name", "invoke_agent"), text("gen_ai.request.model", "own")],
        ..span(1, 2, None)
    };
    let mut other = inference();
    other.attributes[4] = attribute("gen_ai.usage.input_tokens", Value::IntValue(7));
    other.time_unix_nano += 1;
    f.send(vec![own]).await;
    f.send_logs(vec![inference()]).await;
    f.send_logs(vec![other]).await;
    let (trace, spans) = f.trace_one().await;
    assert_eq!((spans[0].role, spans[0].model.as_deref()), (Some(Role::Agent), Some("own")));
    assert_eq!(spans[0].input_tokens, Some(1_000));
    assert_eq!(
        (trace.llm_call_count, trace.input_tokens),
        (0, Some(1_000)),
        "no call, but tokens of its own"
    );
}

/// Scenario: a request is sent again after its answer was lost; one line was logged twice in it; a record has no time.
/// Guarantee: the retry changes nothing but the count of duplicates, the double line stays double, and what cannot be
/// told apart is kept.
#[tokio::test]
async fn sending_logs_again_keeps_each_record_once() {
    let f = Fixture::new().await;
    let timeless = LogRecord { time_unix_nano: 0, observed_time_unix_nano: 0, ..log(0, "timeless") };
    let request = || vec![log(1, "a"), log(1, "a"), log(2, "b"), timeless.clone()];
    f.send_logs(request()).await;
    let again = f.send_logs(request()).await;
    f.append_logs(request()).await;
    f.append_logs(vec![log(3, "c")]).await;
    f.index();
    let logs = f.all_logs().await;
    let mut found = messages(&logs);
    found.sort_unstable();
    assert_eq!(found, ["a", "a", "b", "c", "timeless", "timeless", "timeless"]);
    let progress = f.store.progress();
    assert_eq!((progress.indexed_logs, progress.duplicate_logs), (13, 6));
    assert!(logs.iter().filter(|log| log.body == "\"a\"").all(|log| log.row.place.sequence > again));
    assert_eq!(f.store.size().await.unwrap().logs, Some(7));
}

/// Scenario: logs with values that JSON cannot hold are sealed and trimmed, a retry among them. Guarantee: the records
/// come from the archive as they came from the wal, and the file holds each once.
#[tokio::test]
async fn seal_moves_logs_to_the_archive_unchanged() {
    let f = Fixture::new().await;
    let odd = LogRecord {
        attributes: vec![
            attribute("nan", Value::DoubleValue(f64::NAN)),
            attribute("big", Value::IntValue(i64::MAX)),
        ],
        time_unix_nano: u64::MAX,
        severity_number: -5,
        severity_text: "odd".into(),
        trace_id: vec![9; 3],
        flags: 3,
        dropped_attributes_count: 4,
        ..log(0, &"x".repeat(100_000))
    };
    f.send_logs(vec![log(1, "a"), odd]).await;
    f.send(vec![span(1, 2, None)]).await;
    f.send_logs(vec![log(1, "a"), inference()]).await;
    let before = f.all_logs().await;
    let event = before.iter().find(|log| log.row.event_name.is_some()).unwrap();
    assert!(event.row.hints.is_some() && event.otlp.is_none());
    assert!(before[0].otlp.is_some(), "NaN and an odd id need the exact message");
    assert_eq!((before[0].time_unix_nano, before[0].row.time_unix_nano), (u64::MAX, i64::MAX));
    let files = f.store.seal_due(10 * DAY_NANOS).await.unwrap();
    f.store.trim();
    let summary: Vec<_> = files.iter().map(|file| (file.dataset, file.row_count, file.item_count)).collect();
    assert_eq!(summary, [(Dataset::Spans, 1, 1), (Dataset::Logs, 3, 4)]);
    f.wait_for_trim().await;
    assert_eq!(f.all_logs().await, before);
    assert!(f.seal().await.is_none());
    let f = f.reopen().await;
    assert_eq!(f.all_logs().await, before);
}

/// Scenario: the index is lost, or is one of the version before log records, after seals and with more in the log.
/// Guarantee: the server ends with the same spans, traces and log records.
#[tokio::test]
async fn rebuild_brings_logs_and_what_they_say_back() {
    for damage in ["delete", "older version"] {
        let f = Fixture::new().await;
        f.send(vec![span(1, 1, None), span(1, 2, Some(1))]).await;
        f.send_logs(vec![log(1, "a"), inference()]).await;
        f.store.seal_due(10 * DAY_NANOS).await.unwrap();
        f.store.trim();
        f.wait_for_trim().await;
        f.send_logs(vec![log(1, "a"), log(2, "b")]).await;
        f.send(vec![span(1, 3, Some(1))]).await;
        let (logs, trace, progress) = (f.all_logs().await, f.trace_one().await, f.store.progress());
        f.store.close();
        f.wal.close().await;
        let path = f.dir.path().join("index.duckdb");
        std::fs::remove_file(&path).unwrap();
        if damage == "older version" {
            let old = duckdb::Connection::open(&path).unwrap();
            old.execute_batch(
                "CREATE TABLE format (version BIGINT, derive_version BIGINT); INSERT INTO format VALUES (1, 1)",
            )
            .unwrap();
            old.close().unwrap();
        }
        let f = Fixture::open(f.dir).await;
        f.index();
        assert_eq!(f.store.index_state(), IndexState::Ok);
        assert_eq!(f.all_logs().await, logs, "{damage}");
        assert_eq!(f.trace_one().await, trace, "{damage}");
        let rebuilt = f.store.progress();
        assert_eq!(
            (rebuilt.indexed_spans, rebuilt.indexed_logs),
            (progress.indexed_spans, progress.indexed_logs)
        );
    }
}

/// Scenario: a manifest that lost its rows, and only one of the two datasets ever sent. Guarantee: the files of both
/// are adopted, and a dataset without records never holds the wal back.
#[tokio::test]
async fn either_dataset_alone_is_sealed_trimmed_and_adopted() {
    for only_logs in [true, false] {
        let f = Fixture::new().await;
        if only_logs {
            f.send_logs(vec![log(1, "a")]).await;
        } else {
            f.send(vec![span(1, 2, None)]).await;
        }
        let file = f.seal().await.unwrap();
        f.wait_for_trim().await;
        f.store.close();
        f.wal.close().await;
        let pool = open_pool(f.dir.path()).await;
        sqlx::query("DELETE FROM archive_files").execute(&pool).await.unwrap();
        pool.close().await;
        std::fs::remove_file(f.dir.path().join("index.duckdb")).unwrap();
        let f = Fixture::open(f.dir).await;
        assert_eq!(f.store.size().await.unwrap().archive_files, 1);
        assert!(f.dir.path().join("archive").join(file.path).try_exists().unwrap());
        assert_eq!(f.all_logs().await.len(), usize::from(only_logs));
        assert_eq!(f.store.span(trace_id(1), span_id(2)).await.unwrap().is_none(), only_logs);
    }
}

/// Scenario: filters on every field, text in any part, and pages while more arrives. Guarantee: each filter finds its
/// records and nothing else, and a walk sees every record that was there at its start exactly once.
#[tokio::test]
async fn logs_are_filtered_and_paged() {
    let f = Fixture::new().await;
    let error = LogRecord {
        severity_number: 17,
        severity_text: "ERROR".into(),
        attributes: vec![text("code.function.name", "Pay \"now\"\n")],
        ..log(3, "it broke")
    };
    let elsewhere = LogRecord { trace_id: Vec::new(), span_id: Vec::new(), ..log(4, "no span") };
    f.send_logs(vec![log(1, "first"), log(2, "second"), error, elsewhere, inference()]).await;
    let default = LogFilter::default;
    let time = |from, to| TimeRange { from_unix_nano: from, to_unix_nano: to };
    let at = |number: u64| i64::try_from(START + number).ok();
    let event = "gen_ai.client.inference.operation.details".to_owned();
    for (filter, expected) in [
        (default(), vec!["", "no span", "it broke", "second", "first"]),
        (LogFilter { trace_id: Some(trace_id(1)), severity_min: Some(13), ..default() }, vec!["it broke"]),
        (LogFilter { span_id: Some(span_id(3)), ..default() }, vec![]),
        (LogFilter { time: time(at(2), at(4)), ..default() }, vec!["it broke", "second"]),
        (LogFilter { service: Some("other".into()), ..default() }, vec![]),
        (
            LogFilter { service: Some("checkout".into()), severity_min: Some(17), ..default() },
            vec!["it broke"],
        ),
        (LogFilter { event_name: Some(event), ..default() }, vec![""]),
        (LogFilter { text: Some("SECOND".into()), ..default() }, vec!["second"]),
        (LogFilter { text: Some("pay \"NOW\"\n".into()), ..default() }, vec!["it broke"]),
        (LogFilter { text: Some("error".into()), ..default() }, vec!["it broke"]),
        (LogFilter { text: Some("\"KÄSE\"".into()), ..default() }, vec![""]),
        (LogFilter { text: Some("inference.operation".into()), ..default() }, vec![""]),
        (LogFilter { text: Some("nowhere".into()), ..default() }, vec![]),
    ] {
        let page = f.store.logs(&filter, 10, None).await.unwrap();
        assert_eq!(messages(&page.items), expected, "{filter:?}");
        assert_eq!((page.next, page.stopped_early), (None, false), "{filter:?}");
    }
    let (mut walked, mut cursor) = (Vec::new(), None);
    loop {
        let page = f.store.logs(&default(), 2, cursor).await.unwrap();
        walked.extend(messages(&page.items).into_iter().map(str::to_owned));
        f.send_logs(vec![log(2, "late"), log(900, "new")]).await;
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(walked, ["", "no span", "it broke", "second", "first"]);
    let joined = f.store.span_logs(trace_id(1), span_id(2), 3).await.unwrap();
    assert_eq!(joined.len(), 3);
    assert!(joined.iter().any(|log| log.row.event_name.is_some()), "events come first into a full view");
    let events = f.store.span_events(trace_id(1), &[span_id(9), span_id(2)], 10).await.unwrap();
    assert_eq!(events.iter().map(Vec::len).collect::<Vec<_>>(), [0, 1]);
}

/// Scenario: a text that none of more records holds than one search looks at. Guarantee: the search stops, says so, and
/// its cursor goes on to the end.
#[tokio::test]
async fn a_long_search_stops_and_goes_on() {
    let f = Fixture::new().await;
    let records = (0..20_010).map(|number| log(number, if number == 0 { "needle" } else { "hay" }));
    f.send_logs(records.collect()).await;
    let filter = LogFilter { text: Some("needle".into()), ..LogFilter::default() };
    let first = f.store.logs(&filter, 5, None).await.unwrap();
    assert!(first.items.is_empty() && first.stopped_early && first.next.is_some());
    let second = f.store.logs(&filter, 5, first.next).await.unwrap();
    assert_eq!(messages(&second.items), ["needle"]);
    assert_eq!((second.next, second.stopped_early), (None, false));
}

/// Scenario: one of two files of log records is cut in half. Guarantee: lists and searches have the rest, and say that
/// something is missing; others say nothing of the kind.
#[tokio::test]
async fn logs_of_an_unreadable_file_are_said_to_be_missing() {
    let f = Fixture::new().await;
    f.send_logs(vec![log(1, "a")]).await;
    let file = f.seal().await.unwrap();
    f.wait_for_trim().await;
    f.send_logs(vec![log(2, "b")]).await;
    assert_eq!(f.store.logs(&LogFilter::default(), 10, None).await.unwrap().incomplete, None);
    let path = f.dir.path().join("archive").join(file.path);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    for text in [None, Some("b".to_owned())] {
        let page = f.store.logs(&LogFilter { text, ..LogFilter::default() }, 10, None).await.unwrap();
        assert_eq!((messages(&page.items), page.next, page.stopped_early), (vec!["b"], None, false));
        let missing = Incomplete { reason: IncompleteReason::UnreadableFile, searched_from_unix_nano: 0 };
        assert_eq!(page.incomplete, Some(missing));
    }
    let first = f.store.logs(&LogFilter::default(), 1, None).await.unwrap();
    assert_eq!((messages(&first.items), first.incomplete), (vec!["b"], None), "it has not come to the file");
}
