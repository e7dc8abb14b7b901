//! Archived spans are derived again: other prices, another version. What was sent stays.

use junjo_span_model::{DERIVE_VERSION, PriceTable, Role};

use super::upkeep::exported;
use super::*;
use crate::{Rederivation, Rederived, WholeSpan};

fn call(trace: u8) -> Span {
    Span {
        attributes: vec![
            attribute("gen_ai.operation.name", Value::StringValue("chat".into())),
            attribute("gen_ai.provider.name", Value::StringValue("openai".into())),
            attribute("gen_ai.request.model", Value::StringValue("gpt-4o".into())),
            attribute("gen_ai.usage.input_tokens", Value::IntValue(1_000)),
            attribute("gen_ai.usage.output_tokens", Value::IntValue(10)),
        ],
        ..span(trace, 1, None)
    }
}

/// A span that JSON cannot hold exactly, so that its message is kept.
fn odd(trace: u8) -> Span {
    let mut span = call(trace);
    span.span_id = vec![2; 8];
    span.attributes.push(attribute("nan", Value::DoubleValue(f64::NAN)));
    span
}

impl Fixture {
    /// With the server stopped, then started again.
    async fn rederived(self, prices: &'static PriceTable, all: bool) -> (Self, Rederived) {
        self.store.close();
        let mut told = Vec::new();
        let tell = |file: &crate::ArchiveFile, number, count| told.push((file.path.clone(), number, count));
        let done = self.store.rederive(Rederivation { prices, all }, NOW_UNIX_NANOS, tell).await.unwrap();
        assert_eq!(told.len() as u64, done.files + done.damaged.len() as u64);
        self.wal.close().await;
        let f = Self::open(self.dir).await;
        f.index();
        (f, done)
    }
}

/// Everything but what the prices say.
fn without_cost(spans: &[WholeSpan]) -> Vec<WholeSpan> {
    let mut spans = spans.to_vec();
    for span in &mut spans {
        (span.row.cost_usd, span.row.cost_source) = (None, None);
    }
    spans
}

/// Scenario: archived model calls are derived again with a table without prices, as one that was written so; then with the
/// server's own, when the manifest says that an older version derived them. Guarantee: costs go and come back in lists,
/// traces and payloads, nothing that was sent changes, no row is lost, and in the end the store is what it was.
#[tokio::test(flavor = "multi_thread")]
async fn rederive_changes_costs_and_nothing_that_was_sent() {
    let f = Fixture::new().await;
    f.seal_one(vec![call(1), odd(1), span(1, 3, Some(1))], 0).await;
    f.seal_one(vec![call(2)], 1).await;
    let (sums, counts, whole) = (f.sums().await, f.counts(), exported(&f.store));
    assert!(whole[0].row.cost_usd.is_some() && whole.iter().any(|span| span.otlp.is_some()));
    let (f, done) = f.rederived(PriceTable::bundled(), false).await;
    assert_eq!((done, f.sums().await), (Rederived::default(), sums.clone()), "there is nothing to do");

    let (f, done) = f.rederived(Box::leak(Box::new(PriceTable::empty())), true).await;
    assert_eq!((done.files, done.spans, done.damaged.len()), (2, 4, 0));
    let priceless = exported(&f.store);
    assert!(priceless.iter().all(|span| span.row.cost_usd.is_none() && span.row.cost_source.is_none()));
    let trace = f.store.trace(trace_id(1), 10, None).await.unwrap().unwrap().trace;
    assert_eq!((trace.cost_usd, trace.unpriced_calls, trace.span_count), (None, 2, 3));
    assert_eq!((&priceless, f.counts()), (&without_cost(&whole), counts));

    let pool = f.store.catalog().pool();
    sqlx::query("UPDATE archive_files SET derive_version = 1").execute(pool).await.unwrap();
    let f = f.reopen().await;
    let (f, done) = f.rederived(PriceTable::bundled(), false).await;
    assert_eq!((done.files, done.spans), (2, 4));
    assert!(
        f.store
            .catalog()
            .manifest()
            .all_files()
            .iter()
            .all(|file| file.derive_version == i64::from(DERIVE_VERSION))
    );
    assert_eq!((f.sums().await, f.counts()), (sums, counts));
    assert_eq!(exported(&f.store), whole);
}

/// Scenario: a span as an older version would have derived it, without a role. Guarantee: it gets everything that this
/// version derives from it.
#[tokio::test(flavor = "multi_thread")]
async fn derived_again_is_what_this_version_derives() {
    let f = Fixture::new().await;
    f.send(vec![call(1), odd(1)]).await;
    for whole in exported(&f.store) {
        assert_eq!(whole.row.role, Some(Role::Llm));
        let mut older = whole.clone();
        (older.row.role, older.row.is_model_call, older.row.model) = (None, false, Some("other".into()));
        assert_eq!(older.derived_again(PriceTable::bundled()).unwrap(), whole);
    }
}

/// Scenario: a log record as an older version would have derived it, without hints; then the same in an archive file that is
/// derived again. Guarantee: it says again what this version reads in it, and so do the spans of the new index.
#[tokio::test(flavor = "multi_thread")]
async fn log_records_are_derived_again() {
    let f = Fixture::new().await;
    f.send(vec![span(1, 1, None), span(1, 2, Some(1))]).await;
    f.send_logs(vec![super::logs::inference()]).await;
    f.seal().await.unwrap();
    f.wait_for_trim().await;
    let model = |f: &Fixture| {
        let spans = exported(&f.store);
        spans.iter().find(|span| span.row.span_id == span_id(2)).unwrap().row.model.clone()
    };
    assert_eq!(model(&f).as_deref(), Some("gpt-4o"));
    let (f, done) = f.rederived(PriceTable::bundled(), true).await;
    assert_eq!((done.files, done.spans, done.log_records), (2, 2, 1));
    assert_eq!(model(&f).as_deref(), Some("gpt-4o"));

    let record = f.store.span_logs(trace_id(1), span_id(2), 10).await.unwrap().remove(0);
    assert!(record.row.hints.is_some());
    let mut older = record.clone();
    (older.row.hints, older.row.event_name) = (None, Some("event src/main.rs:1".into()));
    older.attributes =
        older.attributes.replacen('{', r#"{"event.name":"gen_ai.client.inference.operation.details","#, 1);
    let again = older.derived_again().unwrap();
    assert_eq!((again.row.hints, again.row.event_name), (record.row.hints, record.row.event_name));
}

/// Scenario: one of two files changed on the disk; the index is open. Guarantee: it is named and stays as it is, the other is
/// derived again; with an open index nothing is done.
#[tokio::test(flavor = "multi_thread")]
async fn rederive_leaves_a_damaged_file_alone() {
    let f = Fixture::new().await;
    f.seal_one(vec![call(1)], 0).await;
    f.seal_one(vec![call(2)], 1).await;
    let what = Rederivation { prices: PriceTable::bundled(), all: true };
    assert!(f.store.rederive(what, NOW_UNIX_NANOS, |_, _, _| ()).await.is_err());
    let path = f.paths().remove(0);
    let damaged = f.dir.path().join("archive").join(&path);
    let mut bytes = std::fs::read(&damaged).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&damaged, &bytes).unwrap();
    let (f, done) = f.rederived(PriceTable::bundled(), true).await;
    assert_eq!((done.files, done.damaged), (1, vec![path]));
    assert_eq!(std::fs::read(&damaged).unwrap(), bytes);
    assert!(f.store.span(trace_id(2), span_id(1)).await.unwrap().is_some());
}
