//! What the fuzz targets of `/otel` (`fuzz/`) check on a store with a few spans and log records, and a test that runs their
//! kept inputs. Not for programs.
#![expect(clippy::unwrap_used, reason = "a target that panics has found something, which is what it is for")]

mod cursors;
mod data;

use std::fmt::Debug;
use std::future::Future;

use http::Uri;
use junjo_span_store::{
    Changes, GroupKind, Incomplete, IncompleteReason, LogListPage, Order, SpanCursor, SpanFilter,
    SpanListPage, SpanRow, SpanStore, StatsSubject, StoreError, TraceCursor, TraceFilter, TraceListPage,
    TraceRow, WholeSpan,
};
use junjo_wal::Sequence;
use junjo_web::query::QueryGroups;
use junjo_web::{ApiError, ApiResult};
use tokio::runtime::Runtime;

use crate::cursor::{Position, decode_position, encode_position};
use crate::params::{
    FilterParams, GroupFilterParams, LogFilterParams, RunFilterParams, RunOrderParams, SpanFilterParams,
    StatsParams, TimeParams, TraceFilterParams,
};

/// More rows than any list of the store has.
const EVERYTHING: usize = 500;
/// The time at which questions without one are asked, behind all but the latest spans.
const NOW: i64 = 1_767_400_000_000_000_000;

/// Every list of `/otel` on a small store.
pub struct Lists {
    store: SpanStore,
    runtime: Runtime,
    _dir: tempfile::TempDir,
}

impl Default for Lists {
    fn default() -> Self {
        Self::new()
    }
}

/// Rows and where the next page begins.
type Rows<T, P> = (Vec<T>, Option<P>);

impl Lists {
    /// Opens and fills the store, in a temporary folder.
    pub fn new() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let store = runtime.block_on(data::open(dir.path()));
        Self { store, runtime, _dir: dir }
    }

    /// Any query string (behind the first byte, which chooses the list). It is refused as the client's mistake, or answered;
    /// pages have the rows of the whole list, and what exports, tails and counts the same has the same rows.
    pub fn query(&self, input: &[u8]) {
        let Some((list, text)) = input.split_first() else { return };
        let Ok(uri) = Uri::try_from([b"/?", text].concat()) else { return };
        match list % 8 {
            0 => self.spans(&uri),
            1 => self.traces(&uri),
            2 => self.runs(&uri),
            3 => self.logs(&uri),
            4 => self.groups(&uri, GroupKind::Conversation),
            5 => self.groups(&uri, GroupKind::User),
            6 => self.stats(&uri),
            _ => self.tail(&uri),
        }
    }

    fn spans(&self, uri: &Uri) {
        let Some(filter) =
            read(uri, |(time, shared, spans): &(TimeParams, FilterParams, SpanFilterParams)| {
                spans.to_filter(time, shared)
            })
        else {
            return;
        };
        let Some(listed) = self.pages(|limit, after| self.list_spans(&filter, limit, after)) else { return };
        let mut listed: Vec<_> = listed.iter().map(|row| row.place).collect();
        listed.sort_unstable();
        let mut exported = Vec::new();
        let _runtime = self.runtime.enter();
        let sink = &mut |spans: Vec<WholeSpan>| {
            exported.extend(spans.iter().map(|span| span.row.place));
            Ok(())
        };
        if answered(self.store.export_spans(&filter, sink)).is_some() {
            assert_eq!(exported, listed);
        }
    }

    fn traces(&self, uri: &Uri) {
        let Some(filter) =
            read(uri, |(time, shared, traces): &(TimeParams, FilterParams, TraceFilterParams)| {
                traces.to_filter(time, shared)
            })
        else {
            return;
        };
        self.pages(|limit, after| self.list_traces(&filter, limit, after));
    }

    fn runs(&self, uri: &Uri) {
        let Some(filter) =
            read(uri, |(time, runs, order): &(TimeParams, RunFilterParams, RunOrderParams)| {
                runs.to_question(time, *order)
            })
        else {
            return;
        };
        self.pages(async |limit, after| {
            self.store.runs(&filter.filter, limit, after).await.map(|page| (page.items, page.next))
        });
    }

    fn logs(&self, uri: &Uri) {
        let Some(filter) = read(uri, |(time, logs): &(TimeParams, LogFilterParams)| logs.to_filter(time))
        else {
            return;
        };
        self.pages(async |limit, after| {
            let LogListPage { items, next, stopped_early, incomplete } =
                self.store.logs(&filter, limit, after).await?;
            assert_eq!((stopped_early, incomplete), (false, None));
            Ok((items, next))
        });
    }

    fn groups(&self, uri: &Uri, kind: GroupKind) {
        let Some(filter) =
            read(uri, |(time, groups): &(TimeParams, GroupFilterParams)| groups.to_filter(time))
        else {
            return;
        };
        self.pages(async |limit, after| {
            self.store
                .trace_groups(kind, &filter, Order::default(), (limit, after))
                .await
                .map(|page| (page.items, page.next))
        });
    }

    fn stats(&self, uri: &Uri) {
        let Some(question) = read(uri, |(time, filter, stats): &(TimeParams, FilterParams, StatsParams)| {
            stats.to_question(time, filter, NOW)
        }) else {
            return;
        };
        let listed = match &question.query.subject {
            StatsSubject::Spans(filter) => {
                self.answer(self.list_spans(filter, EVERYTHING, None)).map(|(rows, _)| rows.len())
            }
            StatsSubject::Traces(filter) => {
                self.answer(self.list_traces(filter, EVERYTHING, None)).map(|(rows, _)| rows.len())
            }
        };
        let Some((listed, stats)) = listed.zip(self.answer(self.store.stats(question.query))) else { return };
        if is_out_of_time(stats.incomplete) {
            return;
        }
        for rows in [&stats.totals, &stats.buckets] {
            let counted: i64 = rows.iter().map(|row| row.count).sum();
            let is_all = !rows.is_empty() && !stats.more_groups && !stats.more_buckets;
            assert!(!is_all || usize::try_from(counted) == Ok(listed), "{counted} of {listed}");
        }
    }

    fn tail(&self, uri: &Uri) {
        let Some(filter) =
            read(uri, |(shared, traces): &(FilterParams, TraceFilterParams)| traces.to_tail_filter(shared))
        else {
            return;
        };
        let newest = self.store.progress().newest();
        let changes = self.answer(self.store.changes(&filter, Sequence(0), newest, EVERYTHING));
        let listed = self.answer(self.list_traces(&filter, EVERYTHING, None));
        let Some((changes, (listed, _))) = changes.zip(listed) else { return };
        let Changes::Traces(rows) = changes else { panic!("there are few traces") };
        let ids = |rows: &[TraceRow]| {
            let mut ids: Vec<_> = rows.iter().map(|row| row.trace_id).collect();
            ids.sort_unstable();
            ids
        };
        assert_eq!(ids(&rows), ids(&listed));
    }

    async fn list_spans(
        &self,
        filter: &SpanFilter,
        limit: usize,
        after: Option<SpanCursor>,
    ) -> Result<Rows<SpanRow, SpanCursor>, StoreError> {
        let SpanListPage { items, next, incomplete } = self.store.spans(filter, limit, after).await?;
        if is_out_of_time(incomplete) { Err(StoreError::Interrupted) } else { Ok((items, next)) }
    }

    async fn list_traces(
        &self,
        filter: &TraceFilter,
        limit: usize,
        after: Option<TraceCursor>,
    ) -> Result<Rows<TraceRow, TraceCursor>, StoreError> {
        let TraceListPage { items, next, incomplete } = self.store.traces(filter, limit, after).await?;
        if is_out_of_time(incomplete) { Err(StoreError::Interrupted) } else { Ok((items, next)) }
    }

    /// What the store says; see [`answered`].
    fn answer<T>(&self, asked: impl Future<Output = Result<T, StoreError>>) -> Option<T> {
        answered(self.runtime.block_on(asked))
    }

    /// The whole list, after it was read in two pages or three as well.
    fn pages<P: Position, T: Debug + PartialEq, F>(
        &self,
        list: impl Fn(usize, Option<P>) -> F,
    ) -> Option<Vec<T>>
    where
        F: Future<Output = Result<Rows<T, P>, StoreError>>,
    {
        let (all, next) = self.answer(list(EVERYTHING, None))?;
        assert!(next.is_none());
        let limit = all.len() / 2 + 1;
        let (mut seen, mut after) = (Vec::new(), None);
        // a search does not look behind a full page, so the last one may be empty
        for page in 1.. {
            assert!(page <= 3, "a list without an end");
            let (rows, next) = self.answer(list(limit, after.take()))?;
            seen.extend(rows);
            let Some(next) = next else { break };
            after = Some(decode_position(&encode_position(&next, 0), 0).unwrap());
        }
        assert_eq!(seen, all);
        Some(all)
    }
}

