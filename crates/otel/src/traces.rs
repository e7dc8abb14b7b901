//! Routes of `/otel`. Telemetry belongs to the server: every signed-in user may read all of it, and so may read keys; only
//! admins may delete it.

use axum::Json;
use axum::extract::State;
use junjo_auth::TelemetryReader;
use junjo_web::{ApiPath, ApiQuery, ApiResult, Page, Problems};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::log_schemas::LogPage;
use crate::params::{
    Include, LIST_LIMIT, LogListParams, SPAN_LIMIT, TimeParams, TraceListParams, TraceParams,
    WorkflowListParams, span_id, time_range, trace_id,
};
use crate::schemas::{SearchPage, ServiceList, Span, Trace, TraceDetail, Workflow};
use crate::service::OtelService;
use crate::status_schemas::Status;
use crate::{deletions, export, retention, sessions, spans, stats, tail, workflow};

/// The feature's routes.
pub fn router(service: OtelService) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_services))
        .routes(routes!(list_traces))
        .routes(routes!(get_trace))
        .routes(routes!(get_span))
        .routes(routes!(list_workflows))
        .routes(routes!(list_logs))
        .routes(routes!(get_status))
        .merge(spans::routes())
        .merge(stats::routes())
        .merge(sessions::routes())
        .merge(tail::routes())
        .merge(export::routes())
        .merge(workflow::routes())
        .merge(deletions::routes())
        .merge(retention::routes())
        .with_state(service)
}

/// List services with their counts.
#[utoipa::path(
    get, path = "/otel/services", tag = "otel", params(TimeParams),
    responses((status = 200, body = ServiceList), Problems)
)]
async fn list_services(
    State(service): State<OtelService>,
    _: TelemetryReader,
    ApiQuery(params): ApiQuery<TimeParams>,
) -> ApiResult<Json<ServiceList>> {
    let time = time_range(params.from.as_deref(), params.to.as_deref())?;
    Ok(Json(ServiceList { items: service.services(time).await? }))
}

/// List traces, newest first.
#[utoipa::path(
    get, path = "/otel/traces", tag = "otel", params(TraceListParams),
    responses((status = 200, body = SearchPage<Trace>), Problems)
)]
async fn list_traces(
    State(service): State<OtelService>,
    _: TelemetryReader,
    ApiQuery(params): ApiQuery<TraceListParams>,
) -> ApiResult<Json<SearchPage<Trace>>> {
    let limit = LIST_LIMIT.clamp(params.limit);
    service.traces(&params.to_filter()?, limit, params.cursor.as_deref()).await.map(Json)
}

/// Read one trace: its spans in order of start, in pages.
#[utoipa::path(
    get, path = "/otel/trace/{trace_id}", tag = "otel",
    params(("trace_id" = String, Path, description = "32 hexadecimal digits"), TraceParams),
    responses((status = 200, body = TraceDetail), Problems)
)]
async fn get_trace(
    State(service): State<OtelService>,
    _: TelemetryReader,
    ApiPath(id): ApiPath<String>,
    ApiQuery(params): ApiQuery<TraceParams>,
) -> ApiResult<Json<TraceDetail>> {
    let limit = SPAN_LIMIT.clamp(params.limit);
    let with_payload = params.include == Some(Include::Payload);
    service.trace(trace_id(&id)?, limit, params.after.as_deref(), with_payload).await.map(Json)
}

/// Read one span with everything that OTLP carried, and what it means.
#[utoipa::path(
    get, path = "/otel/spans/{trace_id}/{span_id}", tag = "otel",
    params(
        ("trace_id" = String, Path, description = "32 hexadecimal digits"),
        ("span_id" = String, Path, description = "16 hexadecimal digits"),
    ),
    responses((status = 200, body = Span), Problems)
)]
async fn get_span(
    State(service): State<OtelService>,
    _: TelemetryReader,
    ApiPath((trace, span)): ApiPath<(String, String)>,
) -> ApiResult<Json<Span>> {
    service.span(trace_id(&trace)?, span_id(&span)?).await.map(Json)
}

/// List Junjo workflow runs, newest first.
#[utoipa::path(
    get, path = "/otel/workflows", tag = "otel", params(WorkflowListParams),
    responses((status = 200, body = Page<Workflow>), Problems)
)]
async fn list_workflows(
    State(service): State<OtelService>,
    _: TelemetryReader,
    ApiQuery(params): ApiQuery<WorkflowListParams>,
) -> ApiResult<Json<Page<Workflow>>> {
    let limit = LIST_LIMIT.clamp(params.limit);
    service.workflows(&params.filter()?, limit, params.cursor.as_deref()).await.map(Json)
}

/// List log records, newest first.
#[utoipa::path(
    get, path = "/otel/logs", tag = "otel", params(LogListParams),
    responses((status = 200, body = LogPage), Problems)
)]
async fn list_logs(
    State(service): State<OtelService>,
    _: TelemetryReader,
    ApiQuery(params): ApiQuery<LogListParams>,
) -> ApiResult<Json<LogPage>> {
    let limit = LIST_LIMIT.clamp(params.limit);
    service.logs(&params.filter()?, limit, params.cursor.as_deref()).await.map(Json)
}

/// Read how far telemetry is on its way from acknowledged to queryable, and what was refused.
#[utoipa::path(
    get, path = "/otel/status", tag = "otel",
    responses((status = 200, body = Status), Problems)
)]
async fn get_status(State(service): State<OtelService>, _: TelemetryReader) -> ApiResult<Json<Status>> {
    service.status().await.map(Json)
}
