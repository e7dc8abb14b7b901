//! `/views`: HTTP in, service call, HTTP out.

use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use junjo_auth::{CurrentUser, RequestOrigin};
use junjo_web::document::{Partial, complete};
use junjo_web::{ApiJson, ApiPath, ApiQuery, ApiResult, Limit, Page, Problems, decode_cursor};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::schemas::{ListQuery, NewView, SEARCH_BYTES_MAX, View, ViewChange};
use crate::service::{CURSOR_VERSION, Views};

/// Parameters with escapes and blanks, and a name.
const BODY_BYTES_MAX: usize = 2 * SEARCH_BYTES_MAX + 2 * 1024;

/// Page sizes of the list.
const PAGE: Limit = Limit::new(100, 500);

#[derive(OpenApi)]
#[openapi(tags((name = "views", description = "Saved views of lists, one's own and shared ones")))]
struct Document;

/// The routes of `/views`. They must be served inside `junjo_auth::protect`.
pub fn routes() -> OpenApiRouter<Views> {
    let mut routes = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(list_views, create_view))
        .routes(routes!(change_view, delete_view))
        .routes(routes!(set_default_view, unset_default_view))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    complete(routes.get_openapi_mut(), &Partial::default());
    routes
}

/// Lists the caller's own views and all shared ones, by name.
#[utoipa::path(
    get, path = "/views", tag = "views", params(ListQuery),
    security(("session" = [])),
    responses((status = 200, body = Page<View>), Problems),
)]
async fn list_views(
    State(views): State<Views>,
    caller: CurrentUser,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> ApiResult<ApiJson<Page<View>>> {
    let after = query.cursor.map(|cursor| decode_cursor(CURSOR_VERSION, &cursor)).transpose()?;
    Ok(ApiJson(views.list(&caller, query.page.as_deref(), after, PAGE.clamp(query.limit)).await?))
}

/// Keeps a view of the caller's. Members and admins may share it.
#[utoipa::path(
    post, path = "/views", tag = "views", request_body = NewView,
    security(("session" = [])),
    responses((status = 201, body = View), Problems),
)]
async fn create_view(
    State(views): State<Views>,
    caller: CurrentUser,
    origin: RequestOrigin,
    ApiJson(request): ApiJson<NewView>,
) -> ApiResult<impl IntoResponse> {
    Ok((StatusCode::CREATED, ApiJson(views.create(&caller, request, &origin).await?)))
}

/// Renames, shares or rewrites a view. For its owner.
#[utoipa::path(
    patch, path = "/views/{id}", tag = "views", params(("id" = String, Path, description = "The view's id")),
    request_body = ViewChange, security(("session" = [])),
    responses((status = 200, body = View), Problems),
)]
async fn change_view(
    State(views): State<Views>,
    caller: CurrentUser,
    origin: RequestOrigin,
    ApiPath(id): ApiPath<String>,
    ApiJson(change): ApiJson<ViewChange>,
) -> ApiResult<ApiJson<View>> {
    Ok(ApiJson(views.change(&caller, &id, change, &origin).await?))
}

/// Deletes a view. For its owner, and for admins if it is shared.
#[utoipa::path(
    delete, path = "/views/{id}", tag = "views", params(("id" = String, Path, description = "The view's id")),
    security(("session" = [])),
    responses((status = 204), Problems),
)]
async fn delete_view(
    State(views): State<Views>,
    caller: CurrentUser,
    origin: RequestOrigin,
    ApiPath(id): ApiPath<String>,
) -> ApiResult<StatusCode> {
    views.delete(&caller, &id, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has the caller's list open with this view, instead of another one.
#[utoipa::path(
    put, path = "/views/{id}/default", tag = "views", params(("id" = String, Path, description = "The view's id")),
    security(("session" = [])),
    responses((status = 204), Problems),
)]
async fn set_default_view(
    State(views): State<Views>,
    caller: CurrentUser,
    ApiPath(id): ApiPath<String>,
) -> ApiResult<StatusCode> {
    views.set_default(&caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has the caller's list open with no view, if it opened with this one.
#[utoipa::path(
    delete, path = "/views/{id}/default", tag = "views", params(("id" = String, Path, description = "The view's id")),
    security(("session" = [])),
    responses((status = 204), Problems),
)]
async fn unset_default_view(
    State(views): State<Views>,
    caller: CurrentUser,
    ApiPath(id): ApiPath<String>,
) -> ApiResult<StatusCode> {
    views.unset_default(&caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
