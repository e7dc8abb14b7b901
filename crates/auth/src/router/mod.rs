//! `/auth`: HTTP in, service call, HTTP out. Here: set-up, signing in and out.

mod own;
mod users;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::{Extension, response::IntoResponse};
use junjo_web::document::{Partial, complete};
use junjo_web::{ApiJson, ApiResult, ProblemSchemas, Problems};
use tower_sessions::Session;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::audit::RequestOrigin;
use crate::current_user::CurrentUser;
use crate::reader::READ_KEY_SCHEME;
use crate::schemas::{Credentials, NewAccount, SetupStatus, UserView};
use crate::service::AuthState;
use crate::session::SESSION_COOKIE;

/// Bodies here are an address and a password of at most 512 characters; JSON escapes take up to 12 bytes each.
const BODY_BYTES_MAX: usize = 16 * 1024;

#[derive(OpenApi)]
#[openapi(modifiers(&SessionScheme), tags((name = "auth", description = "Accounts and browser sessions")))]
struct Document;

struct SessionScheme;

impl Modify for SessionScheme {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let cookie = ApiKeyValue::with_description(SESSION_COOKIE, "Set by POST /auth/login");
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        let key = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An API key of scope read; opens GET under /otel"))
            .build();
        components.add_security_scheme(READ_KEY_SCHEME, SecurityScheme::Http(key));
    }
}

/// The routes of `/auth`. They must be served inside [`crate::protect`].
pub fn routes() -> OpenApiRouter<AuthState> {
    let mut document = Document::openapi();
    document.merge(ProblemSchemas::openapi());
    let mut routes = OpenApiRouter::with_openapi(document)
        .routes(routes!(get_setup))
        .routes(routes!(register_user))
        .routes(routes!(login))
        .routes(routes!(logout))
        .routes(routes!(get_me))
        .routes(routes!(own::get_config))
        .routes(routes!(own::list_sessions, own::end_sessions))
        .routes(routes!(own::end_session))
        .routes(routes!(own::change_password))
        .routes(routes!(own::reauthenticate))
        .routes(routes!(own::inspect_link))
        .routes(routes!(own::redeem_link))
        .routes(routes!(users::list_users))
        .routes(routes!(users::end_all_sessions))
        .routes(routes!(users::change_user, users::delete_user))
        .routes(routes!(users::create_reset_link))
        .routes(routes!(users::list_user_sessions, users::end_user_sessions))
        .routes(routes!(users::list_invitations, users::create_invitation))
        .routes(routes!(users::revoke_invitation))
        .routes(routes!(users::list_audit_events))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    complete(routes.get_openapi_mut(), &Partial::default());
    routes
}

/// Tells whether the server still waits for its first account.
#[utoipa::path(
    get, path = "/auth/setup", tag = "auth", security(()),
    responses((status = 200, body = SetupStatus), Problems),
)]
async fn get_setup(State(state): State<AuthState>) -> ApiResult<ApiJson<SetupStatus>> {
    Ok(ApiJson(SetupStatus { needs_setup: state.needs_setup().await? }))
}

/// Creates an account. Open to anybody while there is none, who is then signed in as admin; later only to admins.
#[utoipa::path(
    post, path = "/auth/register", tag = "auth", request_body = NewAccount,
    security((), ("session" = ["admin"])),
    responses((status = 201, body = UserView), Problems),
)]
async fn register_user(
    State(state): State<AuthState>,
    Extension(cookie): Extension<Session>,
    caller: Option<CurrentUser>,
    origin: RequestOrigin,
    ApiJson(account): ApiJson<NewAccount>,
) -> ApiResult<impl IntoResponse> {
    let user = state.register(caller, account, &cookie, &origin).await?;
    Ok((StatusCode::CREATED, ApiJson(UserView::from(&user))))
}

/// Signs in and sets the session cookie.
#[utoipa::path(
    post, path = "/auth/login", tag = "auth", request_body = Credentials, security(()),
    responses((status = 200, body = UserView), Problems),
)]
async fn login(
    State(state): State<AuthState>,
    Extension(cookie): Extension<Session>,
    origin: RequestOrigin,
    ApiJson(credentials): ApiJson<Credentials>,
) -> ApiResult<ApiJson<UserView>> {
    let user = state.login(credentials, &cookie, &origin).await?;
    Ok(ApiJson(UserView::from(&user)))
}

/// Signs out. Without a session it does nothing and still answers 204.
#[utoipa::path(
    post, path = "/auth/logout", tag = "auth",
    security((), ("session" = [])),
    responses((status = 204), Problems),
)]
async fn logout(
    State(state): State<AuthState>,
    Extension(cookie): Extension<Session>,
    caller: Option<CurrentUser>,
    origin: RequestOrigin,
) -> ApiResult<StatusCode> {
    state.logout(caller, &cookie, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The account that is signed in.
#[utoipa::path(
    get, path = "/auth/me", tag = "auth",
    security(("session" = [])),
    responses((status = 200, body = UserView), Problems),
)]
async fn get_me(user: CurrentUser) -> ApiJson<UserView> {
    ApiJson(UserView::from(&user))
}
