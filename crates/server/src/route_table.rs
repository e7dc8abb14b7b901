//! The table of contents of the API: `docs/routes.md`, made from the OpenAPI document.

use std::fmt::Write as _;

use serde_json::Value;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::Operation;

const HEAD: &str = "# Routes\n\nEvery route of the REST API, made from its description (`make openapi`). OTLP receivers are in \
    [ingestion.md](ingestion.md).\n\nWho may call: *anybody*; *session*, everybody who is signed in; *member*, \
    *admin*, who are signed in with this role or more; *read key*, a program with such a key.\n\n\
    | route | who may call | what it does |\n|---|---|---|\n";

/// One line a route, by path.
pub(crate) fn render(document: &OpenApi) -> String {
    let mut table = HEAD.to_owned();
    for (path, item) in &document.paths.paths {
        let operations = [
            ("GET", &item.get),
            ("POST", &item.post),
            ("PUT", &item.put),
            ("PATCH", &item.patch),
            ("DELETE", &item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                let summary = operation.summary.as_deref().unwrap_or_default().replace('\n', " ");
                // writing to a string cannot fail
                let _ = writeln!(table, "| `{method} {path}` | {} | {summary} |", callers(operation));
            }
        }
    }
    table
}

/// Who may call an operation, from its security requirements; each of them is enough.
fn callers(operation: &Operation) -> String {
    let security = serde_json::to_value(&operation.security).unwrap_or_default();
    let requirements = security.as_array().map(Vec::as_slice).unwrap_or_default();
    let callers: Vec<String> = requirements.iter().map(caller).collect();
    callers.join(", ")
}

fn caller(requirement: &Value) -> String {
    let Some((scheme, scopes)) = requirement.as_object().and_then(|schemes| schemes.iter().next()) else {
        return "anybody".to_owned();
    };
    match (scheme.as_str(), scopes[0].as_str()) {
        ("session", Some(role)) => role.to_owned(),
        (scheme, _) => scheme.replace('_', " "),
    }
}
