//! `/otel/retention`: how long telemetry is kept.

use std::collections::HashSet;

use axum::Json;
use axum::extract::State;
use junjo_auth::{AuditEvent, AuditLog, RecentAdmin, RequestOrigin, TelemetryReader};
use junjo_span_store::ServiceAge;
use junjo_telemetry::{Telemetry, TelemetryError};
use junjo_web::{ApiError, ApiJson, ApiResult, Problems};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::OtelState;

/// Services that may have an age of their own.
const SERVICES_MAX: usize = 1_000;
/// Longest age: as long as a file may be kept at all.
const DAYS_MAX: u32 = 36_500;
/// Longest name of a service.
const NAME_BYTES_MAX: usize = 4_096;

pub(crate) fn routes() -> OpenApiRouter<OtelState> {
    OpenApiRouter::new().routes(routes!(get_retention, set_retention))
}

/// How long telemetry is kept.
#[derive(Debug, Serialize, ToSchema)]
struct Retention {
    /// Whole UTC days after the day of receipt (JUNJO_RETENTION_DAYS); null for ever.
    days: Option<u32>,
    /// Bytes of archive files that are kept, the newest ones (JUNJO_RETENTION_BYTES); null for as many as there are.
    bytes: Option<u64>,
    /// Services whose telemetry is kept for fewer days, by name.
    services: Vec<ServiceRetention>,
}

/// The services whose telemetry is kept for fewer days than the rest.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RetentionChange {
    /// All of them: a service that is not named is kept like the rest.
    services: Vec<ServiceRetention>,
}

/// How long the telemetry of one service is kept.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ServiceRetention {
    service: String,
    /// Whole UTC days after the day of receipt, 1 to 36,500.
    #[schema(minimum = 1, maximum = 36_500)]
    days: u32,
}

/// Read how long telemetry is kept.
#[utoipa::path(
    get, path = "/otel/retention", tag = "otel",
    responses((status = 200, body = Retention), Problems)
)]
async fn get_retention(State(telemetry): State<Telemetry>, _: TelemetryReader) -> ApiResult<Json<Retention>> {
    current(&telemetry).await.map(Json)
}

/// Set for how long the telemetry of single services is kept. For admins who gave their password lately.
///
/// What is older is deleted within a minute, and once a day from then on.
#[utoipa::path(
    put, path = "/otel/retention", tag = "otel", request_body = RetentionChange,
    security(("session" = ["admin"])),
    responses((status = 200, body = Retention), Problems)
)]
async fn set_retention(
    State(telemetry): State<Telemetry>,
    State(audit): State<AuditLog>,
    RecentAdmin(admin): RecentAdmin,
    origin: RequestOrigin,
    ApiJson(change): ApiJson<RetentionChange>,
) -> ApiResult<Json<Retention>> {
    let ages = ages(change)?;
    telemetry.store().set_service_ages(&ages).await.map_err(TelemetryError::from)?;
    audit.record(&origin, AuditEvent::success("telemetry.retention", admin.id).on(ages.len())).await;
    current(&telemetry).await.map(Json)
}

async fn current(telemetry: &Telemetry) -> ApiResult<Retention> {
    let ages = telemetry.store().service_ages().await.map_err(TelemetryError::from)?;
    let retention = telemetry.store().retention();
    let services = ages.into_iter().map(|age| ServiceRetention { service: age.service, days: age.days });
    Ok(Retention { days: retention.days, bytes: retention.bytes, services: services.collect() })
}

fn ages(change: RetentionChange) -> ApiResult<Vec<ServiceAge>> {
    if change.services.len() > SERVICES_MAX {
        return Err(ApiError::invalid_field("services", format!("must have at most {SERVICES_MAX} items")));
    }
    let mut names = HashSet::new();
    let age = |(index, item): (usize, ServiceRetention)| {
        if item.service.len() > NAME_BYTES_MAX {
            let message = format!("must have at most {NAME_BYTES_MAX} bytes");
            return Err(ApiError::invalid_field(format!("services.{index}.service"), message));
        }
        if !(1..=DAYS_MAX).contains(&item.days) {
            let message = format!("must be 1 to {DAYS_MAX}");
            return Err(ApiError::invalid_field(format!("services.{index}.days"), message));
        }
        if !names.insert(item.service.clone()) {
            return Err(ApiError::invalid_field(format!("services.{index}.service"), "is named twice"));
        }
        Ok(ServiceAge { service: item.service, days: item.days })
    };
    change.services.into_iter().enumerate().map(age).collect()
}
