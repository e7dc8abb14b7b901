//! Extractors whose rejections are problem documents. Use these, not axum's own, in every handler of the REST API.

use axum::Json;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody, JsonRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{ApiError, ErrorKind};

/// A JSON body, in (400 or 413 when it is not one) or out.
#[derive(Clone, Copy, Debug)]
pub struct ApiJson<T>(pub T);

impl<T, S> FromRequest<S> for ApiJson<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(json_error(&rejection)),
        }
    }
}

impl<T: Serialize> IntoResponse for ApiJson<T> {
    fn into_response(self) -> Response {
        Json(self.0).into_response()
    }
}

fn json_error(rejection: &JsonRejection) -> ApiError {
    if let JsonRejection::BytesRejection(BytesRejection::FailedToBufferBody(
        FailedToBufferBody::LengthLimitError(_),
    )) = rejection
    {
        return ApiError::new(ErrorKind::TooLarge, "The request body is larger than this address takes.");
    }
    match rejection {
        JsonRejection::BytesRejection(_) => {
            ApiError::invalid_input("The request body broke off, or came too slowly.")
        }
        JsonRejection::MissingJsonContentType(_) => {
            ApiError::invalid_input("Send the body as JSON with the header content-type: application/json.")
        }
        other => ApiError::invalid_input(other.body_text()),
    }
}

/// Parameters of the path.
#[derive(Clone, Copy, Debug)]
pub struct ApiPath<T>(pub T);

impl<T, S> FromRequestParts<S> for ApiPath<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(rejection) if rejection.status().is_server_error() => {
                Err(ApiError::new(ErrorKind::Internal, rejection.body_text()))
            }
            Err(rejection) => Err(ApiError::invalid_input(rejection.body_text())),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::extract::DefaultBodyLimit;
    use axum::routing::{get, post};
    use http::StatusCode;
    use http_body_util::BodyExt;
    use serde::Deserialize;
    use tower::ServiceExt;

    use super::*;
    use crate::query::ApiQuery;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Filter {
        limit: Option<u32>,
    }

    #[derive(Deserialize, Serialize)]
    struct Thing {
        name: String,
    }

    fn app() -> Router {
        Router::new()
            .route("/list", get(async |ApiQuery(filter): ApiQuery<Filter>| format!("{:?}", filter.limit)))
            .route("/thing/{id}", get(async |ApiPath(id): ApiPath<u32>| id.to_string()))
            .route("/thing", post(async |ApiJson(thing): ApiJson<Thing>| ApiJson(thing)))
            .layer(DefaultBodyLimit::max(64))
    }

    async fn call(request: Request) -> (StatusCode, String) {
        let response = app().oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    fn post_json(body: impl Into<Body>) -> Request {
        Request::post("/thing").header("content-type", "application/json").body(body.into()).unwrap()
    }

    /// Scenario: a query parameter that the route does not know. Guarantee: 400 that names it.
    #[tokio::test]
    async fn unknown_query_parameter_is_named() {
        let request = Request::get("/list?limt=5").body(Body::empty()).unwrap();
        let (status, body) = call(request).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(body.contains("limt"), "{body}");
        assert!(body.contains("urn:junjo:problem:invalid_input"), "{body}");
    }

    /// Scenario: a path parameter of the wrong type. Guarantee: a 400 problem.
    #[tokio::test]
    async fn malformed_path_parameter_is_refused() {
        let request = Request::get("/thing/abc").body(Body::empty()).unwrap();
        let (status, body) = call(request).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(body.contains("\"status\":400"), "{body}");
    }

    /// Scenario: broken JSON, missing field, no content type, oversized. Guarantee: 400, 400, 400, 413, all problems.
    #[tokio::test]
    async fn bad_bodies_are_refused_with_problems() {
        let untyped = Request::post("/thing").body(Body::from("{}")).unwrap();
        let long_name = format!("{{\"name\":\"{}\"}}", "x".repeat(100));
        for (request, wanted) in [
            (post_json("{"), StatusCode::BAD_REQUEST),
            (post_json("{}"), StatusCode::BAD_REQUEST),
            (untyped, StatusCode::BAD_REQUEST),
            (post_json(long_name), StatusCode::PAYLOAD_TOO_LARGE),
        ] {
            let (status, body) = call(request).await;
            assert_eq!(status, wanted, "{body}");
            assert!(body.contains("request_id"), "{body}");
        }
        assert_eq!(call(post_json("{\"name\":\"n\"}")).await, (StatusCode::OK, "{\"name\":\"n\"}".into()));
    }
}
