//! Comparing two servers over HTTP. Both are made up here, so that each difference is known.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use junjo_go_migration::compare::{CompareError, Documented, Login, Report, Where, compare};
use serde_json::{Value, json};

/// What a server answers that is not the same for both.
#[derive(Clone)]
struct Own {
    cookie: &'static str,
    users: Value,
    keys: Value,
    spans: Value,
    signed_out: &'static str,
}

fn keys(key: &str) -> Value {
    json!([{"Name": "agents", "Key": key}])
}

fn span(id: &str, name: &str) -> Value {
    json!({"trace_id": "0af7651916cd43dd8448eb211c80319c", "span_id": id, "name": name, "links_json": []})
}

fn go() -> Own {
    Own {
        cookie: "session=abc; Path=/; HttpOnly; Secure; SameSite=Strict",
        users: json!([{"ID": 2, "Email": "b@x.org"}, {"ID": 1, "Email": "a@x.org"}]),
        keys: keys("k-in-full"),
        spans: json!([span("00000000000000a2", "two"), span("00000000000000a1", "one")]),
        signed_out: "session=; Path=/; Max-Age=0",
    }
}

async fn answer(State(own): State<Arc<Own>>, request: Request) -> Response {
    let cookies =
        request.headers().get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_signed_in = cookies.contains("session=abc");
    let (method, path) = (request.method().as_str().to_owned(), request.uri().path().to_owned());
    let body = axum::body::to_bytes(request.into_body(), 10_000).await.unwrap();
    let call = format!("{method} {path}");
    if call == "POST /sign-in" {
        let is_right = body.windows(8).any(|part| part == b"a secret");
        let status = if is_right { StatusCode::OK } else { StatusCode::BAD_REQUEST };
        return (status, [(header::SET_COOKIE, own.cookie)], axum::Json(json!({}))).into_response();
    }
    if call == "GET /ping" {
        return "pong".into_response();
    }
    if !is_signed_in {
        return (StatusCode::UNAUTHORIZED, axum::Json(json!({"message": "no"}))).into_response();
    }
    if call == "POST /sign-out" {
        return ([(header::SET_COOKIE, own.signed_out)], axum::Json(json!({}))).into_response();
    }
    let body = match call.as_str() {
        "GET /users" => own.users.clone(),
        "GET /api_keys" => own.keys.clone(),
        "GET /otel/span-service-names" => json!(["a b"]),
        "GET /otel/service/a%20b/root-spans" | "GET /otel/spans/type/workflow/a%20b" => own.spans.clone(),
        path if path.ends_with("/nested-spans") => own.spans.as_array().unwrap()[..2].into(),
        path if path.contains("/span/") => own.spans[0].clone(),
        _ => json!([]),
    };
    axum::Json(body).into_response()
}

async fn serve(own: Own) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let router = Router::new().fallback(answer).with_state(Arc::new(own));
    tokio::spawn(async move { axum::serve(listener, router).await });
    addr
}

async fn compared(ours: Own, password: &str) -> Result<Report, CompareError> {
    compared_with(go(), ours, password).await
}

async fn compared_with(go: Own, ours: Own, password: &str) -> Result<Report, CompareError> {
    let (go, ours) = (serve(go).await, serve(ours).await);
    let login = Login { email: "a@x.org".to_owned(), password: password.to_owned().into() };
    compare(&format!("http://{go}/"), &format!("http://{ours}"), Some(&login), &Documented::bundled()).await
}

/// Scenario: both servers say the same. Guarantee: every route is asked, also with what is in the lists, and nothing differs.
#[tokio::test]
async fn equal_servers_do_not_differ() {
    let report = compared(go(), "a secret").await.unwrap();
    assert!(report.differences.is_empty(), "{report}");
    // refused forms, lists, three of the service, one trace, two spans, sign-out
    assert!(report.calls > 40, "{} calls", report.calls);
}

