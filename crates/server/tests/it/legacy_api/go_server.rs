//! A double of the Go server's backend, which does not run here: it answers over HTTP what the real one was recorded to answer
//! (`recorded.rs`). What was not recorded is as its contract says, and little: see [`as_written`]. Traces and single spans come from
//! the recorded lists, whose objects are the same.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use chrono::DateTime;
use http::{HeaderMap, Method, StatusCode, Uri, header};
use serde_json::{Value, json};

use super::recorded::{Recorded, everything, group};

/// Answers of other moments than the one that is played: before there was an account, a key or a span, or with accounts that were
/// deleted again.
const OF_OTHER_MOMENTS: [&str; 8] = [
    "db-has-users, none",
    "simple allowed",
    "simple other",
    "empty list",
    "services, none",
    "root spans, none",
    "workflows, none",
    "list of more",
];
/// Answers that are the same for every value of a path's parameter; besides those to nobody.
const OF_ANY_PARAMETER: [&str; 2] = ["delete: unknown", "root spans of none"];
/// Paths for which a session makes no difference.
const PUBLIC: [&str; 5] = ["/ping", "/csrf", "/sign-in", "/users/create-first-user", "/users/db-has-users"];
/// The csrf cookie of what was not recorded.
const CSRF: &str = "csrf=recorded; Expires=Mon, 30 Nov 2026 13:53:01 GMT; HttpOnly; Secure; SameSite=Strict";
/// How the Go server takes a session away.
const NO_SESSION: &str =
    "session=; Path=/; Expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0; Secure; SameSite=None";

/// The double.
#[derive(Clone)]
pub(super) struct GoServer {
    answers: Arc<Vec<Recorded>>,
    spans: Arc<Vec<Value>>,
    /// Requests that it has no answer for.
    unknown: Arc<Mutex<Vec<String>>>,
}

impl GoServer {
    /// Starts it, and says where.
    pub(super) async fn start() -> (SocketAddr, Self) {
        let lists = group("otel").into_iter().filter(|recorded| recorded.id() != "root spans, filtered");
        let mut spans: Vec<Value> = Vec::new();
        for span in lists.filter_map(|recorded| recorded.entry()["body"].as_array().cloned()).flatten() {
            if span.is_object() && !spans.contains(&span) {
                spans.push(span);
            }
        }
        let started =
            |span: &Value| DateTime::parse_from_rfc3339(span["start_time"].as_str().unwrap()).unwrap();
        spans.sort_by_key(|span| std::cmp::Reverse(started(span)));
        let is_now = |recorded: &Recorded| !OF_OTHER_MOMENTS.contains(&recorded.id());
        let answers = everything().into_iter().filter(is_now).collect();
        let double = Self { answers: Arc::new(answers), spans: Arc::new(spans), unknown: Arc::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let router = Router::new().fallback(answer).with_state(double.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (addr, double)
    }

    /// Requests that it had no answer for.
    pub(super) fn unknown(&self) -> Vec<String> {
        self.unknown.lock().unwrap().clone()
    }

    /// What was recorded for such a request: at its path, else at its route; with just this body, else with one that has the same
    /// fields, else with any where the csrf cookie is missed before the body is read.
    fn recorded(&self, asked: &Asked<'_>) -> Option<&Recorded> {
        let mut fitting = self.fitting(asked, |recorded| recorded.path() == asked.path);
        if fitting.is_empty() {
            fitting = self.fitting(asked, |recorded| {
                let is_any = recorded.id().ends_with(", nobody") || OF_ANY_PARAMETER.contains(&recorded.id());
                is_any && recorded.route() == asked.route()
            });
        }
        let same = fitting.iter().find(|recorded| body_of(recorded) == asked.body);
        let similar = || fitting.iter().rfind(|recorded| fields(&body_of(recorded)) == fields(asked.body));
        let any = || fitting.first().filter(|_| asked.lacks_csrf());
        same.or_else(similar).or_else(any).copied()
    }

    fn fitting(&self, asked: &Asked<'_>, is_at: impl Fn(&Recorded) -> bool) -> Vec<&Recorded> {
        let answers = self.answers.iter();
        let fits = |recorded: &&Recorded| {
            recorded.method() == asked.method && is_at(recorded) && asked.has_the_cookies_of(recorded)
        };
        answers.filter(fits).collect()
    }
}

struct Asked<'r> {
    method: &'r str,
    path: &'r str,
    body: &'r str,
    has_session: bool,
    has_csrf: bool,
}

impl Asked<'_> {
    fn route(&self) -> String {
        super::recorded::route_of(self.method, self.path)
    }

    fn lacks_csrf(&self) -> bool {
        self.method != "GET" && self.path != "/sign-in" && !self.has_csrf
    }

