//! Query strings: groups of parameters that are read together, and the names that an operation knows.
//!
//! Which names an operation takes is written down once, in its description in the OpenAPI document. [`declared`] attaches
//! them to requests, and [`ApiQuery`] and [`ApiQueries`] refuse any other, so that a misspelt filter is never ignored.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, MatchedPath, Query, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use http::request::Parts;
use http::{Method, Uri};
use serde::de::DeserializeOwned;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};

use crate::error::{ApiError, ApiResult};

/// One group of parameters. A parameter that the operation does not declare is a 400 that names it.
#[derive(Clone, Copy, Debug)]
pub struct ApiQuery<T>(pub T);

impl<T, S> FromRequestParts<S> for ApiQuery<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        refuse_undeclared(parts)?;
        read(&parts.uri).map(Self)
    }
}

/// Several groups of parameters of one query string, as a tuple.
#[derive(Clone, Copy, Debug)]
pub struct ApiQueries<T>(pub T);

impl<T, S> FromRequestParts<S> for ApiQueries<T>
where
    T: QueryGroups,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        refuse_undeclared(parts)?;
        T::read(&parts.uri).map(Self)
    }
}

/// A tuple of groups. Serde cannot flatten them into one: behind `flatten` a number of a query string is only a text.
pub trait QueryGroups: Sized {
    /// Reads each group from the same query string.
    ///
    /// # Errors
    /// 400 about the first value that is malformed.
    fn read(uri: &Uri) -> ApiResult<Self>;
}

/// Two to six groups.
macro_rules! query_groups {
    ($($group:ident)*) => {
        impl<$($group: DeserializeOwned),*> QueryGroups for ($($group,)*) {
            fn read(uri: &Uri) -> ApiResult<Self> {
                Ok(($(read::<$group>(uri)?,)*))
            }
        }
    };
}

query_groups!(A B);
query_groups!(A B C);
query_groups!(A B C D);
query_groups!(A B C D E);
query_groups!(A B C D E F);

fn read<T: DeserializeOwned>(uri: &Uri) -> ApiResult<T> {
    let Query(group) =
        Query::try_from_uri(uri).map_err(|rejection| ApiError::invalid_input(rejection.body_text()))?;
    Ok(group)
}

/// The names that one operation declares.
#[derive(Clone)]
struct Declared(Arc<[String]>);

/// Gives every request of `router` the names of parameters that its operation declares in `document`.
pub fn declared(router: Router, document: &OpenApi) -> Router {
    let mut operations = HashMap::new();
    for (path, item) in &document.paths.paths {
        let methods = [
            (Method::GET, &item.get),
            (Method::POST, &item.post),
            (Method::PUT, &item.put),
            (Method::PATCH, &item.patch),
            (Method::DELETE, &item.delete),
        ];
        for (method, operation) in methods {
            if let Some(operation) = operation {
                operations.insert((method, path.clone()), Declared(names(operation)));
            }
        }
    }
    router.layer(from_fn_with_state(Arc::new(operations), attach))
}

type Operations = Arc<HashMap<(Method, String), Declared>>;

async fn attach(State(operations): State<Operations>, mut request: Request, next: Next) -> Response {
    let method = if request.method() == Method::HEAD { Method::GET } else { request.method().clone() };
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    if let Some(declared) = path.and_then(|path| operations.get(&(method, path))) {
        request.extensions_mut().insert(declared.clone());
    }
    next.run(request).await
}

fn names(operation: &Operation) -> Arc<[String]> {
    let parameters = operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
        utoipa::openapi::RefOr::T(parameter) => Some(parameter),
        utoipa::openapi::RefOr::Ref(_) => None,
    });
    let is_query = |parameter: &&Parameter| parameter.parameter_in == ParameterIn::Query;
    parameters.filter(is_query).map(|parameter| parameter.name.clone()).collect()
}

/// 400 for a parameter that the operation does not declare.
fn refuse_undeclared(parts: &Parts) -> ApiResult<()> {
    let Some(Declared(known)) = parts.extensions.get() else { return Ok(()) };
    let given: Vec<(String, String)> = read(&parts.uri)?;
    match given.iter().find(|(name, _)| !known.contains(name)) {
        None => Ok(()),
        Some((name, _)) => Err(ApiError::invalid_input(unknown(name, known))),
    }
}

/// The sentence that serde makes of an unknown field.
fn unknown(name: &str, known: &[String]) -> String {
    let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    let expected = match known.as_slice() {
        [] => "there are no fields".to_owned(),
        [one] => format!("expected {one}"),
        [one, other] => format!("expected {one} or {other}"),
        many => format!("expected one of {}", many.join(", ")),
    };
    format!("Failed to deserialize query string: {name}: unknown field `{name}`, {expected}")
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::get;
    use http::StatusCode;
    use http_body_util::BodyExt;
    use serde::Deserialize;
    use tower::ServiceExt;
    use utoipa::openapi::path::{HttpMethod, ParameterBuilder, PathItem};
    use utoipa::openapi::{OpenApiBuilder, PathsBuilder};

    use super::*;

    #[derive(Deserialize)]
    struct Page {
        limit: Option<u32>,
    }

    #[derive(Deserialize)]
    struct Filter {
        min: Option<f64>,
        name: Option<String>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its refusals are looked at")]
    struct Strict {
        min: Option<f64>,
        name: Option<String>,
        limit: Option<u32>,
    }

    /// `/list` with the parameters `min`, `name` and `limit`, `/strict` where serde refuses what it does not know, and
    /// `/other` without a description.
    fn app() -> Router {
        let parameter =
            |name: &str| ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query).build();
        let mut operation = Operation::new();
        operation.parameters = Some(["min", "name", "limit"].map(|name| parameter(name).into()).into());
        let paths = PathsBuilder::new().path("/list", PathItem::new(HttpMethod::Get, operation)).build();
        let document = OpenApiBuilder::new().paths(paths).build();
        let list = async |ApiQueries((filter, page)): ApiQueries<(Filter, Page)>| {
            format!("{:?} {:?} {:?}", filter.min, filter.name, page.limit)
        };
        let routes = Router::new()
            .route("/list", get(list))
            .route("/strict", get(async |ApiQuery(_): ApiQuery<Strict>| "ok"))
            .route("/other", get(async |ApiQuery(page): ApiQuery<Page>| format!("{:?}", page.limit)));
        declared(routes, &document)
    }

    async fn call(uri: &str) -> (StatusCode, String) {
        let response = app().oneshot(Request::get(uri).body(Body::empty()).unwrap()).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    fn detail(body: &str) -> String {
        serde_json::from_str::<serde_json::Value>(body).unwrap()["detail"].as_str().unwrap().to_owned()
    }

    /// Scenario: parameters of two groups in one query string, numbers among them. Guarantee: each group has its own.
    #[tokio::test]
    async fn groups_share_a_query_string() {
        let answer = call("/list?limit=5&min=1.5&name=a+b").await;
        assert_eq!(answer, (StatusCode::OK, "Some(1.5) Some(\"a b\") Some(5)".to_owned()));
        assert_eq!(call("/list?limit=x").await.0, StatusCode::BAD_REQUEST);
    }

    /// Scenario: a misspelt parameter. Guarantee: 400 in the words of serde, which names it and those that exist.
    #[tokio::test]
    async fn undeclared_parameter_is_named() {
        let (status, body) = call("/list?min=1&limt=5").await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        let (_, strict) = call("/strict?min=1&limt=5").await;
        assert_eq!(detail(&body), detail(&strict));
        assert_eq!(call("/other?limt=5").await, (StatusCode::OK, "None".to_owned()));
    }
}
