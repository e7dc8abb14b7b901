//! `/auth/password` and `/auth/reauthenticate`: the caller's password.

use axum::extract::State;
use axum::http::StatusCode;
use junjo_web::{ApiJson, ApiResult, Problems};

use crate::current_user::CurrentUser;
use crate::origin::Visit;
use crate::schemas::{PasswordChange, Reauthentication};
use crate::service::AuthState;

/// Changes the caller's password, ends their other sessions, and gives this one a new cookie.
#[utoipa::path(
    post, path = "/auth/password", tag = "auth", request_body = PasswordChange, security(("session" = [])),
    responses((status = 204), Problems),
)]
pub(super) async fn change_password(
    State(state): State<AuthState>,
    caller: CurrentUser,
    visit: Visit,
    ApiJson(change): ApiJson<PasswordChange>,
) -> ApiResult<StatusCode> {
    state.change_password(&caller, change, &visit).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Presents the caller's password once more, which opens sensitive changes for a while. Call it after a 403 of type
/// `urn:junjo:problem:not_recently_authenticated`.
#[utoipa::path(
    post, path = "/auth/reauthenticate", tag = "auth", request_body = Reauthentication, security(("session" = [])),
    responses((status = 204), Problems),
)]
pub(super) async fn reauthenticate(
    State(state): State<AuthState>,
    caller: CurrentUser,
    visit: Visit,
    ApiJson(presented): ApiJson<Reauthentication>,
) -> ApiResult<StatusCode> {
    state.reauthenticate(&caller, presented, &visit).await?;
    Ok(StatusCode::NO_CONTENT)
}