    /// The csrf cookie matters to what changes something alone.
    fn has_the_cookies_of(&self, recorded: &Recorded) -> bool {
        let headers = &recorded.entry()["request"]["headers"];
        let cookies = headers["cookie"].as_str().unwrap_or_default();
        let is_odd = recorded.id().contains("stale")
            || recorded.id().ends_with("no content type")
            || headers.get("x-csrf-token").is_some();
        let is_reading = self.method == "GET" || self.path == "/sign-in";
        !is_odd
            && (PUBLIC.contains(&self.path) || cookies.contains("session=") == self.has_session)
            && (is_reading || cookies.contains("csrf=") == self.has_csrf)
    }
}

fn body_of(recorded: &Recorded) -> String {
    let request = &recorded.entry()["request"];
    match request.get("json").filter(|json| !json.is_null()) {
        Some(json) => json.to_string(),
        None => request["body"].as_str().unwrap_or_default().to_owned(),
    }
}

/// Names of the fields that are not empty; the text itself where it is no object.
fn fields(body: &str) -> Vec<String> {
    match serde_json::from_str(body) {
        Ok(Value::Object(fields)) => {
            fields.into_iter().filter(|(_, value)| *value != "").map(|(name, _)| name).collect()
        }
        _ => vec![body.to_owned()],
    }
}

async fn answer(
    State(double): State<GoServer>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let cookies = headers.get(header::COOKIE).map_or("", |value| value.to_str().unwrap());
    let body = String::from_utf8(body.to_vec()).unwrap();
    let asked = Asked {
        method: method.as_str(),
        path: uri.path(),
        body: &body,
        has_session: cookies.contains("session=recorded"),
        has_csrf: cookies.contains("csrf=recorded"),
    };
    if let Some(recorded) = double.recorded(&asked) {
        return as_recorded(recorded, headers.contains_key(header::ORIGIN));
    }
    as_written(&double, &asked).unwrap_or_else(|| {
        double.unknown.lock().unwrap().push(format!("{method} {uri} {body}"));
        StatusCode::NOT_IMPLEMENTED.into_response()
    })
}

fn as_recorded(recorded: &Recorded, has_origin: bool) -> Response {
    let entry = recorded.entry();
    let text = match &entry["body"] {
        Value::String(text) => text.clone(),
        json => json.to_string(),
    };
    let newline = if entry["raw"]["newline"] == true { "\n" } else { "" };
    let mut response = (text + newline).into_response();
    response.headers_mut().clear();
    *response.status_mut() =
        StatusCode::from_u16(entry["status"].as_u64().unwrap().try_into().unwrap()).unwrap();
    for (name, value) in entry["headers"].as_object().unwrap() {
        let is_sending = ["content-length", "transfer-encoding"].contains(&name.as_str());
        if is_sending || (name.starts_with("access-control-") && !has_origin) {
            continue;
        }
        let lines = value.as_array().map_or_else(|| vec![value], |lines| lines.iter().collect());
        for line in lines {
            // values of cookies are masked in the recording
            let line = line.as_str().unwrap().replace('…', "recorded").parse().unwrap();
            response.headers_mut().append(http::HeaderName::try_from(name.as_str()).unwrap(), line);
        }
    }
    response
}

/// What the contract says where nothing was recorded.
fn as_written(double: &GoServer, asked: &Asked<'_>) -> Option<Response> {
    let unreadable = "code=400, message=unexpected EOF, internal=unexpected EOF";
    let parts: Vec<&str> = asked.path.split('/').skip(1).collect();
    let is_of = |trace: &str| {
        let trace = trace.to_owned();
        move |span: &&Value| span["trace_id"] == trace
    };
    let (status, body) = match (asked.method, parts.as_slice()) {
        _ if !asked.has_session => return None,
        ("GET", ["nothing", "here"]) => (404, json!({"message": "Not Found"})),
        ("POST", ["llm", "generate"]) if asked.body == "{" => (400, json!({"error": unreadable})),
        ("POST", ["sign-out"]) => (200, json!({"message": "signed out"})),
        ("GET", ["otel", "trace", trace, "nested-spans"]) => {
            (200, double.spans.iter().filter(is_of(trace)).cloned().collect())
        }
        ("GET", ["otel", "trace", trace, "span", id]) => {
            let mut spans = double.spans.iter().filter(is_of(trace));
            (200, spans.find(|span| span["span_id"] == *id).cloned().unwrap_or_default())
        }
        _ => return None,
    };
    let mut response = format!("{body}\n").into_response();
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
    headers.append(header::VARY, "Origin, Cookie".parse().unwrap());
    headers.append(header::SET_COOKIE, CSRF.parse().unwrap());
    if parts == ["sign-out"] {
        headers.append(header::SET_COOKIE, NO_SESSION.parse().unwrap());
    }
    Some(response)
}
