//! Operations that moved: one that is also served and described under the path that it used to have.
//!
//! Both paths have the same handler, parameters, responses and security. The description of the old one is marked as
//! deprecated and names the new one. It must not change an answer.

use std::collections::HashSet;

use utoipa::openapi::Deprecated;
use utoipa::openapi::path::{Operation, PathItem, Paths};
use utoipa_axum::router::UtoipaMethodRouter;

/// What the id of an operation ends in under its old path; ids are unique in a document.
const ID_SUFFIX: &str = "_deprecated";

/// `routes` (of the macro `utoipa_axum::routes!`), also under `old_path`, for example
/// `with_alias(routes!(list_runs), "/otel/workflows")`. Its parameters have to be named as in the new path.
///
/// # Panics
/// When the router is made, if `old_path` has other parameters than the new path: handlers could not read them.
pub fn with_alias<S>(routes: UtoipaMethodRouter<S>, old_path: &str) -> UtoipaMethodRouter<S> {
    let (schemas, mut paths, handlers) = routes;
    let aliases: Vec<PathItem> = paths.paths.iter().map(|(path, item)| alias(path, item, old_path)).collect();
    for item in aliases {
        add(&mut paths, old_path, item);
    }
    (schemas, paths, handlers)
}

fn add(paths: &mut Paths, path: &str, item: PathItem) {
    match paths.paths.get_mut(path) {
        Some(existing) => existing.merge_operations(item),
        None => {
            paths.paths.insert(path.to_owned(), item);
        }
    }
}

/// The item of `path` as it is described under `old_path`.
fn alias(path: &str, item: &PathItem, old_path: &str) -> PathItem {
    assert_eq!(parameters(path), parameters(old_path), "{old_path} and {path} need the same parameters");
    let mut item = item.clone();
    let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
    for operation in operations.into_iter().flatten() {
        deprecate(operation, path);
    }
    item
}

fn deprecate(operation: &mut Operation, path: &str) {
    operation.deprecated = Some(Deprecated::True);
    if let Some(id) = &mut operation.operation_id {
        id.push_str(ID_SUFFIX);
    }
    let summary = operation.summary.replace(format!("Deprecated: the old path of `{path}`."));
    let said: Vec<String> = [summary, operation.description.take()].into_iter().flatten().collect();
    operation.description = (!said.is_empty()).then(|| said.join("\n\n"));
}

/// The names in braces.
fn parameters(path: &str) -> HashSet<&str> {
    path.split('/').filter(|segment| segment.starts_with('{')).collect()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::extract::Path;
    use axum::http::{Method, Request, StatusCode};
    use http_body_util::BodyExt;
    use serde::Deserialize;
    use serde_json::Value;
    use tower::ServiceExt;
    use utoipa::IntoParams;
    use utoipa_axum::router::OpenApiRouter;
    use utoipa_axum::routes;

    use super::*;
    use crate::query::{ApiQuery, declared};

    #[derive(Deserialize, IntoParams)]
    #[into_params(parameter_in = Query)]
    struct Page {
        limit: Option<u32>,
    }

    /// Read a run.
    ///
    /// With its graph.
    #[utoipa::path(
        get, path = "/runs/{id}", params(("id" = String, Path, description = "Id"), Page),
        security(("session" = [])), responses((status = 200, body = String))
    )]
    async fn get_run(Path(id): Path<String>, ApiQuery(page): ApiQuery<Page>) -> String {
        format!("{id} {:?}", page.limit)
    }

    /// Delete a run.
    #[utoipa::path(
        delete, path = "/runs/{id}", params(("id" = String, Path, description = "Id")),
        responses((status = 204))
    )]
    async fn delete_run(_id: Path<String>) -> StatusCode {
        StatusCode::NO_CONTENT
    }

    fn moved() -> OpenApiRouter {
        OpenApiRouter::new().routes(with_alias(routes!(get_run, delete_run), "/workflow/{id}"))
    }

    async fn call(method: Method, path: &str) -> (StatusCode, String) {
        let (router, document) = moved().split_for_parts();
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let response = declared(router, &document).oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    /// Scenario: both paths of operations that moved, with a path parameter and a query. Guarantee: the same answers.
    #[tokio::test]
    async fn both_paths_answer_alike() {
        for path in ["/runs/7", "/workflow/7"] {
            let answer = call(Method::GET, &format!("{path}?limit=3")).await;
            assert_eq!(answer, (StatusCode::OK, "7 Some(3)".to_owned()), "{path}");
            assert_eq!(call(Method::DELETE, path).await.0, StatusCode::NO_CONTENT, "{path}");
        }
    }

    /// Scenario: a misspelt parameter under either path. Guarantee: the same refusal, from the description.
    #[tokio::test]
    async fn both_paths_know_the_same_parameters() {
        let (status, refused) = call(Method::GET, "/workflow/7?limt=3").await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{refused}");
        assert!(refused.contains("limt"), "{refused}");
        assert_eq!(call(Method::GET, "/runs/7?limt=3").await, (status, refused));
    }

    /// Scenario: the description of operations that moved. Guarantee: the old path is deprecated, says where to go, has ids
    /// of its own, and equals the new one in all else.
    #[test]
    fn old_path_is_described_as_deprecated() {
        let document = serde_json::to_value(moved().get_openapi()).unwrap();
        for (method, id) in [("get", "get_run"), ("delete", "delete_run")] {
            let new = &document["paths"]["/runs/{id}"][method];
            let old = &document["paths"]["/workflow/{id}"][method];
            assert_eq!((&new["deprecated"], &old["deprecated"]), (&Value::Null, &Value::Bool(true)));
            assert_eq!(old["operationId"], format!("{id}_deprecated"));
            assert_eq!(old["summary"], "Deprecated: the old path of `/runs/{id}`.");
            for member in ["parameters", "responses", "security", "requestBody", "tags"] {
                assert_eq!(old[member], new[member], "{method} {member}");
            }
        }
        let old = &document["paths"]["/workflow/{id}"]["get"];
        assert_eq!(old["description"], "Read a run.\n\nWith its graph.");
        assert_eq!(document["paths"]["/runs/{id}"]["get"]["operationId"], "get_run");
    }

    /// Scenario: an old path without the parameter of the new one. Guarantee: the router is not made.
    #[test]
    #[should_panic(expected = "need the same parameters")]
    fn other_parameters_are_refused() {
        let _ = with_alias::<()>(routes!(get_run), "/workflow/{run_id}");
    }
}
