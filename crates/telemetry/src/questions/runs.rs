//! Runs of Junjo workflows: lists of them, one as a view, and many laid over each other. A view is loaded here and made by the
//! pure model on a blocking thread.

use std::sync::Arc;
use std::time::Duration;

use junjo_span_model::{SpanId, TraceId};
use junjo_span_store::{ListPage, OrderedCursor, OverlayFilter, RunRow, SpanCursor, SpanRow, SpanStore};
use junjo_web::clock::rfc3339_nanos;
use junjo_web::{ApiError, Page};
use junjo_workflow_model::{
    Aggregate, Evidence, RunDetail, RunError, StateAt, StateError, Warning, WarningCode,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::arrived;
use super::load_run::{LoadLimits, Loaded, load, unread};
use super::run_evidence::{MARK_TIME, Marks, SEARCH_RUNS, SEARCH_TIME};
use crate::answers::exact::large_ints_as_text;
use crate::answers::run::{Mark, Run, RunOverlay, RunView, StoppedBy};
use crate::cursor::Position;
use crate::error::TelemetryResult;
use crate::page::{PageAsk, paged};
use crate::params::RunQuestion;

/// What one view may read: 20,000 executions, and as many bytes as one export may have, or half of the memory of reading.
const VIEW_LIMITS: LoadLimits = LoadLimits { spans_max: 20_000, bytes_max: 64 << 20 };
/// What one of many runs may read.
const RUN_LIMITS: LoadLimits = LoadLimits { spans_max: 2_000, bytes_max: 8 << 20 };
/// Time after which no further run is read; the answer says so.
const RUNS_TIME_LIMIT: Duration = Duration::from_secs(5);

/// Views of runs that are made at once: each may hold 64 MiB of payload.
const VIEWS_MAX: usize = 3;

/// Time that a view waits for its turn before the caller is told to come back.
const VIEW_WAIT_LIMIT: Duration = Duration::from_secs(5);

/// A page of runs with their marks. With a wanted mark, as many pages are read as the page needs and there is time for: it may
/// come with fewer items than there are, and its cursor goes on behind what was looked at.
pub(crate) async fn list(
    store: &SpanStore,
    marks: &Marks,
    question: &RunQuestion,
    page: PageAsk<'_>,
) -> TelemetryResult<Page<Run>> {
    if question.order.is_newest_first() {
        page_of::<SpanCursor>(store, marks, question, page).await
    } else {
        page_of::<OrderedCursor>(store, marks, question, page).await
    }
}

/// A position in the list of runs, which says in which order it goes on.
trait RunPosition: Position + Copy + Send + Sync {
    fn read(
        store: &SpanStore,
        question: &RunQuestion,
        limit: usize,
        after: Option<Self>,
    ) -> impl Future<Output = TelemetryResult<ListPage<RunRow, Self>>> + Send;
}

impl RunPosition for SpanCursor {
    async fn read(
        store: &SpanStore,
        question: &RunQuestion,
        limit: usize,
        after: Option<Self>,
    ) -> TelemetryResult<ListPage<RunRow, Self>> {
        Ok(store.runs(&question.filter, limit, after).await?)
    }
}

impl RunPosition for OrderedCursor {
    async fn read(
        store: &SpanStore,
        question: &RunQuestion,
        limit: usize,
        after: Option<Self>,
    ) -> TelemetryResult<ListPage<RunRow, Self>> {
        Ok(store.ordered_runs(&question.filter, question.order, limit, after).await?)
    }
}

async fn page_of<P: RunPosition>(
    store: &SpanStore,
    marks: &Marks,
    question: &RunQuestion,
    page: PageAsk<'_>,
) -> TelemetryResult<Page<Run>> {
    let started = Instant::now();
    let (items, next_cursor) = paged(page.cursor, question, async |after: Option<P>| {
        let (mut items, mut after) = (Vec::new(), after);
        loop {
            let (limit, until) = match question.evidence {
                None => (page.limit, Some(started + MARK_TIME)),
                Some(_) => ((page.limit - items.len()).min(SEARCH_RUNS), None),
            };
            let found = P::read(store, question, limit, after).await?;
            let known = marks.of(store, &found.items, until).await?;
            let marked = found.items.into_iter().zip(known);
            let wanted = marked.filter(|(_, mark)| wants(question, *mark));
            items.extend(wanted.map(|(run, mark)| Run::new(run, mark)));
            after = found.next;
            let is_over = question.evidence.is_none() || started.elapsed() >= SEARCH_TIME;
            if after.is_none() || items.len() >= page.limit || is_over {
                return Ok((items, after));
            }
        }
    })
    .await?;
    Ok(Page { items, next_cursor })
}

fn wants(question: &RunQuestion, mark: Option<Mark>) -> bool {
    question.evidence.is_none_or(|wanted| mark.is_some_and(|mark| mark.status == wanted))
}

/// Makes views of runs, a few at a time. Cheap to clone.
#[derive(Clone)]
pub(crate) struct RunViews {
    pub(super) store: SpanStore,
    permits: Arc<Semaphore>,
}

impl RunViews {
    pub(crate) fn new(store: SpanStore) -> Self {
        Self { store, permits: Arc::new(Semaphore::new(VIEWS_MAX)) }
    }

    /// The same over the store of one question.
    pub(crate) fn over(&self, store: SpanStore) -> Self {
        Self { store, permits: Arc::clone(&self.permits) }
    }

    /// The right to make one view.
    pub(super) async fn permit(&self) -> TelemetryResult<OwnedSemaphorePermit> {
        let permit = tokio::time::timeout(VIEW_WAIT_LIMIT, Arc::clone(&self.permits).acquire_owned()).await;
        let permit = permit.map_err(|_| {
            ApiError::unavailable("too many views are being made").with_retry_after_seconds(1)
        })?;
        Ok(permit.map_err(ApiError::internal)?)
    }

    /// The view of one run.
    pub(crate) async fn view(&self, trace_id: TraceId, span_id: SpanId) -> TelemetryResult<RunView> {
        let _permit = self.permit().await?;
        let mut loaded = self.load_run(trace_id, span_id, VIEW_LIMITS).await?;
        let row = loaded.rows.remove(&span_id);
        let view = move || -> Result<(RunDetail, Evidence), RunError> {
            let evidence = loaded.trace.evidence(span_id, unread(&loaded, span_id))?;
            let mut detail = loaded.trace.detail(trace_id, span_id)?;
            detail.warnings.extend(warnings_of(&loaded));
            for event in &mut detail.state_events {
                event.patch = event.patch.take().map(large_ints_as_text);
            }
            Ok((detail, evidence))
        };
        let built = tokio::task::spawn_blocking(view).await?;
        let ((detail, evidence), row) = (built.map_err(run_error)?, row.ok_or_else(unknown_span)?);
        Ok(RunView {
            service: row.service,
            start_time: rfc3339_nanos(row.start_unix_nano),
            service_namespace: row.service_namespace,
            service_version: row.service_version,
            outcome: row.outcome,
            evidence,
            detail,
        })
    }

    /// The state around one change.
    pub(crate) async fn state(
        &self,
        trace_id: TraceId,
        span_id: SpanId,
        store: Option<String>,
        at: Option<usize>,
    ) -> TelemetryResult<StateAt> {
        let _permit = self.permit().await?;
        let loaded = self.load_run(trace_id, span_id, VIEW_LIMITS).await?;
        let build = move || -> Result<StateAt, StateError> {
            let mut state = loaded.trace.state(span_id, store.as_deref(), at)?;
            state.warnings.extend(warnings_of(&loaded));
            for part in [&mut state.before, &mut state.after, &mut state.end_state] {
                *part = large_ints_as_text(part.take());
            }
            if let Some(event) = &mut state.event {
                event.patch = event.patch.take().map(large_ints_as_text);
            }
            Ok(state)
        };
        let state = tokio::task::spawn_blocking(build).await?;
        Ok(state.map_err(|error| state_error(&error))?)
    }

    /// The newest runs of one workflow laid over each other.
    pub(crate) async fn overlay(&self, filter: OverlayFilter, limit: usize) -> TelemetryResult<RunOverlay> {
        let _permit = self.permit().await?;
        let structural_id = filter.structural_id.clone();
        let found = self.store.overlay_runs(filter, limit).await?;
        let started = Instant::now();
        let (mut aggregate, mut unreadable) = (Aggregate::new(), 0);
        let mut stopped_by = (found.run_count > found.newest.len() as i64).then_some(StoppedBy::Limit);
        let mut oldest = None;
        for row in &found.newest {
            if started.elapsed() > RUNS_TIME_LIMIT {
                stopped_by = Some(StoppedBy::Time);
                break;
            }
            oldest = Some(row.start_unix_nano);
            aggregate = match self.add_run(aggregate, row).await? {
                (aggregate, true) => aggregate,
                (aggregate, false) => {
                    unreadable += 1;
                    aggregate
                }
            };
        }
        let rate = found.error_count as f64 / found.run_count as f64;
        let nanos = |nanos: Option<i64>| nanos.map(|nanos| nanos.to_string());
        Ok(RunOverlay {
            structural_id,
            name: found.newest.first().map(|row| row.name.clone()),
            run_count: found.run_count,
            error_count: found.error_count,
            error_rate: (found.run_count > 0).then_some(rate),
            p50_duration_ns: nanos(found.p50_duration_nanos),
            p95_duration_ns: nanos(found.p95_duration_nanos),
            read_run_count: aggregate.run_count(),
            unreadable_run_count: unreadable,
            stopped_by,
            read_from: oldest.map(rfc3339_nanos),
            graph: aggregate.finish(),
        })
    }

    /// Adds one run; false when it cannot be read, or not as a whole.
    async fn add_run(&self, mut aggregate: Aggregate, row: &SpanRow) -> TelemetryResult<(Aggregate, bool)> {
        // what is read of one run is given back before the next
        let (store, _reading) = self.store.for_question();
        let Some(loaded) = load(&store, row.trace_id, row.span_id, RUN_LIMITS).await? else {
            return Ok((aggregate, false));
        };
        if loaded.left_out.is_some() || loaded.unreadable > 0 {
            return Ok((aggregate, false));
        }
        let span_id = row.span_id;
        let add = move || {
            let added = aggregate.add(&loaded.trace, span_id).is_ok();
            (aggregate, added)
        };
        Ok(tokio::task::spawn_blocking(add).await?)
    }

    pub(super) async fn load_run(
        &self,
        trace_id: TraceId,
        span_id: SpanId,
        limits: LoadLimits,
    ) -> TelemetryResult<Loaded> {
        let store = &self.store;
        let look = || async move { Ok(store.span_exists(trace_id, span_id).await?.then_some(())) };
        arrived::found(store, look).await?;
        let loaded = load(&self.store, trace_id, span_id, limits).await?;
        let loaded = loaded.ok_or_else(|| ApiError::not_found("no span of this trace has arrived"))?;
        if loaded.rows.contains_key(&span_id) {
            return Ok(loaded);
        }
        // the index knows more spans than those that were read
        let exists = self.store.span_exists(trace_id, span_id).await?;
        let refusal = match loaded.left_out {
            Some(left_out) if exists => {
                ApiError::invalid_input(format!("{left_out}, and this run is not among them"))
            }
            _ if exists => run_error(RunError::NotARun),
            _ => run_error(RunError::UnknownSpan),
        };
        Err(refusal.into())
    }
}

fn warnings_of(loaded: &Loaded) -> Vec<Warning> {
    let unreadable = (loaded.unreadable > 0)
        .then(|| format!("the payload of {} spans is damaged or gone", loaded.unreadable));
    let texts = loaded.left_out.clone().into_iter().chain(unreadable);
    texts.map(|text| Warning::new(WarningCode::Truncated, text)).collect()
}

fn unknown_span() -> ApiError {
    ApiError::not_found("this span has not arrived, or its payload is gone")
}

fn state_error(error: &StateError) -> ApiError {
    match error {
        StateError::Run(error) => run_error(*error),
        StateError::UnknownStore => ApiError::not_found("the run neither owns nor writes to this store"),
        StateError::OutOfRange(count) => {
            ApiError::invalid_field("at", format!("the store has {count} changes: give 0 to {count}"))
        }
    }
}

fn run_error(error: RunError) -> ApiError {
    match error {
        RunError::UnknownSpan => unknown_span(),
        RunError::NotARun => ApiError::invalid_input(
            "this span is no run of a Junjo workflow, subflow or agent: give the span of one",
        ),
    }
}
