//! `GET /otel/export`: whole spans or traces as CSV, JSON lines or Parquet, streamed.
//!
//! One blocking thread reads and encodes, a short channel passes bytes on: memory does not depend on how much is
//! exported, and a reader that stops reading stops the export. An export that fails breaks the connection off, so that
//! what arrived is never taken for the whole.

mod csv;
mod encode;
mod ndjson;

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
use junjo_web::{ApiError, ApiQuery, ApiResult, Problems};
use serde::Deserialize;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio_util::sync::CancellationToken;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::params::{SearchIn, StatusParam, TraceListParams};
use crate::service::OtelService;
use crate::spans::SpanListParams;
use crate::stats_params::Subject;
use encode::Encoder;

/// Pieces on their way to the client.
const CHANNEL_PIECES: usize = 4;
/// Bytes gathered into a piece.
const PIECE_BYTES: usize = 256 << 10;
/// A client that reads nothing for this long has gone.
const STALL_LIMIT: Duration = Duration::from_mins(1);
/// Traces read at a time.
const TRACE_ROWS: usize = 2_000;
/// Seconds after which one too many exports should be tried again.
const RETRY_SECONDS: u64 = 30;

pub(crate) fn routes() -> OpenApiRouter<OtelService> {
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
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ExportParams {
    /// What is exported: whole `spans` (the default) or `traces`.
    #[param(inline)]
    of: Option<Subject>,
    /// `json` (one object a line, the default), `csv` or `parquet`.
    #[param(inline)]
    format: Option<Format>,
    /// Earliest start, inclusive: RFC 3339, or unix nanoseconds.
    from: Option<String>,
    /// Latest start, exclusive: RFC 3339, or unix nanoseconds.
    to: Option<String>,
    /// The span's service, or one that took part in the trace.
    service: Option<String>,
    /// Name of the span, or of the trace's root.
    name: Option<String>,
    /// Status of the span; of traces as in `/otel/traces`.
    #[param(value_type = Option<String>)]
    status: Option<StatusParam>,
    /// Role of the span, or of one of the trace's.
    role: Option<String>,
    /// Model of the span, or of one of the trace's.
    model: Option<String>,
    /// Session of the span, or of one of the trace's.
    session_id: Option<String>,
    /// User of the span, or of one of the trace's.
    user_id: Option<String>,
    /// Shortest duration in milliseconds.
    min_duration_ms: Option<f64>,
    /// A condition in the filter language of `/otel/spans`: on the span, or on one of the trace's.
    filter: Option<String>,
    /// Text as in `/otel/spans` or `/otel/traces`.
    q: Option<String>,
    /// Where `q` is looked for: `everything` (the default) or `names`.
    #[param(inline)]
    search_in: Option<SearchIn>,
}

/// What an export selects.
#[derive(Debug, Clone)]
enum Selection {
    Spans(SpanFilter),
    Traces(TraceFilter),
}

impl ExportParams {
    fn selection(&self) -> ApiResult<Selection> {
        match self.of.unwrap_or_default() {
            Subject::Spans => self.span_filter().map(Selection::Spans),
            Subject::Traces => self.trace_filter().map(Selection::Traces),
        }
    }

    fn span_filter(&self) -> ApiResult<SpanFilter> {
        let params = SpanListParams {
            from: self.from.clone(),
            to: self.to.clone(),
            service: self.service.clone(),
            name: self.name.clone(),
            status: self.status.map(|status| status.as_str().to_owned()),
            role: self.role.clone(),
            model: self.model.clone(),
            session_id: self.session_id.clone(),
            user_id: self.user_id.clone(),
            min_duration_ms: self.min_duration_ms,
            filter: self.filter.clone(),
            q: self.q.clone(),
            search_in: self.search_in,
            ..SpanListParams::default()
        };
        params.to_filter()
    }

    fn trace_filter(&self) -> ApiResult<TraceFilter> {
        let params = TraceListParams {
            from: self.from.clone(),
            to: self.to.clone(),
            service: self.service.clone(),
            name: self.name.clone(),
            status: self.status,
            role: self.role.clone(),
            model: self.model.clone(),
            session_id: self.session_id.clone(),
            user_id: self.user_id.clone(),
            min_duration_ms: self.min_duration_ms,
            filter: self.filter.clone(),
            q: self.q.clone(),
            search_in: self.search_in,
            ..TraceListParams::default()
        };
        params.to_filter()
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
    get, path = "/otel/export", tag = "otel", params(ExportParams),
    responses(
        (status = 200, description = "The rows", content(
            (String = "application/x-ndjson"), (String = "text/csv"), (Vec<u8> = "application/vnd.apache.parquet"),
        )),
        Problems
    )
)]
async fn export(
    State(service): State<OtelService>,
    _: TelemetryReader,
    ApiQuery(params): ApiQuery<ExportParams>,
) -> ApiResult<Response> {
    let (selection, format) = (params.selection()?, params.format.unwrap_or_default());
    let permit = service.export_permit().ok_or_else(|| {
        ApiError::unavailable("too many exports are running").with_retry_after_seconds(RETRY_SECONDS)
    })?;
    let name = match selection {
        Selection::Spans(_) => "spans",
        Selection::Traces(_) => "traces",
    };
    let body = Body::from_stream(stream_of(start(&service, selection, format, permit)));
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

/// Counts an export in `junjo_exports_running` from its answer's first byte until its thread has ended, however it ends.
struct Running(metrics::Gauge);

impl Running {
    fn begun() -> Self {
        let gauge = metrics::gauge!("junjo_exports_running");
        gauge.increment(1.0);
        Self(gauge)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

/// The pieces; after the end it stays at its end, because compression asks once more.
fn stream_of(mut pieces: Pieces) -> impl Stream<Item = io::Result<Bytes>> {
    stream::poll_fn(move |context| pieces.poll_recv(context))
}

/// Starts the thread that reads and encodes.
fn start(
    service: &OtelService,
    selection: Selection,
    format: Format,
    permit: OwnedSemaphorePermit,
) -> Pieces {
    let (sender, pieces) = mpsc::channel(CHANNEL_PIECES);
    let (store, stop) = (service.store().clone(), service.stop().clone());
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
    drop(service.store().spawn_long(export));
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