/// Scenario: ours stores hashes and is not on https, which is documented, and sorts users wrongly and has another name of a span.
/// Guarantee: the first are told with their reasons, the others are differences, and only they count.
#[tokio::test]
async fn documented_differences_are_told_apart() {
    let ours = Own {
        cookie: "session=abc; Path=/; HttpOnly; SameSite=Strict",
        users: json!([{"ID": 1, "Email": "a@x.org"}, {"ID": 2, "Email": "b@x.org"}]),
        keys: keys("k-in"),
        spans: json!([span("00000000000000a2", "two"), span("00000000000000a1", "uno")]),
        ..go()
    };
    let report = compared(ours, "a secret").await.unwrap();
    let found = |is_meant: bool| -> Vec<(&str, &str)> {
        let differences = report.differences.iter().filter(|(_, one)| one.reason.is_some() == is_meant);
        differences.map(|((route, field), _)| (route.as_str(), field.as_str())).collect()
    };
    let unmeant = [
        ("GET /otel/service/:service/root-spans", "body[].name"),
        ("GET /otel/spans/type/workflow/:service", "body[].name"),
        ("GET /otel/trace/:trace/nested-spans", "body[].name"),
        ("GET /users", "body.order"),
    ];
    assert_eq!(found(false), unmeant, "{report}");
    assert_eq!(report.unexplained(), 4);
    let meant = found(true);
    assert!(meant.contains(&("GET /api_keys", "body[].Key")), "{meant:?}");
    assert!(meant.contains(&("POST /sign-in", "cookie.session.Secure")), "{meant:?}");
    let text = report.to_string();
    assert!(text.contains("Documented:\n- GET /api_keys: body[].Key, 1 times: only hashes"), "{text}");
}

/// A span as both servers have it: what the Go server keeps of it, and what it is.
fn odd_span(id: &str, is_go: bool) -> Value {
    let whole = json!({"kind": "INTERNAL", "service_name": "b", "junjo_id": "n", "junjo_span_type": "node",
        "junjo_wf_graph_structure": {"v": 1}, "status_code": "STATUS_CODE_UNSET", "links_json": [{}],
        "attributes_json": {"list": [], "node.id": "n"}});
    let kept = json!({"kind": "CLIENT", "service_name": "a", "junjo_id": "", "junjo_span_type": "agent",
        "junjo_wf_graph_structure": {}, "status_code": "", "links_json": [], "attributes_json": {"list": null}});
    let mut span = span(id, "odd");
    let fields = if is_go { kept } else { whole };
    span.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    span
}

/// Scenario: a Go server with more runs than a list has, fewer spans, odd values, and accounts and keys that were imported in part.
/// Guarantee: all of it is documented, and nothing that is documented for running servers is without such a case.
#[tokio::test]
async fn differences_of_running_servers_are_documented() {
    let spans = |ids: &[u32], is_go: bool| -> Value {
        ids.iter().map(|id| odd_span(&format!("{:016x}", 2_000 - id), is_go)).collect()
    };
    let ids: Vec<u32> = (0..520).collect();
    let theirs = Own {
        users: json!([{"ID": 2, "Email": "odd"}, {"ID": 1, "Email": "a@x.org"}]),
        keys: json!([{"ID": "1", "Name": "agents", "Key": "k-in-full"}, {"ID": "2", "Name": "", "Key": ""}]),
        spans: spans(&ids[1..], true),
        ..go()
    };
    let ours = Own {
        users: json!([{"ID": 3, "Email": "a@x.org"}]),
        keys: json!([{"ID": "x", "Name": "agents", "Key": "k-in"}]),
        // the newest is not there yet at the Go server; it comes behind, so that the first span is the same
        spans: spans(&[&ids[1..400], &[0], &ids[400..500]].concat(), false),
        signed_out: "session=; Path=/; HttpOnly; Max-Age=0",
        ..go()
    };
    let report = compared_with(theirs, ours, "a secret").await.unwrap();
    assert_eq!(report.unexplained(), 0, "{report}");
    let met: BTreeSet<String> =
        report.differences.keys().map(|(route, field)| format!("{route}:{field}")).collect();
    assert_eq!(Documented::bundled().stale(Where::Running, &met), Vec::<&str>::new(), "{met:#?}");
}

/// Scenario: a wrong password, an address that is none, nobody there. Guarantee: each an error that says which server.
#[tokio::test]
async fn what_cannot_be_compared_is_an_error() {
    let refused = compared(go(), "wrong").await.unwrap_err().to_string();
    assert!(refused.contains("answers 400 to the login"), "{refused}");
    let documented = Documented::bundled();
    let error = compare("localhost", "http://127.0.0.1:1", None, &documented).await.unwrap_err();
    assert!(matches!(error, CompareError::Address { .. }), "{error}");
    let go = format!("http://{}", serve(go()).await);
    let error = compare(&go, "http://127.0.0.1:1", None, &documented).await.unwrap_err();
    assert!(
        matches!(&error, CompareError::Silent { url, .. } if url.starts_with("http://127.0.0.1:1/")),
        "{error}"
    );
}
