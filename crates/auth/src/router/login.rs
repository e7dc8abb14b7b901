//! Set-up, registration, signing in and out: `/auth/setup`, `/auth/config`, `/auth/register`, `/auth/login`, `/auth/logout`, `/auth/me`.

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use junjo_web::client::ClientInfo;
use junjo_web::{ApiJson, ApiResult, Problems};

use crate::current_user::CurrentUser;
use crate::origin::Visit;
use crate::password::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN};
use crate::schemas::{AccountView, AuthPolicy, Credentials, NewAccount, SetupStatus, is_transport_insecure};
use crate::service::AuthState;

/// Tells whether the server still waits for its first account.
#[utoipa::path(
    get, path = "/auth/setup", tag = "auth", security(()),
    responses((status = 200, body = SetupStatus), Problems),
)]
pub(super) async fn get_setup(State(state): State<AuthState>) -> ApiResult<ApiJson<SetupStatus>> {
    Ok(ApiJson(SetupStatus { needs_setup: state.needs_setup().await? }))
}

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

/// Creates an account. Open to anybody while there is none, who is then signed in as admin; later only to admins.
#[utoipa::path(
    post, path = "/auth/register", tag = "auth", request_body = NewAccount,
    security((), ("session" = ["admin"])),
    responses((status = 201, body = AccountView), Problems),
)]
pub(super) async fn register_account(
    State(state): State<AuthState>,
    caller: Option<CurrentUser>,
    visit: Visit,
    ApiJson(request): ApiJson<NewAccount>,
) -> ApiResult<impl IntoResponse> {
    let account = state.register(caller, request, &visit).await?;
    Ok((StatusCode::CREATED, ApiJson(AccountView::from(&account))))
}

/// Signs in and sets the session cookie.
#[utoipa::path(
    post, path = "/auth/login", tag = "auth", request_body = Credentials, security(()),
    responses((status = 200, body = AccountView), Problems),
)]
pub(super) async fn login(
    State(state): State<AuthState>,
    visit: Visit,
    ApiJson(credentials): ApiJson<Credentials>,
) -> ApiResult<ApiJson<AccountView>> {
    let account = state.login(credentials, &visit).await?;
    Ok(ApiJson(AccountView::from(&account)))
}

/// Signs out. Without a session it does nothing and still answers 204.
#[utoipa::path(
    post, path = "/auth/logout", tag = "auth",
    security((), ("session" = [])),
    responses((status = 204), Problems),
)]
pub(super) async fn logout(
    State(state): State<AuthState>,
    caller: Option<CurrentUser>,
    visit: Visit,
) -> ApiResult<StatusCode> {
    state.logout(caller, &visit).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The account that is signed in.
#[utoipa::path(
    get, path = "/auth/me", tag = "auth",
    security(("session" = [])),
    responses((status = 200, body = AccountView), Problems),
)]
pub(super) async fn get_me(user: CurrentUser) -> ApiJson<AccountView> {
    ApiJson(AccountView::from(&user))
}
