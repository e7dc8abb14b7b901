//! `/auth/accounts`: what admins do with accounts. The paths under `/auth/users` are the old ones of the same operations.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use junjo_web::{ApiJson, ApiPath, ApiQuery, ApiResult, Limit, Page, Problems, decode_cursor, with_alias};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::account::AccountId;
use crate::current_user::{AdminUser, RecentAdmin};
use crate::origin::{RequestOrigin, Visit};
use crate::schemas::{AccountChange, EndedSessions, ManagedAccount, PageQuery, ResetLink, SessionView};
use crate::service::{ACCOUNTS_CURSOR_VERSION, AuthState};

/// Page sizes of the list.
const PAGE: Limit = Limit::new(100, 500);

pub(super) fn routes() -> OpenApiRouter<AuthState> {
    OpenApiRouter::new()
        .routes(with_alias(routes!(list_accounts), "/auth/users"))
        .routes(with_alias(routes!(end_all_sessions), "/auth/users/sessions"))
        .routes(with_alias(routes!(change_account, delete_account), "/auth/users/{id}"))
        .routes(with_alias(routes!(create_reset_link), "/auth/users/{id}/reset-link"))
        .routes(with_alias(routes!(list_account_sessions, end_account_sessions), "/auth/users/{id}/sessions"))
}

/// Lists accounts, oldest first. For admins.
#[utoipa::path(
    get, path = "/auth/accounts", tag = "auth", params(PageQuery), security(("session" = ["admin"])),
    responses((status = 200, body = Page<ManagedAccount>), Problems),
)]
async fn list_accounts(
    State(state): State<AuthState>,
    AdminUser(admin): AdminUser,
    ApiQuery(query): ApiQuery<PageQuery>,
) -> ApiResult<ApiJson<Page<ManagedAccount>>> {
    let after = query.cursor.map(|cursor| decode_cursor(ACCOUNTS_CURSOR_VERSION, &cursor)).transpose()?;
    Ok(ApiJson(state.list_accounts(&admin, after, PAGE.clamp(query.limit)).await?))
}

/// Changes what an account may do; it has to sign in again. 409 for the last admin. For admins who signed in lately.
#[utoipa::path(
    patch, path = "/auth/accounts/{id}", tag = "auth", request_body = AccountChange,
    params(("id" = Uuid, Path, description = "The account's id")), security(("session" = ["admin"])),
    responses((status = 200, body = ManagedAccount), Problems),
)]
async fn change_account(
    State(state): State<AuthState>,
    RecentAdmin(admin): RecentAdmin,
    visit: Visit,
    ApiPath(id): ApiPath<AccountId>,
    ApiJson(change): ApiJson<AccountChange>,
) -> ApiResult<ApiJson<ManagedAccount>> {
    Ok(ApiJson(state.change_role(&admin, id, change.role, &visit).await?))
}

/// Deletes an account and ends its sessions at once; its API keys stay. 409 for the last admin. For admins who signed in
/// lately.
#[utoipa::path(
    delete, path = "/auth/accounts/{id}", tag = "auth",
    params(("id" = Uuid, Path, description = "The account's id")), security(("session" = ["admin"])),
    responses((status = 204), Problems),
)]
async fn delete_account(
    State(state): State<AuthState>,
    RecentAdmin(admin): RecentAdmin,
    origin: RequestOrigin,
    ApiPath(id): ApiPath<AccountId>,
) -> ApiResult<StatusCode> {
    state.delete_account(&admin, id, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a link with which somebody sets a new password, once, within an hour. For admins who signed in lately.
#[utoipa::path(
    post, path = "/auth/accounts/{id}/reset-link", tag = "auth",
    params(("id" = Uuid, Path, description = "The account's id")), security(("session" = ["admin"])),
    responses((status = 201, body = ResetLink), Problems),
)]
async fn create_reset_link(
    State(state): State<AuthState>,
    RecentAdmin(admin): RecentAdmin,
    origin: RequestOrigin,
    ApiPath(id): ApiPath<AccountId>,
) -> ApiResult<impl IntoResponse> {
    Ok((StatusCode::CREATED, ApiJson(state.make_reset_link(&admin, id, &origin).await?)))
}

/// Lists the sessions of an account, the latest used first. For admins.
#[utoipa::path(
    get, path = "/auth/accounts/{id}/sessions", tag = "auth",
    params(("id" = Uuid, Path, description = "The account's id")), security(("session" = ["admin"])),
    responses((status = 200, body = Page<SessionView>), Problems),
)]
async fn list_account_sessions(
    State(state): State<AuthState>,
    AdminUser(admin): AdminUser,
    ApiPath(id): ApiPath<AccountId>,
) -> ApiResult<ApiJson<Page<SessionView>>> {
    Ok(ApiJson(state.list_sessions_as_admin(&admin, id).await?))
}

/// Signs an account out everywhere. For admins who signed in lately.
#[utoipa::path(
    delete, path = "/auth/accounts/{id}/sessions", tag = "auth",
    params(("id" = Uuid, Path, description = "The account's id")), security(("session" = ["admin"])),
    responses((status = 200, body = EndedSessions), Problems),
)]
async fn end_account_sessions(
    State(state): State<AuthState>,
    RecentAdmin(admin): RecentAdmin,
    origin: RequestOrigin,
    ApiPath(id): ApiPath<AccountId>,
) -> ApiResult<ApiJson<EndedSessions>> {
    Ok(ApiJson(state.end_sessions_as_admin(&admin, Some(id), &origin).await?))
}

/// Signs everybody out but the caller. For admins who signed in lately.
#[utoipa::path(
    delete, path = "/auth/accounts/sessions", tag = "auth", security(("session" = ["admin"])),
    responses((status = 200, body = EndedSessions), Problems),
)]
async fn end_all_sessions(
    State(state): State<AuthState>,
    RecentAdmin(admin): RecentAdmin,
    origin: RequestOrigin,
) -> ApiResult<ApiJson<EndedSessions>> {
    Ok(ApiJson(state.end_sessions_as_admin(&admin, None, &origin).await?))
}
