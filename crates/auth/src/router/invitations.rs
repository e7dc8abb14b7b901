//! `/auth/invitations`: what admins do to let somebody in.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use junjo_web::{ApiJson, ApiPath, ApiResult, Page, Problems};
use uuid::Uuid;

use crate::current_user::{AdminUser, RecentAdmin};
use crate::origin::RequestOrigin;
use crate::schemas::{CreatedInvitation, Invitation, NewInvitation};
use crate::service::AuthState;

/// Lists open invitations, newest first. For admins.
#[utoipa::path(
    get, path = "/auth/invitations", tag = "auth", security(("session" = ["admin"])),
    responses((status = 200, body = Page<Invitation>), Problems),
)]
pub(super) async fn list_invitations(
    State(state): State<AuthState>,
    AdminUser(admin): AdminUser,
) -> ApiResult<ApiJson<Page<Invitation>>> {
    Ok(ApiJson(state.list_invitations(&admin).await?))
}

/// Invites somebody and shows the one-time link, this once. For admins who signed in lately.
#[utoipa::path(
    post, path = "/auth/invitations", tag = "auth", request_body = NewInvitation,
    security(("session" = ["admin"])),
    responses((status = 201, body = CreatedInvitation), Problems),
)]
pub(super) async fn create_invitation(
    State(state): State<AuthState>,
    RecentAdmin(admin): RecentAdmin,
    origin: RequestOrigin,
    ApiJson(request): ApiJson<NewInvitation>,
) -> ApiResult<impl IntoResponse> {
    Ok((StatusCode::CREATED, ApiJson(state.invite(&admin, request, &origin).await?)))
}

/// Takes an invitation back. For admins.
#[utoipa::path(
    delete, path = "/auth/invitations/{id}", tag = "auth",
    params(("id" = Uuid, Path, description = "The invitation's id")), security(("session" = ["admin"])),
    responses((status = 204), Problems),
)]
pub(super) async fn revoke_invitation(
    State(state): State<AuthState>,
    AdminUser(admin): AdminUser,
    origin: RequestOrigin,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<StatusCode> {
    state.revoke_invitation(&admin, id, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}