/// An answer; `None` where the machine was too busy to give one in time. Any other failure is a finding.
fn answered<T>(outcome: Result<T, StoreError>) -> Option<T> {
    match outcome {
        Ok(answer) => Some(answer),
        Err(StoreError::Interrupted | StoreError::Busy) => None,
        Err(error) => panic!("{error:?}"),
    }
}

/// Whether a search did not get to its end in time; for any other reason it must not stop here.
fn is_out_of_time(incomplete: Option<Incomplete>) -> bool {
    incomplete.is_some_and(|incomplete| {
        assert_eq!(incomplete.reason, IncompleteReason::TimeLimit);
        true
    })
}

/// What `parse` makes of the parameters; a refusal has to be the client's mistake.
fn read<T: QueryGroups, F>(uri: &Uri, parse: impl Fn(&T) -> ApiResult<F>) -> Option<F> {
    let params = T::read(uri).ok()?;
    accepted(parse(&params))
}

fn accepted<T>(outcome: ApiResult<T>) -> Option<T> {
    outcome.inspect_err(assert_clients_mistake).ok()
}

fn assert_clients_mistake(error: &ApiError) {
    assert!(error.kind().status().is_client_error(), "{error}");
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Runs every kept input of a target.
    fn run(target: &str, check: impl Fn(&[u8])) {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/regressions").join(target);
        let mut inputs = 0;
        for entry in std::fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            check(&std::fs::read(path).unwrap());
            inputs += 1;
        }
        assert!(inputs > 0, "there is nothing in {}", dir.display());
    }

    /// Scenario: query strings and cursors as the page sends them, and inputs that once broke something. Guarantee: what
    /// each fuzz target checks holds for them.
    #[test]
    fn kept_inputs_of_the_fuzz_targets_hold() {
        let lists = Lists::new();
        run("query", |input| lists.query(input));
        run("cursor", |input| lists.cursor(input));
    }
}
