//! RFC 9457 problem documents: the only body that an error response of the REST API has.
//!
//! A response made from an [`ApiError`] carries an [`ErrorReport`] in its extensions, which the access log writes once.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::openapi::{self, ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, OpenApi, ToSchema};

use crate::error::{ApiError, ErrorKind, FieldError, chain};
use crate::request_id;

/// The media type of [`Problem`].
pub const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Every 401 has to name a way in (RFC 9110 section 11.6.1). Browsers do not pop up a window for this one.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"junjo\"");

/// An RFC 9457 problem document.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// `urn:junjo:problem:<kind>`; stable, for programs.
    #[serde(rename = "type")]
    #[schema(example = "urn:junjo:problem:not_found")]
    pub type_uri: String,
    /// The HTTP status in words.
    #[schema(example = "Not Found")]
    pub title: String,
    /// The HTTP status code.
    #[schema(example = 404)]
    pub status: u16,
    /// What went wrong and what to do, for a person. Constant for 5xx.
    pub detail: String,
    /// Names the request in the server's log; also in the `x-request-id` header.
    pub request_id: String,
    /// The fields that are wrong, when the error is about fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// What the access log needs to know about a failed request. Lives in the response's extensions.
#[derive(Clone, Debug)]
pub struct ErrorReport {
    /// The kind of the error.
    pub kind: ErrorKind,
    /// The error and all its causes; may hold internals, so it is for the log only.
    pub chain: Arc<str>,
}

/// The error responses of an operation in OpenAPI: `responses((status = 200, body = Thing), Problems)`.
#[derive(Clone, Copy, Debug)]
pub struct Problems;

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<openapi::Response>> {
        let response = |description: &str| {
            let body = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            let response =
                ResponseBuilder::new().description(description).content("application/problem+json", body);
            RefOr::T(response.build())
        };
        BTreeMap::from([
            ("4XX".to_owned(), response("The request was refused; the detail says why.")),
            ("5XX".to_owned(), response("The server could not answer.")),
        ])
    }
}

/// The schemas that [`Problems`] refers to; merge it into the document once.
#[derive(OpenApi)]
#[openapi(components(schemas(Problem, FieldError)))]
pub struct ProblemSchemas;

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let problem = Problem {
            type_uri: format!("urn:junjo:problem:{}", self.kind().as_str()),
            title: title(self.kind().status()),
            status: self.kind().status().as_u16(),
            detail: self.public_detail().to_owned(),
            request_id: request_id::current(),
            errors: self.field_errors().to_vec(),
        };
        let mut response = problem.into_response();
        if let Some(seconds) = self.retry_after_seconds() {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.kind() == ErrorKind::Unauthenticated {
            response.headers_mut().insert(WWW_AUTHENTICATE, CHALLENGE);
        }
        response.extensions_mut().insert(ErrorReport { kind: self.kind(), chain: chain(&self).into() });
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).expect("a problem holds only strings and numbers");
        (status, [(CONTENT_TYPE, PROBLEM_JSON)], body).into_response()
    }
}

/// Middleware: gives error responses that no handler of ours made (unknown route, wrong method, body limit, time limit,
/// a failed session store) a problem document too. Responses that already have a typed body pass unchanged.
pub async fn ensure_problem(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || has_typed_body(&response) {
        return response;
    }
    let problem = Problem {
        type_uri: "about:blank".to_owned(),
        title: title(status),
        status: status.as_u16(),
        detail: generic_detail(status).to_owned(),
        request_id: request_id::current(),
        errors: Vec::new(),
    };
    let (mut parts, _) = response.into_parts();
    let (problem_parts, body) = problem.into_response().into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.extend(problem_parts.headers);
    Response::from_parts(parts, Body::new(body))
}

fn has_typed_body(response: &Response) -> bool {
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|value| !value.starts_with("text/plain"))
}

fn title(status: StatusCode) -> String {
    status.canonical_reason().unwrap_or("Error").to_owned()
}

fn generic_detail(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "There is nothing at this address.",
        StatusCode::METHOD_NOT_ALLOWED => {
            "This address does not take this method; see the allow header for those it takes."
        }
        StatusCode::PAYLOAD_TOO_LARGE => "The request body is larger than this address takes.",
        StatusCode::REQUEST_TIMEOUT => "The request took longer than its time limit.",
        _ if status.is_server_error() => {
            ErrorKind::Internal.opaque_detail().expect("internal errors have a constant detail")
        }
        _ => "The request was refused.",
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn problem_of(response: Response) -> (StatusCode, serde_json::Value) {
        let status = response.status();
        assert_eq!(response.headers()[CONTENT_TYPE], PROBLEM_JSON);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap())
    }

    /// Scenario: a handler fails with a cause. Guarantee: the body has exactly the RFC 9457 members and no internals.
    #[tokio::test]
    async fn internal_error_answers_with_an_opaque_problem() {
        let response = ApiError::internal(std::io::Error::other("secret path")).into_response();
        let report = response.extensions().get::<ErrorReport>().cloned().unwrap();
        assert!(report.chain.contains("secret path"));
        let (status, body) = problem_of(response).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        let members: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
        assert_eq!(members, ["type", "title", "status", "detail", "request_id"]);
        assert!(!body.to_string().contains("secret path"));
    }

    /// Scenario: a rate-limited request. Guarantee: integer Retry-After, and the detail is shown.
    #[tokio::test]
    async fn rate_limited_carries_retry_after() {
        let response = ApiError::rate_limited("Too many attempts.", 7).into_response();
        assert_eq!(response.headers()[RETRY_AFTER], "7");
        let (status, body) = problem_of(response).await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(body["detail"], "Too many attempts.");
    }

    /// Scenario: unknown route and wrong method. Guarantee: both answer with a problem, and `allow` survives.
    #[tokio::test]
    async fn unmatched_requests_answer_with_a_problem() {
        let app = Router::new()
            .route("/thing", get(|| async { "ok" }))
            .layer(axum::middleware::from_fn(ensure_problem));
        let missing = Request::get("/nothing").body(Body::empty()).unwrap();
        let (status, body) = problem_of(app.clone().oneshot(missing).await.unwrap()).await;
        assert_eq!((status, &body["status"]), (StatusCode::NOT_FOUND, &404.into()));

        let wrong_method = Request::post("/thing").body(Body::empty()).unwrap();
        let response = app.oneshot(wrong_method).await.unwrap();
        assert!(response.headers().contains_key(http::header::ALLOW));
        assert_eq!(problem_of(response).await.0, StatusCode::METHOD_NOT_ALLOWED);
    }
}
