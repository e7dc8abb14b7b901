//! Whether runs in a list are all there. A run is checked when a list first shows it, and again when its trace has changed:
//! checking reads the whole spans of its trace, which a list has no time for on every request. Large traces are checked only
//! for a list of runs with a wanted mark, one after the other, and as far as the view of a run reads them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use junjo_span_model::{SpanId, TraceId};
use junjo_span_store::{RunRow, SpanStore, TraceVersion};
use junjo_workflow_model::Finding;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::load_run::{LoadLimits, Loaded, VIEW_LIMITS, load, unread};
use crate::answers::run::Mark;
use crate::error::TelemetryResult;

/// What checking one run of a list may read.
const CHECK_LIMITS: LoadLimits = LoadLimits { spans_max: 2_000, bytes_max: 8 << 20 };
/// Large traces that are checked at once, by all lists together: each may hold what a view may.
const LARGE_AT_ONCE: usize = 1;
/// Runs whose marks are remembered, some 100 bytes each.
const REMEMBERED_MAX: usize = 50_000;
/// Time that one list takes for checking; runs behind it have no mark until a list is asked for again.
pub(crate) const MARK_TIME: Duration = Duration::from_millis(300);
/// Time after which a list of runs with a wanted mark goes on in its next page.
pub(crate) const SEARCH_TIME: Duration = Duration::from_secs(2);
/// Runs that such a list checks at a time, all of them: a run that was passed over would be missing from the list.
pub(crate) const SEARCH_RUNS: usize = 20;

type Remembered = HashMap<(TraceId, SpanId), (TraceVersion, Checked)>;

/// What came out of checking a run.
#[derive(Debug, Clone, Copy)]
enum Checked {
    Marked(Mark),
    /// Its trace is too large for a list.
    TooLarge,
}

/// Checks runs of lists, and remembers what came out. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Marks {
    remembered: Arc<Mutex<Remembered>>,
    large: Arc<Semaphore>,
}

impl Default for Marks {
    fn default() -> Self {
        Self { remembered: Arc::default(), large: Arc::new(Semaphore::new(LARGE_AT_ONCE)) }
    }
}

impl Marks {
    /// The mark of each run; `None` for those that are too large for a list, or that there was no time for before
    /// `until`.
    pub(crate) async fn of(
        &self,
        store: &SpanStore,
        runs: &[RunRow],
        until: Option<Instant>,
    ) -> TelemetryResult<Vec<Option<Mark>>> {
        let mut open: Vec<&RunRow> = Vec::new();
        for run in runs {
            let traced = open.iter().any(|other| other.span.trace_id == run.span.trace_id);
            if self.known(run).is_none() && !traced {
                open.push(run);
            }
        }
        for run in open {
            if until.is_some_and(|until| Instant::now() >= until) {
                break;
            }
            let of_trace = runs.iter().filter(|other| other.span.trace_id == run.span.trace_id);
            self.check(store, &of_trace.collect::<Vec<_>>(), CHECK_LIMITS).await?;
        }
        Ok(runs.iter().map(|run| self.mark_of(run)).collect())
    }

    /// The mark of a run, however large its trace is; `None` when the trace has gone. What is more than a view reads counts as
    /// not read, as it does there.
    pub(crate) async fn of_large(&self, store: &SpanStore, run: &RunRow) -> TelemetryResult<Option<Mark>> {
        if self.mark_of(run).is_none() {
            let _turn = self.large.acquire().await;
            self.check(store, &[run], VIEW_LIMITS).await?;
        }
        Ok(self.mark_of(run))
    }

    fn mark_of(&self, run: &RunRow) -> Option<Mark> {
        match self.known(run)? {
            Checked::Marked(mark) => Some(mark),
            Checked::TooLarge => None,
        }
    }

    /// What is remembered of a run whose trace has not changed since.
    fn known(&self, run: &RunRow) -> Option<Checked> {
        let remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        let (version, checked) = remembered.get(&(run.span.trace_id, run.span.span_id))?;
        (*version == run.trace_version).then_some(*checked)
    }

    /// Checks the runs of one trace, of which as much is read as `limits` allow.
    async fn check(&self, store: &SpanStore, runs: &[&RunRow], limits: LoadLimits) -> TelemetryResult<()> {
        let Some(first) = runs.first() else { return Ok(()) };
        // what is read of one trace is given back before the next
        let (store, _reading) = store.for_question();
        let loaded = load(&store, first.span.trace_id, first.span.span_id, limits).await?;
        let ids: Vec<SpanId> = runs.iter().map(|run| run.span.span_id).collect();
        let is_last_word = limits == VIEW_LIMITS;
        let check = move || -> Vec<Checked> {
            let Some(loaded) = loaded.filter(|loaded| is_last_word || loaded.left_out.is_none()) else {
                return vec![Checked::TooLarge; ids.len()];
            };
            ids.into_iter().map(|id| mark(&loaded, id).map_or(Checked::TooLarge, Checked::Marked)).collect()
        };
        let checked = tokio::task::spawn_blocking(check).await?;
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= REMEMBERED_MAX {
            remembered.clear();
        }
        for (run, checked) in runs.iter().zip(checked) {
            remembered.insert((run.span.trace_id, run.span.span_id), (run.trace_version, checked));
        }
        Ok(())
    }
}

fn mark(loaded: &Loaded, run: SpanId) -> Option<Mark> {
    let findings: Vec<Finding> = unread(loaded, run);
    let evidence = loaded.trace.evidence(run, findings).ok()?;
    Some(Mark { status: evidence.status, finding_count: evidence.finding_count })
}
