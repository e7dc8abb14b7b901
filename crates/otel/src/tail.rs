//! `GET /otel/tail`: traces as they change, as server-sent events.
//!
//! There is no buffer between the indexer and a reader: after each commit a reader asks the index what changed since its
//! own position. So a slow reader costs nothing, and one that comes back with `Last-Event-ID` goes on where it was.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, StreamExt as _, stream};
use http::HeaderMap;
use junjo_auth::TelemetryReader;
use junjo_span_store::{Changes, SpanStore, StoreError, TraceFilter, TraceRow};
use junjo_telemetry::answers::Trace;
use junjo_telemetry::params::{FilterParams, TraceFilterParams};
use junjo_wal::Sequence;
use junjo_web::{ApiError, ApiQueries, ApiResult, Problems};
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_util::sync::CancellationToken;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::OtelState;

/// Traces that one step sends at most; a reader that is further behind is told so and goes on with what is new.
const STEP_MAX: usize = 500;
/// Shortest time between two steps of a reader. A busy server commits many times a second, and each step asks the index:
/// up to 32 readers would ask more than its four queries at once can answer, for changes that nobody reads so fast. The
/// first step does not wait, and a trace that changed several times within the pause is sent once.
const STEP_PAUSE: Duration = Duration::from_millis(250);
/// Between two signs of life on a silent connection; proxies cut silent ones after a minute.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// When a reader that lost the connection should come back.
const RECONNECT: Duration = Duration::from_secs(2);
/// Live tails at once: each asks the index after every commit.
const TAILS_MAX: usize = 32;
/// Seconds after which one too many readers should ask again.
const RETRY_SECONDS: u64 = 10;

pub(crate) fn routes() -> OpenApiRouter<OtelState> {
    OpenApiRouter::new().routes(routes!(tail_traces))
}

/// Where the tail begins.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct TailParams {
    /// Id of the last event that was read, where the header `Last-Event-ID` cannot be sent.
    last_event_id: Option<String>,
}

/// The live tails that are open, and what ends them. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Tails {
    permits: Arc<Semaphore>,
    stop: CancellationToken,
}

impl Tails {
    /// None is open; all end when `stop` is cancelled.
    pub(crate) fn new(stop: CancellationToken) -> Self {
        Self { permits: Arc::new(Semaphore::new(TAILS_MAX)), stop }
    }

    /// The right to one more.
    fn permit(&self) -> ApiResult<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).try_acquire_owned().map_err(|_| {
            ApiError::unavailable("too many live tails are open").with_retry_after_seconds(RETRY_SECONDS)
        })
    }
}

/// Data of the event `ready`: the stream has begun.
#[derive(Debug, Serialize, ToSchema)]
struct TailReady {
    /// Newest indexed record; traces that later ones change follow.
    sequence: i64,
}

/// Data of the event `lag`: the reader was too far behind.
#[derive(Debug, Serialize, ToSchema)]
struct TailLag {
    /// Changed traces that were left out; read the list to see them.
    skipped_traces: u64,
}

/// Data of one event, by its name. Documents the stream; each event carries one of the three.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes the events in the OpenAPI document")]
enum TailEvent {
    /// `trace`: a trace is new or has changed; it replaces an earlier one with the same id.
    Trace(Box<Trace>),
    /// `ready`: sent first.
    Ready(TailReady),
    /// `lag`: some changes are not sent.
    Lag(TailLag),
}

/// Follow traces as they arrive: events `ready`, `trace` (new or changed) and `lag`.
///
/// `q` is looked for in the names of the traces themselves, and `filter` may name promoted fields alone.
#[utoipa::path(
    get, path = "/otel/tail", tag = "otel",
    params(FilterParams, TraceFilterParams, TailParams, ("last-event-id" = Option<String>, Header, description = "Id of the last event that was read: the stream goes on behind it")),
    responses((status = 200, body = TailEvent, content_type = "text/event-stream"), Problems)
)]
async fn tail_traces(
    State(state): State<OtelState>,
    _: TelemetryReader,
    headers: HeaderMap,
    ApiQueries((shared, traces, params)): ApiQueries<(FilterParams, TraceFilterParams, TailParams)>,
) -> ApiResult<Sse<impl Stream<Item = Result<Event, Infallible>> + use<>>> {
    let filter = traces.to_tail_filter(&shared)?;
    let header = headers.get("last-event-id").map(|value| value.to_str().unwrap_or("?"));
    let resumed = header.or(params.last_event_id.as_deref()).map(sequence_of).transpose()?;
    let permit = state.tails.permit()?;
    let store = state.telemetry.store().clone();
    let newest = store.progress().newest();
    // an id from before the index was rebuilt on another log may lie ahead of it
    let position = resumed.unwrap_or(newest).min(newest);
    let committed = store.committed();
    let first = event("ready", Some(position), &TailReady { sequence: position.0 });
    let reader = Reader {
        store,
        stop: state.tails.stop,
        filter,
        position,
        committed,
        queue: VecDeque::from([first]),
        is_first: true,
        _permit: permit,
    };
    let events = stream::unfold(reader, |mut reader| async move {
        let event = reader.next().await?;
        Some((Ok(event), reader))
    })
    .fuse();
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

fn sequence_of(text: &str) -> ApiResult<Sequence> {
    let sequence = text.parse().ok().filter(|sequence| *sequence >= 0).map(Sequence);
    sequence
        .ok_or_else(|| ApiError::invalid_field("last-event-id", "this is no id of an event of this stream"))
}

/// One open stream.
struct Reader {
    store: SpanStore,
    stop: CancellationToken,
    filter: TraceFilter,
    /// Everything up to here was sent or skipped.
    position: Sequence,
    committed: watch::Receiver<Sequence>,
    /// At most one step's events.
    queue: VecDeque<Event>,
    is_first: bool,
    _permit: OwnedSemaphorePermit,
}

impl Reader {
    /// The next event; `None` when the server stops.
    async fn next(&mut self) -> Option<Event> {
        let stop = self.stop.clone();
        stop.run_until_cancelled(async {
            loop {
                if let Some(event) = self.queue.pop_front() {
                    return event;
                }
                if !std::mem::take(&mut self.is_first) {
                    tokio::time::sleep(STEP_PAUSE).await;
                }
                self.step().await;
            }
        })
        .await
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
                if !matches!(error, StoreError::Busy | StoreError::NotReady(_) | StoreError::Interrupted) {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "live tail cannot read changes"
                    );
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
