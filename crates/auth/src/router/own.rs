//! What everybody does with their own account: `/auth/sessions`, `/auth/password`, `/auth/reauthenticate`, and one-time links.

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use junjo_web::client::ClientInfo;
use junjo_web::{ApiJson, ApiPath, ApiQuery, ApiResult, Page, Problems};
use tower_sessions::Session;

use crate::audit::RequestOrigin;
use crate::current_user::CurrentUser;
use crate::password::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN};
use crate::schemas::{
    AuthPolicy, EndSessionsQuery, EndedSessions, LinkRedemption, LinkToken, LinkView, PasswordChange,
    Reauthentication, SessionView, UserView, is_transport_insecure,
};
use crate::service::AuthState;
use crate::session::SessionId;

/// Tells what a page has to know before anybody signs in.
#[utoipa::path(
    get, path = "/auth/config", tag = "auth", security(()),
    responses((status = 200, body = AuthPolicy), Problems),
)]
pub(super) async fn get_config(
    State(state): State<AuthState>,
    client: Option<Extension<ClientInfo>>,
    headers: HeaderMap,
) -> ApiJson<AuthPolicy> {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let config = state.config();
    ApiJson(AuthPolicy {
        is_transport_insecure: client.is_none_or(|Extension(client)| is_transport_insecure(client, host)),
        password_chars_min: PASSWORD_CHARS_MIN,
        password_chars_max: PASSWORD_CHARS_MAX,
        session_idle_seconds: config.session_idle_timeout.as_secs(),
        session_absolute_seconds: config.session_absolute_timeout.as_secs(),
        reauthentication_seconds: config.reauthentication_window.as_secs(),
    })
}

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
    Extension(cookie): Extension<Session>,
    caller: CurrentUser,
    origin: RequestOrigin,
    ApiQuery(query): ApiQuery<EndSessionsQuery>,
) -> ApiResult<ApiJson<EndedSessions>> {
    caller.require_recent()?;
    Ok(ApiJson(state.end_own_sessions(&caller, query.keep_current, &cookie, &origin).await?))
}

/// Changes the caller's password, ends their other sessions, and gives this one a new cookie.
#[utoipa::path(
    post, path = "/auth/password", tag = "auth", request_body = PasswordChange, security(("session" = [])),
    responses((status = 204), Problems),
)]
pub(super) async fn change_password(
    State(state): State<AuthState>,
    Extension(cookie): Extension<Session>,
    caller: CurrentUser,
    origin: RequestOrigin,
    ApiJson(change): ApiJson<PasswordChange>,
) -> ApiResult<StatusCode> {
    state.change_password(&caller, change, &cookie, &origin).await?;
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
    Extension(cookie): Extension<Session>,
    caller: CurrentUser,
    origin: RequestOrigin,
    ApiJson(presented): ApiJson<Reauthentication>,
) -> ApiResult<StatusCode> {
    state.reauthenticate(&caller, presented, &cookie, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

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
    responses((status = 200, body = UserView), Problems),
)]
pub(super) async fn redeem_link(
    State(state): State<AuthState>,
    Extension(cookie): Extension<Session>,
    origin: RequestOrigin,
    ApiJson(redemption): ApiJson<LinkRedemption>,
) -> ApiResult<ApiJson<UserView>> {
    let user = state.redeem_link(redemption, &cookie, &origin).await?;
    Ok(ApiJson(UserView::from(&user)))
}
