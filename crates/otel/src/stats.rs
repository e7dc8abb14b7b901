//! `GET /otel/stats`: counts, errors, latency percentiles, tokens and cost over time and by group.

use axum::extract::State;
use junjo_auth::TelemetryReader;
use junjo_telemetry::Telemetry;
use junjo_telemetry::answers::StatsAnswer;
use junjo_telemetry::params::{FilterParams, StatsParams, TimeParams};
use junjo_web::{ApiQueries, ApiResult, Problems};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::Answer;
use crate::state::OtelState;

pub(crate) fn routes() -> OpenApiRouter<OtelState> {
    OpenApiRouter::new().routes(routes!(get_stats))
}

/// Count spans or traces by time and group: errors, latency percentiles, tokens, cost.
///
/// Without `to` the range ends now; without `from` it has 24 hours.
#[utoipa::path(
    get, path = "/otel/stats", tag = "otel", params(TimeParams, FilterParams, StatsParams),
    responses((status = 200, body = StatsAnswer), Problems)
)]
async fn get_stats(
    State(telemetry): State<Telemetry>,
    _: TelemetryReader,
    ApiQueries((time, filter, stats)): ApiQueries<(TimeParams, FilterParams, StatsParams)>,
) -> ApiResult<Answer<StatsAnswer>> {
    let question = stats.to_question(&time, &filter, telemetry.now_unix_nano())?;
    Ok(Answer(telemetry.stats(question).await?))
}
