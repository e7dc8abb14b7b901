//! One open live tail: what changed since its position, as events.

use std::collections::VecDeque;
use std::time::Duration;

use axum::response::sse::Event;
use junjo_auth::RightsEnd;
use junjo_span_store::{Changes, SpanStore, StoreError, TraceFilter, TraceRow};
use junjo_telemetry::answers::Trace;
use junjo_wal::Sequence;
use junjo_web::logged;
use serde::Serialize;
use tokio::sync::watch;
use utoipa::ToSchema;

/// Traces that one step sends at most; a reader that is further behind is told so and goes on with what is new.
const STEP_MAX: usize = 500;
/// Shortest time between two steps of a reader. A busy server commits many times a second, and each step asks the index:
/// up to 32 readers would ask more than its four queries at once can answer, for changes that nobody reads so fast. The
/// first step does not wait, and a trace that changed several times within the pause is sent once.
const STEP_PAUSE: Duration = Duration::from_millis(250);
/// When a reader that lost the connection should come back.
const RECONNECT: Duration = Duration::from_secs(2);

/// Data of the event `ready`: the stream has begun.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TailReady {
    /// Newest indexed record; traces that later ones change follow.
    sequence: i64,
}

/// Data of the event `lag`: the reader was too far behind.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TailLag {
    /// Changed traces that were left out; read the list to see them.
    skipped_traces: u64,
}

/// Data of the event `end`: the reader may read no longer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TailEnd {
    reason: TailEndReason,
}

/// Why a tail ended.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum TailEndReason {
    /// Signed out, expired, or ended with the account, its role or its password: sign in again. Or the session got a new cookie
    /// value: come back with it.
    SessionEnded,
    /// The read key was revoked, deleted, replaced, or has expired.
    KeyRefused,
    /// For ten seconds it could not be found out whether the reader may still read: come back.
    Unknown,
}

/// The event `end`.
pub(super) fn ended(end: RightsEnd) -> Event {
    let reason = match end {
        RightsEnd::SessionEnded => TailEndReason::SessionEnded,
        RightsEnd::KeyRefused => TailEndReason::KeyRefused,
        RightsEnd::Unknown => TailEndReason::Unknown,
    };
    event("end", None, &TailEnd { reason })
}

/// One open stream.
pub(super) struct Reader {
    store: SpanStore,
    filter: TraceFilter,
    /// Everything up to here was sent or skipped.
    position: Sequence,
    committed: watch::Receiver<Sequence>,
    /// At most one step's events.
    queue: VecDeque<Event>,
    is_first: bool,
}

impl Reader {
    /// A stream that goes on behind `resumed`, or begins with what comes from now on.
    pub(super) fn new(store: SpanStore, filter: TraceFilter, resumed: Option<Sequence>) -> Self {
        let newest = store.progress().newest();
        // an id from before the index was rebuilt on another wal may lie ahead of it
        let position = resumed.unwrap_or(newest).min(newest);
        let committed = store.committed();
        let first = event("ready", Some(position), &TailReady { sequence: position.0 });
        Self { store, filter, position, committed, queue: VecDeque::from([first]), is_first: true }
    }

    /// The next event. Where it is dropped while it waits, nothing is lost.
    pub(super) async fn next(&mut self) -> Event {
        loop {
            if let Some(event) = self.queue.pop_front() {
                return event;
            }
            if !std::mem::take(&mut self.is_first) {
                tokio::time::sleep(STEP_PAUSE).await;
            }
            self.step().await;
        }
    }

    /// Waits for a commit, and queues what it changed.
    async fn step(&mut self) {
        let position = self.position;
        let waited =
            self.committed.wait_for(|committed| *committed > position).await.map(|committed| *committed);
        // the store outlives its readers; without it there is nothing to wait for but the stop
        let Ok(up_to) = waited else { return std::future::pending().await };
        match self.store.changes(&self.filter, position, up_to, STEP_MAX).await {
            Ok(Changes::Traces(traces)) => self.queue_traces(traces, up_to),
            Ok(Changes::TooMany(count)) => {
                self.queue.push_back(event("lag", Some(up_to), &TailLag { skipped_traces: count }));
            }
            // busy, reopened or slow: the position stays, so nothing is lost
            Err(error) => {
                use StoreError::{Busy, Interrupted, NoMemory, NotReady};
                if !matches!(error, Busy | NotReady(_) | Interrupted | NoMemory(_)) {
                    tracing::error!(error = logged(&error), "live tail cannot read changes");
                }
                return;
            }
        }
        self.position = up_to;
    }

    /// Only the last trace of a record carries its id: a reader that comes back after an earlier one gets them all again.
    fn queue_traces(&mut self, traces: Vec<TraceRow>, up_to: Sequence) {
        let mut rows = traces.into_iter().peekable();
        while let Some(row) = rows.next() {
            let id = match rows.peek() {
                Some(next) if next.newest_sequence == row.newest_sequence => None,
                Some(_) => Some(row.newest_sequence),
                None => Some(up_to),
            };
            self.queue.push_back(event("trace", id, &Trace::from(row)));
        }
    }
}

fn event(name: &str, id: Option<Sequence>, data: &impl Serialize) -> Event {
    let event = Event::default().event(name).retry(RECONNECT);
    let event = id.map(|id| id.0.to_string()).into_iter().fold(event, Event::id);
    // wire types of texts and numbers always serialise
    event.json_data(data).unwrap_or_default()
}
