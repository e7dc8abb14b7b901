//! What both servers are asked: each route of the Go server, in forms that change nothing. Calls that would change something are
//! asked in the forms that are refused.

use std::fmt::Write as _;

use reqwest::Method;
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::login::Login;

/// One request.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// The route, as the list of differences names it: `GET /otel/trace/:traceId/nested-spans`.
    pub(super) route: &'static str,
    /// What is special about this request; empty for the plain one.
    pub(super) case: &'static str,
    pub(super) method: Method,
    pub(super) path: String,
    /// JSON, or what pretends to be.
    pub(super) body: Option<String>,
    /// Whether the cookies that the server gave are sent.
    pub(super) with_cookies: bool,
}

fn call(route: &'static str, case: &'static str, body: Option<&str>) -> Call {
    let (method, path) = route.split_once(' ').unwrap_or(("GET", route));
    Call {
        route,
        case,
        method: method.parse().unwrap_or(Method::GET),
        path: path.to_owned(),
        body: body.map(str::to_owned),
        with_cookies: true,
    }
}

fn at(route: &'static str, case: &'static str, path: String) -> Call {
    Call { path, ..call(route, case, None) }
}

/// What answers without a session, and what is refused without one.
pub(super) fn without_session() -> Vec<Call> {
    let nobody = |call: Call| Call { with_cookies: false, ..call };
    vec![
        call("GET /ping", "", None),
        call("GET /csrf", "", None),
        call("GET /users/db-has-users", "", None),
        call("GET /.well-known/jwks.json", "no session", None),
        call("GET /auth-test", "no session", None),
        call("GET /users", "no session", None),
        call("GET /api_keys", "no session", None),
        call("GET /otel/span-service-names", "no session", None),
        at("GET /otel/service/:service/root-spans", "no session", "/otel/service/a/root-spans".to_owned()),
        call("GET /nothing/here", "no session", None),
        call("POST /sign-in", "no body", Some("")),
        call("POST /sign-in", "truncated", Some("{")),
        call("POST /sign-in", "no address", Some(r#"{"email":"","password":"x"}"#)),
        call("POST /sign-in", "no password", Some(r#"{"email":"a@b.de","password":""}"#)),
        nobody(call("POST /users", "no csrf cookie", Some("{}"))),
        nobody(call("POST /users/create-first-user", "no csrf cookie", Some("{}"))),
        nobody(call("POST /api_keys", "no csrf cookie", Some("{}"))),
        nobody(call("POST /llm/generate", "no csrf cookie", Some("{}"))),
        nobody(call("POST /sign-out", "no csrf cookie", Some("{}"))),
        Call {
            method: Method::DELETE,
            ..nobody(at("DELETE /users/:id", "no csrf cookie", "/users/1".to_owned()))
        },
        Call {
            method: Method::DELETE,
            ..nobody(at("DELETE /api_keys/:key", "no csrf cookie", "/api_keys/abc".to_owned()))
        },
    ]
}

pub(super) fn sign_in(login: &Login) -> Call {
    let body = json!({"email": login.email, "password": login.password.expose_secret()}).to_string();
    call("POST /sign-in", "", Some(&body))
}

pub(super) fn sign_out() -> Call {
    call("POST /sign-out", "", Some("{}"))
}

pub(super) fn services() -> Call {
    call("GET /otel/span-service-names", "", None)
}

/// What a session may ask, apart from telemetry that must first be known.
pub(super) fn after_sign_in() -> Vec<Call> {
    let delete = |call: Call| Call { method: Method::DELETE, ..call };
    vec![
        call("GET /auth-test", "", None),
        call("GET /users", "", None),
        call("GET /api_keys", "", None),
        call("GET /nothing/here", "", None),
        call(
            "POST /users/create-first-user",
            "again",
            Some(r#"{"email":"a@b.de","password":"a long password"}"#),
        ),
        call("POST /users", "truncated", Some("{")),
        call("POST /api_keys", "truncated", Some("{")),
        call("POST /api_keys", "no name", Some("{}")),
        call("POST /llm/generate", "truncated", Some("{")),
        delete(at("DELETE /users/:id", "not a number", "/users/abc".to_owned())),
        delete(at("DELETE /api_keys/:key", "unknown", "/api_keys/unknown".to_owned())),
        at(
            "GET /otel/service/:service/root-spans",
            "none",
            "/otel/service/none-of-this-name/root-spans".to_owned(),
        ),
        at("GET /otel/service/:service/root-spans", "empty", "/otel/service//root-spans".to_owned()),
        of_traces("00000000000000000000000000000001"),
        of_spans("00000000000000000000000000000001", "0000000000000001"),
    ]
}

pub(super) fn of_services(service: &str) -> Vec<Call> {
    let name = encoded(service);
    vec![
        at("GET /otel/service/:service/root-spans", "", format!("/otel/service/{name}/root-spans")),
        at(
            "GET /otel/service/:service/root-spans-filtered",
            "",
            format!("/otel/service/{name}/root-spans-filtered"),
        ),
        at("GET /otel/spans/type/workflow/:service", "", format!("/otel/spans/type/workflow/{name}")),
    ]
}

pub(super) fn of_traces(trace_id: &str) -> Call {
    at("GET /otel/trace/:trace/nested-spans", "", format!("/otel/trace/{trace_id}/nested-spans"))
}

pub(super) fn of_spans(trace_id: &str, span_id: &str) -> Call {
    at("GET /otel/trace/:trace/span/:span", "", format!("/otel/trace/{trace_id}/span/{span_id}"))
}

/// A part of a path, as browsers encode it.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().fold(String::new(), |mut path, byte| {
        if plain(byte) {
            path.push(char::from(byte));
        } else {
            let _ = write!(path, "%{byte:02X}");
        }
        path
    })
}
