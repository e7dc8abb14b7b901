//! `GET /otel/export`: whole spans or traces as CSV, JSON lines or Parquet, streamed.
//!
//! One blocking thread reads and encodes, a short channel passes bytes on: memory does not depend on how much is
//! exported, and a reader that stops reading stops the export. An export that fails breaks the connection off, so that
//! what arrived is never taken for the whole.

mod csv;
mod encode;
mod ndjson;
pub(crate) mod permits;

use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures::{Stream, stream};
use http::{HeaderValue, header};
use junjo_auth::TelemetryReader;
use junjo_span_store::{SpanFilter, SpanStore, StoreError, TraceFilter};
use junjo_telemetry::params::{FilterParams, SpanFilterParams, Subject, TimeParams, TraceFilterParams};
use junjo_web::{ApiQueries, ApiResult, Problems};
use serde::Deserialize;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio_util::sync::CancellationToken;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::OtelState;
use encode::Encoder;
use permits::Running;

/// Pieces on their way to the client.
const CHANNEL_PIECES: usize = 4;
/// Bytes gathered into a piece.
const PIECE_BYTES: usize = 256 << 10;
/// A client that reads nothing for this long has gone.
const STALL_LIMIT: Duration = Duration::from_mins(1);
/// Traces read at a time.
const TRACE_ROWS: usize = 2_000;

pub(crate) fn routes() -> OpenApiRouter<OtelState> {
    OpenApiRouter::new().routes(routes!(export))
}

/// Form of an export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// Comma-separated values with a header line (RFC 4180); attributes and the like as JSON text. A text that a
    /// spreadsheet would take for a formula gets a leading apostrophe.
    Csv,
    /// One JSON object a line; integers are exact.
    #[default]
    Json,
    /// Apache Parquet: spans with the columns of archive files.
    Parquet,
}

/// What is exported and how.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ExportParams {
    /// What is exported: whole `spans` (the default) or `traces`.
    #[param(inline)]
    of: Option<Subject>,
    /// `json` (one object a line, the default), `csv` or `parquet`.
    #[param(inline)]
    format: Option<Format>,
}

/// What an export selects.
#[derive(Debug, Clone)]
enum Selection {
    Spans(SpanFilter),
    Traces(TraceFilter),
}

impl ExportParams {
    fn to_filter(&self, time: &TimeParams, shared: &FilterParams) -> ApiResult<Selection> {
        match self.of.unwrap_or_default() {
            Subject::Spans => SpanFilterParams::default().to_filter(time, shared).map(Selection::Spans),
            Subject::Traces => TraceFilterParams::default().to_filter(time, shared).map(Selection::Traces),
        }
    }
}

impl Format {
    const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Json => "application/x-ndjson",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }

    const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "ndjson",
            Self::Parquet => "parquet",
        }
    }
}

/// Export whole spans (in order of arrival) or traces (newest first) as CSV, JSON lines or Parquet.
///
/// The answer has no length: a connection that ends without an orderly end of the body means that something is missing.
#[utoipa::path(
    get, path = "/otel/export", tag = "otel", params(TimeParams, FilterParams, ExportParams),
    responses(
        (status = 200, description = "The rows", content(
            (String = "application/x-ndjson"), (String = "text/csv"), (Vec<u8> = "application/vnd.apache.parquet"),
        )),
        Problems
    )
)]
async fn export(
    State(state): State<OtelState>,
    _: TelemetryReader,
    ApiQueries((time, shared, params)): ApiQueries<(TimeParams, FilterParams, ExportParams)>,
) -> ApiResult<Response> {
    let (selection, format) = (params.to_filter(&time, &shared)?, params.format.unwrap_or_default());
    let permit = state.exports.permit()?;
    let name = match selection {
        Selection::Spans(_) => "spans",
        Selection::Traces(_) => "traces",
    };
    let body = Body::from_stream(stream_of(start(&state, selection, format, permit)));
    let mut response = body.into_response();
    let disposition = format!("attachment; filename=\"junjo-{name}.{}\"", format.extension());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    if format == Format::Parquet {
        // its pages are compressed already
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("identity"));
    }
    Ok(response)
}

type Pieces = mpsc::Receiver<io::Result<Bytes>>;

/// The pieces; after the end it stays at its end, because compression asks once more.
fn stream_of(mut pieces: Pieces) -> impl Stream<Item = io::Result<Bytes>> {
    stream::poll_fn(move |context| pieces.poll_recv(context))
}

