//! `/otel/deletions`: telemetry that somebody wants forgotten, and how far that is.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use junjo_auth::{AuditEvent, AuditLog, RecentAdmin, RequestOrigin, TelemetryReader};
use junjo_span_store::{Deletion as StoredDeletion, DeletionRequest, DeletionSubject, DeletionTarget};
use junjo_telemetry::params::{PageParams, trace_id};
use junjo_telemetry::{CURSOR_VERSION, PageAsk, Telemetry, TelemetryError};
use junjo_web::clock::rfc3339_nanos;
use junjo_web::{
    ApiError, ApiJson, ApiPath, ApiQuery, ApiResult, Page, Problems, decode_cursor, encode_cursor,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::OtelState;

/// Traces that one request may name.
const TRACE_IDS_MAX: usize = 10_000;
/// Traces of a deletion that are shown; the rest is counted.
const SHOWN_TRACE_IDS_MAX: usize = 100;
/// Longest name of a service, conversation or user that can be given; what has a longer one is deleted by its traces.
const NAME_BYTES_MAX: usize = 4_096;

pub(crate) fn routes() -> OpenApiRouter<OtelState> {
    OpenApiRouter::new().routes(routes!(list_deletions, create_deletion)).routes(routes!(get_deletion))
}

/// What to delete: exactly one of the fields.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDeletion {
    /// These traces, 32 hexadecimal digits each, 10,000 at most: their spans and log records.
    trace_ids: Option<Vec<String>>,
    /// Everything that this service sent: spans and log records.
    service: Option<String>,
    /// The traces that have a span of this conversation.
    session_id: Option<String>,
    /// The traces that have a span of this user.
    user_id: Option<String>,
}

/// Something that was to be deleted.
#[derive(Debug, Serialize, ToSchema)]
struct Deletion {
    id: String,
    state: DeletionState,
    /// The service; null when traces were named.
    service: Option<String>,
    /// Traces; null when a service was named.
    trace_count: Option<u64>,
    /// The first hundred of them.
    trace_ids: Vec<String>,
    /// Records with a higher sequence are new data.
    through_sequence: i64,
    requested_at: String,
    /// Id of the account; null when the service's retention did it.
    requested_by: Option<String>,
    /// Null while it is pending.
    finished_at: Option<String>,
}

/// How far a deletion is. No query shows any of it in either state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum DeletionState {
    /// Some file of the data folder may still hold bytes of it.
    Pending,
    /// No file of the data folder holds a byte of it. Backups are not reached.
    Done,
}

impl From<StoredDeletion> for Deletion {
    fn from(deletion: StoredDeletion) -> Self {
        let (service, traces) = match deletion.target {
            DeletionTarget::Service(name) => (Some(name), None),
            DeletionTarget::Traces(ids) => (None, Some(ids)),
        };
        let is_done = deletion.finished_at_unix_nano.is_some();
        Self {
            id: deletion.id.to_string(),
            state: if is_done { DeletionState::Done } else { DeletionState::Pending },
            service,
            trace_count: traces.as_ref().map(|ids| ids.len() as u64),
            trace_ids: traces.iter().flatten().take(SHOWN_TRACE_IDS_MAX).map(ToString::to_string).collect(),
            through_sequence: deletion.through.0,
            requested_at: rfc3339_nanos(deletion.requested_at_unix_nano),
            requested_by: deletion.requested_by,
            finished_at: deletion.finished_at_unix_nano.map(rfc3339_nanos),
        }
    }
}

impl NewDeletion {
    fn subject(self) -> ApiResult<(DeletionSubject, &'static str)> {
        let Self { trace_ids, service, session_id, user_id } = self;
        match (trace_ids, service, session_id, user_id) {
            (Some(ids), None, None, None) => Ok((DeletionSubject::Traces(parse_ids(&ids)?), "traces")),
            (None, Some(name), None, None) => {
                Ok((DeletionSubject::Service(name_of("service", name)?), "service"))
            }
            (None, None, Some(id), None) => {
                Ok((DeletionSubject::Conversation(name_of("session_id", id)?), "session"))
            }
            (None, None, None, Some(id)) => Ok((DeletionSubject::User(name_of("user_id", id)?), "user")),
            _ => Err(ApiError::invalid_input(
                "Say what to delete with exactly one of trace_ids, service, session_id and user_id.",
            )),
        }
    }
}

