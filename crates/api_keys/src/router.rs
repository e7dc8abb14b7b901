//! `/api-keys`: HTTP in, service call, HTTP out.

use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use junjo_auth::{CurrentUser, MemberUser, RequestOrigin};
use junjo_web::document::{Partial, complete};
use junjo_web::{ApiJson, ApiPath, ApiQuery, ApiResult, Limit, Page, Problems, decode_cursor};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::schemas::{ApiKeyChange, ApiKeyRotation, ApiKeyView, CreatedApiKey, ListQuery, NewApiKey};
use crate::service::{ApiKeys, CURSOR_VERSION};

/// Bodies here are a short name and a date.
const BODY_BYTES_MAX: usize = 4 * 1024;

/// Page sizes of the list.
const PAGE: Limit = Limit::new(100, 500);

#[derive(OpenApi)]
#[openapi(tags((name = "api-keys", description = "Credentials of programs")))]
struct Document;

/// The routes of `/api-keys`. They must be served inside `junjo_auth::protect`.
pub fn routes() -> OpenApiRouter<ApiKeys> {
    let mut routes = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(list_api_keys, create_api_key))
        .routes(routes!(change_api_key, delete_api_key))
        .routes(routes!(rotate_api_key))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    complete(routes.get_openapi_mut(), &Partial::default());
    routes
}

/// Lists API keys, newest first: the caller's own, an admin's everybody's. Never shows a secret.
#[utoipa::path(
    get, path = "/api-keys", tag = "api-keys", params(ListQuery),
    security(("session" = [])),
    responses((status = 200, body = Page<ApiKeyView>), Problems),
)]
async fn list_api_keys(
    State(keys): State<ApiKeys>,
    caller: CurrentUser,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> ApiResult<ApiJson<Page<ApiKeyView>>> {
    let after = query.cursor.map(|cursor| decode_cursor(CURSOR_VERSION, &cursor)).transpose()?;
    Ok(ApiJson(keys.list(&caller, after, PAGE.clamp(query.limit)).await?))
}

/// Creates an API key and shows its secret, this once. For members and admins.
#[utoipa::path(
    post, path = "/api-keys", tag = "api-keys", request_body = NewApiKey,
    security(("session" = ["member"])),
    responses((status = 201, body = CreatedApiKey), Problems),
)]
async fn create_api_key(
    State(keys): State<ApiKeys>,
    MemberUser(caller): MemberUser,
    origin: RequestOrigin,
    ApiJson(request): ApiJson<NewApiKey>,
) -> ApiResult<impl IntoResponse> {
    Ok((StatusCode::CREATED, ApiJson(keys.create(&caller, request, &origin).await?)))
}

/// Renames an API key, or sets when it stops working. For its creator and admins.
#[utoipa::path(
    patch, path = "/api-keys/{id}", tag = "api-keys", params(("id" = String, Path, description = "The key's id")),
    request_body = ApiKeyChange, security(("session" = ["member"])),
    responses((status = 200, body = ApiKeyView), Problems),
)]
async fn change_api_key(
    State(keys): State<ApiKeys>,
    MemberUser(caller): MemberUser,
    origin: RequestOrigin,
    ApiPath(id): ApiPath<String>,
    ApiJson(change): ApiJson<ApiKeyChange>,
) -> ApiResult<ApiJson<ApiKeyView>> {
    Ok(ApiJson(keys.change(&caller, &id, change, &origin).await?))
}

/// Gives an API key a new secret and shows it, this once. The old one stops working at once, or after an overlap. For its
/// creator and admins.
#[utoipa::path(
    post, path = "/api-keys/{id}/rotate", tag = "api-keys", params(("id" = String, Path, description = "The key's id")),
    request_body = ApiKeyRotation, security(("session" = ["member"])),
    responses((status = 200, body = CreatedApiKey), Problems),
)]
async fn rotate_api_key(
    State(keys): State<ApiKeys>,
    MemberUser(caller): MemberUser,
    origin: RequestOrigin,
    ApiPath(id): ApiPath<String>,
    ApiJson(rotation): ApiJson<ApiKeyRotation>,
) -> ApiResult<ApiJson<CreatedApiKey>> {
    Ok(ApiJson(keys.rotate(&caller, &id, rotation, &origin).await?))
}

/// Revokes an API key at once. For its creator and admins.
#[utoipa::path(
    delete, path = "/api-keys/{id}", tag = "api-keys", params(("id" = String, Path, description = "The key's id")),
    security(("session" = [])),
    responses((status = 204), Problems),
)]
async fn delete_api_key(
    State(keys): State<ApiKeys>,
    caller: CurrentUser,
    origin: RequestOrigin,
    ApiPath(id): ApiPath<String>,
) -> ApiResult<StatusCode> {
    keys.revoke(&caller, &id, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}