/// Starts the thread that reads and encodes.
fn start(state: &OtelState, selection: Selection, format: Format, permit: OwnedSemaphorePermit) -> Pieces {
    let (sender, pieces) = mpsc::channel(CHANNEL_PIECES);
    let (store, stop) = (state.telemetry.store().clone(), state.exports.stop.clone());
    let running = Running::begun();
    let export = move || {
        let (_permit, _running) = (permit, running);
        let mut outlet = Outlet { sender, stop, runtime: Handle::current(), buffer: Vec::new() };
        match write(&store, &selection, format, &mut outlet) {
            Ok(()) => {}
            Err(Stopped::ClientGone) => tracing::info!("export ended: the client has gone"),
            Err(Stopped::Failed(error)) => {
                tracing::error!(error = &error as &dyn std::error::Error, "export broken off");
                outlet.break_off();
            }
        }
    };
    // nobody waits for its end: the pieces end with it
    drop(state.telemetry.store().spawn_long(export));
    pieces
}

/// Why an export ended early.
#[derive(Debug)]
enum Stopped {
    /// Nobody reads any more, or the server stops.
    ClientGone,
    Failed(StoreError),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

/// Where encoded bytes go.
struct Outlet {
    sender: mpsc::Sender<io::Result<Bytes>>,
    stop: CancellationToken,
    runtime: Handle,
    buffer: Vec<u8>,
}

impl Outlet {
    /// Passes gathered bytes on once they are many. Blocks while the client is slow.
    fn pass_on(&mut self, at_least: usize) -> Result<(), Stopped> {
        if self.buffer.len() < at_least.max(1) {
            return Ok(());
        }
        let piece = Ok(Bytes::from(std::mem::take(&mut self.buffer)));
        let sending = self.stop.run_until_cancelled(self.sender.send_timeout(piece, STALL_LIMIT));
        match self.runtime.block_on(sending) {
            Some(Ok(())) => Ok(()),
            Some(Err(_)) | None => Err(Stopped::ClientGone),
        }
    }

    /// Ends the body in a way that the client sees as broken.
    fn break_off(&self) {
        let _ = self.sender.try_send(Err(io::Error::other("the export failed")));
    }
}

fn write(
    store: &SpanStore,
    selection: &Selection,
    format: Format,
    outlet: &mut Outlet,
) -> Result<(), Stopped> {
    match selection {
        Selection::Spans(filter) => {
            let mut encoder = Encoder::of_spans(format, &mut outlet.buffer)?;
            let mut gone = None;
            let exported = store.export_spans(filter, &mut |spans| {
                encoder.spans(&spans, &mut outlet.buffer)?;
                outlet.pass_on(PIECE_BYTES).map_err(|stopped| {
                    gone = Some(stopped);
                    StoreError::Interrupted
                })
            });
            if let Some(stopped) = gone {
                return Err(stopped);
            }
            exported?;
            encoder.finish(&mut outlet.buffer)?;
        }
        Selection::Traces(filter) => {
            let mut encoder = Encoder::of_traces(format, &mut outlet.buffer)?;
            let mut after = None;
            loop {
                let page = outlet.runtime.block_on(store.traces(filter, TRACE_ROWS, after))?;
                encoder.traces(&page.items, &mut outlet.buffer)?;
                outlet.pass_on(PIECE_BYTES)?;
                if page.next.is_none() {
                    break;
                }
                if page.next == after {
                    return Err(Stopped::Failed(StoreError::Interrupted));
                }
                after = page.next;
            }
            encoder.finish(&mut outlet.buffer)?;
        }
    }
    outlet.pass_on(1)
}

#[cfg(test)]
mod tests {
    use futures::StreamExt as _;

    use super::*;

    /// Scenario: the end of an export is asked for again, as a compressing layer does. Guarantee: it is the end again.
    #[tokio::test]
    async fn ended_stream_stays_ended() {
        let (sender, pieces) = mpsc::channel(1);
        sender.send(Ok(Bytes::from_static(b"row"))).await.unwrap();
        drop(sender);
        let mut stream = std::pin::pin!(stream_of(pieces));
        assert_eq!(stream.next().await.unwrap().unwrap(), "row");
        assert!(stream.next().await.is_none());
        assert!(stream.next().await.is_none());
    }
}
