//! `/auth/links`: what a one-time link is for, and using it up.

use axum::extract::State;
use junjo_web::{ApiJson, ApiResult, Problems};

use crate::origin::{RequestOrigin, Visit};
use crate::schemas::{AccountView, LinkRedemption, LinkToken, LinkView};
use crate::service::AuthState;

/// Tells what a one-time link is for. 404 for one that does not work (any more).
#[utoipa::path(
    post, path = "/auth/links/inspect", tag = "auth", request_body = LinkToken, security(()),
    responses((status = 200, body = LinkView), Problems),
)]
pub(super) async fn inspect_link(
    State(state): State<AuthState>,
    origin: RequestOrigin,
    ApiJson(link): ApiJson<LinkToken>,
) -> ApiResult<ApiJson<LinkView>> {
    Ok(ApiJson(state.inspect_link(&link.token, &origin).await?))
}

/// Sets the password of a one-time link's account, which an invitation adds, and signs in. The link works once.
#[utoipa::path(
    post, path = "/auth/links/redeem", tag = "auth", request_body = LinkRedemption, security(()),
    responses((status = 200, body = AccountView), Problems),
)]
pub(super) async fn redeem_link(
    State(state): State<AuthState>,
    visit: Visit,
    ApiJson(redemption): ApiJson<LinkRedemption>,
) -> ApiResult<ApiJson<AccountView>> {
    let account = state.redeem_link(redemption, &visit).await?;
    Ok(ApiJson(AccountView::from(&account)))
}
