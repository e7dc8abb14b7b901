//! `GET /otel/spans`, spans of all traces by any field, and `GET /otel/spans/{trace_id}/{span_id}`, one whole span.

use axum::extract::State;
use junjo_auth::TelemetryReader;
use junjo_telemetry::answers::{Span, SpanItem};
use junjo_telemetry::params::{FilterParams, PageParams, SpanFilterParams, TimeParams, span_id, trace_id};
use junjo_telemetry::{SearchPage, Telemetry};
use junjo_web::{ApiPath, ApiQueries, ApiResult, Problems};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::Answer;
use crate::state::OtelState;

pub(crate) fn routes() -> OpenApiRouter<OtelState> {
    OpenApiRouter::new().routes(routes!(list_spans)).routes(routes!(get_span))
}

/// List spans, newest first.
///
/// The language of `filter`: fields are those that `GET /otel/fields` lists, for example `service`, `model` or `duration_ms`, and
/// `attributes.KEY` and `resource.KEY` for any attribute (quote a key with blanks: `attributes."a key"`).
/// Operators: `=`, `!=`, `<`, `<=`, `>`, `>=`, `contains` (in any case), `in (a, b)`, `not in (a, b)`, `exists`;
/// conditions are joined with `and`, `or`, `not` and parentheses. `!=` and `not` also match spans without the field.
#[utoipa::path(
    get, path = "/otel/spans", tag = "otel", params(TimeParams, FilterParams, SpanFilterParams, PageParams),
    responses((status = 200, body = SearchPage<SpanItem>), Problems)
)]
async fn list_spans(
    State(telemetry): State<Telemetry>,
    _: TelemetryReader,
    ApiQueries((time, shared, spans, page)): ApiQueries<(
        TimeParams,
        FilterParams,
        SpanFilterParams,
        PageParams,
    )>,
) -> ApiResult<Answer<SearchPage<SpanItem>>> {
    let filter = spans.to_filter(&time, &shared)?;
    Ok(Answer(telemetry.spans(&filter, page.ask()).await?))
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
    State(telemetry): State<Telemetry>,
    _: TelemetryReader,
    ApiPath((trace, span)): ApiPath<(String, String)>,
) -> ApiResult<Answer<Span>> {
    Ok(Answer(telemetry.span(trace_id(&trace)?, span_id(&span)?).await?))
}
