//! `/auth/sessions`: the browsers that the caller is signed in with.

use axum::extract::State;
use axum::http::StatusCode;
use junjo_web::{ApiJson, ApiPath, ApiQuery, ApiResult, Page, Problems};

use crate::current_user::CurrentUser;
use crate::origin::{RequestOrigin, Visit};
use crate::schemas::{EndSessionsQuery, EndedSessions, SessionView};
use crate::service::AuthState;
use crate::session_id::SessionId;

/// Lists the caller's sessions, the latest used first.
#[utoipa::path(
    get, path = "/auth/sessions", tag = "auth", security(("session" = [])),
    responses((status = 200, body = Page<SessionView>), Problems),
)]
pub(super) async fn list_sessions(
    State(state): State<AuthState>,
    caller: CurrentUser,
) -> ApiResult<ApiJson<Page<SessionView>>> {
    Ok(ApiJson(state.list_sessions(&caller).await?))
}

/// Ends one of the caller's sessions at once. Asks for the password again when that was presented too long ago.
#[utoipa::path(
    delete, path = "/auth/sessions/{id}", tag = "auth",
    params(("id" = Uuid, Path, description = "The session's id")), security(("session" = [])),
    responses((status = 204), Problems),
)]
pub(super) async fn end_session(
    State(state): State<AuthState>,
    caller: CurrentUser,
    origin: RequestOrigin,
    ApiPath(id): ApiPath<SessionId>,
) -> ApiResult<StatusCode> {
    caller.require_recent()?;
    state.end_session(&caller, id, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends all of the caller's sessions at once, or all but the one that asks. Asks for the password again when that was
/// presented too long ago.
#[utoipa::path(
    delete, path = "/auth/sessions", tag = "auth", params(EndSessionsQuery), security(("session" = [])),
    responses((status = 200, body = EndedSessions), Problems),
)]
pub(super) async fn end_sessions(
    State(state): State<AuthState>,
    caller: CurrentUser,
    visit: Visit,
    ApiQuery(query): ApiQuery<EndSessionsQuery>,
) -> ApiResult<ApiJson<EndedSessions>> {
    caller.require_recent()?;
    Ok(ApiJson(state.end_own_sessions(&caller, query.keep_current, &visit).await?))
}
