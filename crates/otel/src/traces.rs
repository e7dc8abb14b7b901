//! `GET /otel/traces`, lists of traces, and `GET /otel/trace/{trace_id}`, the spans of one.

use axum::extract::State;
use junjo_auth::TelemetryReader;
use junjo_telemetry::answers::{Comparisons, Trace, TraceDetail};
use junjo_telemetry::params::{
    ColumnParams, FilterParams, OrderParams, PageParams, TimeParams, TraceFilterParams, trace_id,
};
use junjo_telemetry::{PageAsk, SearchPage, Telemetry};
use junjo_web::{ApiPath, ApiQueries, ApiQuery, ApiResult, Limit, Problems};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::Answer;
use crate::state::OtelState;

/// Spans of a trace in a page.
const SPAN_LIMIT: Limit = Limit::new(10_000, 10_000);

pub(crate) fn routes() -> OpenApiRouter<OtelState> {
    OpenApiRouter::new()
        .routes(routes!(list_traces))
        .routes(routes!(get_trace))
        .routes(routes!(get_comparisons))
}

/// Paging of a trace's spans.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct TraceParams {
    /// `next_after` of the page before.
    after: Option<String>,
    /// Spans in a page, 1 to 10,000; 10,000 by default.
    limit: Option<u32>,
    /// `payload`: each span also carries everything that OTLP did, up to 16 MiB a page.
    #[param(value_type = Option<String>)]
    include: Option<Include>,
}

/// What a trace page may carry besides the narrow rows.
#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Include {
    /// Whole spans.
    Payload,
}

/// List traces, newest first or by another figure.
///
/// A condition on attributes or texts in another order than newest first is looked for in all of the time range, for every page.
#[utoipa::path(
    get, path = "/otel/traces", tag = "otel", params(TimeParams, FilterParams, TraceFilterParams, OrderParams, ColumnParams, PageParams),
    responses((status = 200, body = SearchPage<Trace>), Problems)
)]
async fn list_traces(
    State(telemetry): State<Telemetry>,
    _: TelemetryReader,
    ApiQueries((time, shared, traces, order, columns, page)): ApiQueries<(
        TimeParams,
        FilterParams,
        TraceFilterParams,
        OrderParams,
        ColumnParams,
        PageParams,
    )>,
) -> ApiResult<Answer<SearchPage<Trace>>> {
    let filter = traces.to_filter(&time, &shared)?;
    let columns = columns.to_columns()?;
    Ok(Answer(telemetry.traces(&filter, order.to_order(), &columns, page.ask()).await?))
}

/// Read one trace: its spans in order of start, in pages.
#[utoipa::path(
    get, path = "/otel/trace/{trace_id}", tag = "otel",
    params(("trace_id" = String, Path, description = "32 hexadecimal digits"), TraceParams),
    responses((status = 200, body = TraceDetail), Problems)
)]
async fn get_trace(
    State(telemetry): State<Telemetry>,
    _: TelemetryReader,
    ApiPath(id): ApiPath<String>,
    ApiQuery(params): ApiQuery<TraceParams>,
) -> ApiResult<Answer<TraceDetail>> {
    let page = PageAsk { limit: SPAN_LIMIT.clamp(params.limit), cursor: params.after.as_deref() };
    let with_payload = params.include == Some(Include::Payload);
    Ok(Answer(telemetry.trace(trace_id(&id)?, page, with_payload).await?))
}

/// Propose traces to compare one with: the previous run of the same graph or name, the fastest, the slowest, the last that failed, and
/// the last of another version.
#[utoipa::path(
    get, path = "/otel/traces/{trace_id}/comparisons", tag = "otel",
    params(("trace_id" = String, Path, description = "32 hexadecimal digits")),
    responses((status = 200, body = Comparisons), Problems)
)]
async fn get_comparisons(
    State(telemetry): State<Telemetry>,
    _: TelemetryReader,
    ApiPath(id): ApiPath<String>,
) -> ApiResult<Answer<Comparisons>> {
    Ok(Answer(telemetry.comparisons(trace_id(&id)?).await?))
}
