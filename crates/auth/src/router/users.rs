//! `/auth/users`: what admins do with accounts.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use junjo_web::{ApiJson, ApiPath, ApiQuery, ApiResult, Limit, Page, Problems, decode_cursor};

use crate::current_user::{AdminUser, RecentAdmin};
use crate::origin::{RequestOrigin, Visit};
use crate::schemas::{AccountChange, EndedSessions, ManagedUser, PageQuery, ResetLink, SessionView};
use crate::service::{AuthState, USERS_CURSOR_VERSION};
use crate::user::UserId;

/// Page sizes of the list.
const PAGE: Limit = Limit::new(100, 500);

/// Lists accounts, oldest first. For admins.
#[utoipa::path(
    get, path = "/auth/users", tag = "auth", params(PageQuery), security(("session" = ["admin"])),
    responses((status = 200, body = Page<ManagedUser>), Problems),
)]
pub(super) async fn list_users(
    State(state): State<AuthState>,
    AdminUser(admin): AdminUser,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> ApiResult<ApiJson<Page<ManagedUser>>> {
    let after = query.cursor.map(|cursor| decode_cursor(USERS_CURSOR_VERSION, &cursor)).transpose()?;
    Ok(ApiJson(state.list_users(&admin, after, PAGE.clamp(query.limit)).await?))
}

/// Changes what an account may do; it has to sign in again. 409 for the last admin. For admins who signed in lately.
#[utoipa::path(
    patch, path = "/auth/users/{id}", tag = "auth", request_body = AccountChange,
    params(("id" = Uuid, Path, description = "The account's id")), security(("session" = ["admin"])),
    responses((status = 200, body = ManagedUser), Problems),
)]
pub(super) async fn change_user(
    State(state): State<AuthState>,
    RecentAdmin(admin): RecentAdmin,
    visit: Visit,
    ApiPath(id): ApiPath<UserId>,
    ApiJson(change): ApiJson<AccountChange>,
) -> ApiResult<ApiJson<ManagedUser>> {
    Ok(ApiJson(state.change_role(&admin, id, change.role, &visit).await?))
}

/// Deletes an account and ends its sessions at once; its API keys stay. 409 for the last admin. For admins who signed in
/// lately.
#[utoipa::path(
    delete, path = "/auth/users/{id}", tag = "auth",
    params(("id" = Uuid, Path, description = "The account's id")), security(("session" = ["admin"])),
    responses((status = 204), Problems),
)]
pub(super) async fn delete_user(
    State(state): State<AuthState>,
    RecentAdmin(admin): RecentAdmin,
    origin: RequestOrigin,
    ApiPath(id): ApiPath<UserId>,
) -> ApiResult<StatusCode> {
    state.delete_user(&admin, id, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a link with which somebody sets a new password, once, within an hour. For admins who signed in lately.
#[utoipa::path(
    post, path = "/auth/users/{id}/reset-link", tag = "auth",
    params(("id" = Uuid, Path, description = "The account's id")), security(("session" = ["admin"])),
    responses((status = 201, body = ResetLink), Problems),
)]
pub(super) async fn create_reset_link(
    State(state): State<AuthState>,
    RecentAdmin(admin): RecentAdmin,
    origin: RequestOrigin,
    ApiPath(id): ApiPath<UserId>,
) -> ApiResult<impl IntoResponse> {
    Ok((StatusCode::CREATED, ApiJson(state.make_reset_link(&admin, id, &origin).await?)))
}

/// Lists the sessions of an account, the latest used first. For admins.
#[utoipa::path(
    get, path = "/auth/users/{id}/sessions", tag = "auth",
    params(("id" = Uuid, Path, description = "The account's id")), security(("session" = ["admin"])),
    responses((status = 200, body = Page<SessionView>), Problems),
)]
pub(super) async fn list_user_sessions(
    State(state): State<AuthState>,
    AdminUser(admin): AdminUser,
    ApiPath(id): ApiPath<UserId>,
) -> ApiResult<ApiJson<Page<SessionView>>> {
    Ok(ApiJson(state.list_sessions_as_admin(&admin, id).await?))
}

/// Signs an account out everywhere. For admins who signed in lately.
#[utoipa::path(
    delete, path = "/auth/users/{id}/sessions", tag = "auth",
    params(("id" = Uuid, Path, description = "The account's id")), security(("session" = ["admin"])),
    responses((status = 200, body = EndedSessions), Problems),
)]
pub(super) async fn end_user_sessions(
    State(state): State<AuthState>,
    RecentAdmin(admin): RecentAdmin,
    origin: RequestOrigin,
    ApiPath(id): ApiPath<UserId>,
) -> ApiResult<ApiJson<EndedSessions>> {
    Ok(ApiJson(state.end_sessions_as_admin(&admin, Some(id), &origin).await?))
}

/// Signs everybody out but the caller. For admins who signed in lately.
#[utoipa::path(
    delete, path = "/auth/users/sessions", tag = "auth", security(("session" = ["admin"])),
    responses((status = 200, body = EndedSessions), Problems),
)]
pub(super) async fn end_all_sessions(
    State(state): State<AuthState>,
    RecentAdmin(admin): RecentAdmin,
    origin: RequestOrigin,
) -> ApiResult<ApiJson<EndedSessions>> {
    Ok(ApiJson(state.end_sessions_as_admin(&admin, None, &origin).await?))
}
