//! `GET /otel/export`: whole spans or traces as CSV, JSON lines or Parquet, streamed.
//!
//! One blocking thread reads and encodes, a short channel passes bytes on: memory does not depend on how much is
//! exported, and a reader that stops reading stops the export. An export that fails breaks the connection off, so that
//! what arrived is never taken for the whole.

mod csv;
mod encode;
mod format;
mod ndjson;
mod running;
mod stream;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, header};
use junjo_auth::TelemetryReader;
use junjo_telemetry::params::{FilterParams, SpanFilterParams, Subject, TimeParams, TraceFilterParams};
use junjo_web::{ApiQueries, ApiResult, Problems};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::OtelState;
use format::Format;
use stream::Selection;

pub(crate) fn routes() -> OpenApiRouter<OtelState> {
    OpenApiRouter::new().routes(routes!(export))
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

impl ExportParams {
    fn to_filter(&self, time: &TimeParams, shared: &FilterParams) -> ApiResult<Selection> {
        match self.of.unwrap_or_default() {
            Subject::Spans => SpanFilterParams::default().to_filter(time, shared).map(Selection::Spans),
            Subject::Traces => TraceFilterParams::default().to_filter(time, shared).map(Selection::Traces),
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
    state.telemetry.whole()?;
    let permit = state.exports.permit()?;
    let name = match selection {
        Selection::Spans(_) => "spans",
        Selection::Traces(_) => "traces",
    };
    let (store, stop) = (state.telemetry.store(), state.exports.stop);
    let mut response =
        Body::from_stream(stream::bytes(store, selection, format, permit, stop)).into_response();
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
