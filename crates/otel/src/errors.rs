//! `GET /otel/errors`, failures by kind, and `PATCH /otel/errors/{fingerprint}`, what is decided about one.

use axum::extract::State;
use axum::http::StatusCode;
use junjo_auth::{AuditEvent, AuditLog, MemberUser, RequestOrigin, TelemetryReader};
use junjo_span_store::Decision;
use junjo_telemetry::answers::{ErrorGroups, ErrorState};
use junjo_telemetry::params::{FailureParams, TimeParams};
use junjo_telemetry::{Telemetry, TelemetryError};
use junjo_web::{ApiError, ApiJson, ApiPath, ApiQueries, ApiResult, Problems};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answer::Answer;
use crate::state::OtelState;

/// Hexadecimal digits of a fingerprint.
const FINGERPRINT_CHARS: usize = 16;

pub(crate) fn routes() -> OpenApiRouter<OtelState> {
    OpenApiRouter::new().routes(routes!(list_errors)).routes(routes!(set_error_state))
}

/// What is decided about a kind of failure.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ErrorStateChange {
    /// `open`, `muted` or `resolved`. A resolved one that comes back is `regressed` by itself.
    state: ErrorState,
}

/// List failures by kind, the most frequent first, with how they came over time.
///
/// Without `to` the range ends now; without `from` it has 24 hours.
#[utoipa::path(
    get, path = "/otel/errors", tag = "otel", params(TimeParams, FailureParams),
    responses((status = 200, body = ErrorGroups), Problems)
)]
async fn list_errors(
    State(telemetry): State<Telemetry>,
    _: TelemetryReader,
    ApiQueries((time, errors)): ApiQueries<(TimeParams, FailureParams)>,
) -> ApiResult<Answer<ErrorGroups>> {
    let filter = errors.to_filter(&time, telemetry.now_unix_nano())?;
    Ok(Answer(telemetry.errors(filter, errors.kinds_max()).await?))
}

/// Decide about one kind of failure: open, muted or resolved.
#[utoipa::path(
    patch, path = "/otel/errors/{fingerprint}", tag = "otel", request_body = ErrorStateChange,
    params(("fingerprint" = String, Path, description = "16 hexadecimal digits")),
    security(("session" = ["member"])),
    responses((status = 204, description = "It is written down."), Problems)
)]
async fn set_error_state(
    State(telemetry): State<Telemetry>,
    State(audit): State<AuditLog>,
    MemberUser(user): MemberUser,
    origin: RequestOrigin,
    ApiPath(fingerprint): ApiPath<String>,
    ApiJson(change): ApiJson<ErrorStateChange>,
) -> ApiResult<StatusCode> {
    let is_hex = fingerprint.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if fingerprint.len() != FINGERPRINT_CHARS || !is_hex {
        return Err(ApiError::invalid_field("fingerprint", "give 16 hexadecimal digits in lower case"));
    }
    let decision = match change.state {
        ErrorState::Open => None,
        ErrorState::Muted => Some(Decision::Muted),
        ErrorState::Resolved => Some(Decision::Resolved),
        ErrorState::Regressed => {
            return Err(ApiError::invalid_field("state", "give open, muted or resolved"));
        }
    };
    let now = telemetry.now_unix_nano();
    let written = telemetry.store().decide_failure(&fingerprint, decision, now).await;
    written.map_err(TelemetryError::from)?;
    audit.record(&origin, AuditEvent::success("telemetry.error_state", user.id).on(fingerprint)).await;
    Ok(StatusCode::NO_CONTENT)
}
