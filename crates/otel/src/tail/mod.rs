//! `GET /otel/tail`: traces as they change, as server-sent events.
//!
//! There is no buffer between the indexer and a reader: after each commit a reader asks the index what changed since its
//! own position. So a slow reader costs nothing, and one that comes back with `Last-Event-ID` goes on where it was.

mod reader;

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, StreamExt as _, stream};
use http::HeaderMap;
use junjo_auth::ReadRights;
use junjo_telemetry::answers::Trace;
use junjo_telemetry::params::{FilterParams, TraceFilterParams};
use junjo_wal::Sequence;
use junjo_web::{ApiError, ApiQueries, ApiResult, Problems};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::OtelState;
use crate::streams::while_allowed;
use reader::{Reader, TailEnd, TailLag, TailReady, ended};

/// Between two signs of life on a silent connection; proxies cut silent ones after a minute.
const HEARTBEAT: Duration = Duration::from_secs(15);

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

/// Data of one event, by its name. Documents the stream; each event carries one of the four.
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
    /// `end`: the reader may read no longer; it is the last event, and the stream is closed.
    End(TailEnd),
}

/// Follow traces as they arrive: events `ready`, `trace` (new or changed), `lag` and `end`.
///
/// `q` is looked for in the names of the traces themselves, and `filter` may name promoted fields alone. Within two seconds of
/// the end of the session or of the key, `end` says which of them it was, and the stream is closed.
#[utoipa::path(
    get, path = "/otel/tail", tag = "otel",
    params(FilterParams, TraceFilterParams, TailParams, ("last-event-id" = Option<String>, Header, description = "Id of the last event that was read: the stream goes on behind it")),
    responses((status = 200, body = TailEvent, content_type = "text/event-stream"), Problems)
)]
async fn tail_traces(
    State(state): State<OtelState>,
    rights: ReadRights,
    headers: HeaderMap,
    ApiQueries((shared, traces, params)): ApiQueries<(FilterParams, TraceFilterParams, TailParams)>,
) -> ApiResult<Sse<impl Stream<Item = Result<Event, Infallible>> + use<>>> {
    let filter = traces.to_tail_filter(&shared)?;
    let header = headers.get("last-event-id").map(|value| value.to_str().unwrap_or("?"));
    let resumed = header.or(params.last_event_id.as_deref()).map(sequence_of).transpose()?;
    let permit = state.tails.permit()?;
    let reader = Reader::new(state.telemetry.store().clone(), filter, resumed);
    let stop = state.tails.stop;
    let events = stream::unfold((reader, permit), move |(mut reader, permit)| {
        let stop = stop.clone();
        async move {
            let event = stop.run_until_cancelled(reader.next()).await?;
            Some((Ok(event), (reader, permit)))
        }
    })
    .fuse();
    let events = while_allowed(events, rights.watch(), |end| Ok(ended(end)));
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

fn sequence_of(text: &str) -> ApiResult<Sequence> {
    let sequence = text.parse().ok().filter(|sequence| *sequence >= 0).map(Sequence);
    sequence
        .ok_or_else(|| ApiError::invalid_field("last-event-id", "this is no id of an event of this stream"))
}