fn parse_ids(ids: &[String]) -> ApiResult<Vec<junjo_span_model::TraceId>> {
    if ids.is_empty() || ids.len() > TRACE_IDS_MAX {
        let message = format!("must have 1 to {TRACE_IDS_MAX} ids");
        return Err(ApiError::invalid_field("trace_ids", message));
    }
    ids.iter().map(|id| trace_id(id)).collect()
}

fn name_of(field: &'static str, name: String) -> ApiResult<String> {
    if name.len() > NAME_BYTES_MAX {
        return Err(ApiError::invalid_field(field, format!("must have at most {NAME_BYTES_MAX} bytes")));
    }
    Ok(name)
}

/// Delete telemetry. For admins who gave their password lately.
///
/// When this answers, no query shows any of what was received so far; `state` says when it is gone from the disk too. What
/// is received later is new data. It cannot be undone.
#[utoipa::path(
    post, path = "/otel/deletions", tag = "otel", request_body = NewDeletion,
    security(("session" = ["admin"])),
    responses((status = 202, body = Deletion), Problems)
)]
async fn create_deletion(
    State(telemetry): State<Telemetry>,
    State(audit): State<AuditLog>,
    RecentAdmin(admin): RecentAdmin,
    origin: RequestOrigin,
    ApiJson(new): ApiJson<NewDeletion>,
) -> ApiResult<(StatusCode, Json<Deletion>)> {
    let (subject, word) = new.subject()?;
    if matches!(subject, DeletionSubject::Conversation(_) | DeletionSubject::User(_)) {
        // their traces are looked up in the index
        telemetry.all_arrived().await?;
    }
    let at_unix_nano = telemetry.now_unix_nano();
    let request = DeletionRequest { at_unix_nano, by: Some(admin.id.to_string()) };
    let deletion = telemetry.store().delete(subject, request).await.map_err(TelemetryError::from)?;
    let deletion = deletion.ok_or_else(|| ApiError::not_found("No trace belongs to it."))?;
    let event = AuditEvent::success("telemetry.delete", admin.id).on(deletion.id).saying(word);
    audit.record(&origin, event).await;
    Ok((StatusCode::ACCEPTED, Json(deletion.into())))
}

/// List deletions, newest first. Of those that are done the newest thousand are kept.
#[utoipa::path(
    get, path = "/otel/deletions", tag = "otel", params(PageParams),
    responses((status = 200, body = Page<Deletion>), Problems)
)]
async fn list_deletions(
    State(telemetry): State<Telemetry>,
    _: TelemetryReader,
    ApiQuery(params): ApiQuery<PageParams>,
) -> ApiResult<Json<Page<Deletion>>> {
    let PageAsk { limit, cursor } = params.ask();
    let before = cursor.map(|cursor| decode_cursor(CURSOR_VERSION, cursor)).transpose()?;
    let rows = telemetry.store().deletions(before, limit + 1).await.map_err(TelemetryError::from)?;
    let page = Page::from_rows(rows, limit, |last| encode_cursor(CURSOR_VERSION, &last.id));
    Ok(Json(page.map(Deletion::from)))
}

/// Read how far a deletion is.
#[utoipa::path(
    get, path = "/otel/deletions/{id}", tag = "otel",
    params(("id" = String, Path, description = "The deletion's id")),
    responses((status = 200, body = Deletion), Problems)
)]
async fn get_deletion(
    State(telemetry): State<Telemetry>,
    _: TelemetryReader,
    ApiPath(id): ApiPath<String>,
) -> ApiResult<Json<Deletion>> {
    let unknown = || ApiError::not_found("There is no such deletion.");
    let id = id.parse().map_err(|_| unknown())?;
    let deletion = telemetry.store().deletion(id).await.map_err(TelemetryError::from)?.ok_or_else(unknown)?;
    Ok(Json(deletion.into()))
}
