//! `/auth`: HTTP in, service call, HTTP out. Here: which routes there are.

mod accounts;
mod audit;
mod invitations;
mod links;
mod login;
mod password;
mod sessions;

use axum::extract::DefaultBodyLimit;
use junjo_web::ProblemSchemas;
use junjo_web::document::{Partial, complete};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::reader::READ_KEY_SCHEME;
use crate::service::AuthState;
use crate::session_id::SESSION_COOKIE;

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
        .routes(routes!(login::get_setup))
        .routes(routes!(login::register_account))
        .routes(routes!(login::login))
        .routes(routes!(login::logout))
        .routes(routes!(login::get_me))
        .routes(routes!(login::get_config))
        .routes(routes!(sessions::list_sessions, sessions::end_sessions))
        .routes(routes!(sessions::end_session))
        .routes(routes!(password::change_password))
        .routes(routes!(password::reauthenticate))
        .routes(routes!(links::inspect_link))
        .routes(routes!(links::redeem_link))
        .merge(accounts::routes())
        .routes(routes!(invitations::list_invitations, invitations::create_invitation))
        .routes(routes!(invitations::revoke_invitation))
        .routes(routes!(audit::list_audit_events))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    complete(routes.get_openapi_mut(), &Partial::default());
    routes
}
