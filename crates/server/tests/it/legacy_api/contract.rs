//! The contract route by route: who may call each, in which order the checks come, and what a wrong request is told.

use reqwest::Method;
use serde_json::{Value, json};

use super::browser::{Answered, Ask, Browser, ORIGIN};
use crate::harness::{Api, EMAIL, TestServer};

/// Routes that answer without a session.
const PUBLIC: [&str; 5] = ["/ping", "/csrf", "/sign-in", "/users/create-first-user", "/users/db-has-users"];

/// The path of a pattern, with parameters that name nothing.
fn example(pattern: &str) -> String {
    let part = |part: &str| part.strip_prefix(':').map_or_else(|| part.to_owned(), |_| "1".to_owned());
    pattern.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn ask<'a>(method: &Method, path: &'a str, headers: &[(&str, &str)]) -> Ask<'a> {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Ask { method: method.clone(), path, headers, body: None }
}

fn message(answered: &Answered) -> String {
    answered.body()["message"].as_str().unwrap_or_default().to_owned()
}

/// Scenario: every route called by nobody: without cookies, with the token in the header alone, with the cookie alone, and with a
/// session that is none. Guarantee: 400, 403 and 401 in that order, and only the public routes answer.
#[tokio::test(flavor = "multi_thread")]
async fn every_route_checks_in_order() {
    let server = TestServer::start().await;
    for (method, pattern) in junjo_legacy_api::patterns() {
        let path = example(pattern);
        let mut browser = Browser::at(&server);
        let is_unsafe = method != Method::GET && pattern != "/sign-in";
        let nobody = browser.ask(ask(&method, &path, &[])).await;
        let header_only = browser.ask(ask(&method, &path, &[("x-csrf-token", "x")])).await;
        if is_unsafe {
            assert_eq!(
                (nobody.status, message(&nobody).as_str()),
                (400, "missing value in cookies"),
                "{path}"
            );
            assert_eq!((header_only.status, message(&header_only).as_str()), (403, "invalid csrf token"));
        }
        for cookie in ["csrf=abc", "csrf=abc; session=nonsense"] {
            let refused = browser.ask(ask(&method, &path, &[("cookie", cookie)])).await;
            if PUBLIC.contains(&pattern) {
                assert_ne!(refused.status, 401, "{path}");
                continue;
            }
            let expected = (401, "Unauthorized: No valid session");
            assert_eq!((refused.status, message(&refused).as_str()), expected, "{method} {path}");
        }
    }
    server.stop().await;
}

/// Scenario: methods that a path does not have, addresses that nobody has, this server's own, and browsers that navigate, by
/// somebody and by nobody. Guarantee: the Go server's words for what could be its, this server's for its own, and the page for a browser.
#[tokio::test(flavor = "multi_thread")]
async fn addresses_have_one_owner() {
    let server = TestServer::start().await;
    let mut browser = Browser::signed_in(&server).await;
    let mut nobody = Browser::at(&server);
    for (method, path, own, others) in [
        (Method::GET, "/nothing/here", 404, 401),
        (Method::GET, "/otel/nothing", 404, 401),
        (Method::GET, "/users/", 404, 401),
        (Method::PUT, "/users", 405, 400),
        (Method::GET, "/sign-in", 405, 405),
        (Method::HEAD, "/ping", 405, 405),
        (Method::PUT, "/ping", 405, 405),
        (Method::GET, "/users/1", 405, 401),
    ] {
        let answered = browser.with_cookies(method.clone(), path, None, &[]).await;
        assert_eq!(answered.status, own, "{method} {path}");
        assert_eq!(nobody.ask(ask(&method, path, &[])).await.status, others, "{method} {path}");
        if own == 404 {
            assert_eq!(answered.text, "{\"message\":\"Not Found\"}\n");
        }
        if own == 405 {
            assert!(answered.all("allow")[0].starts_with("OPTIONS, "), "{path}");
        }
    }
    for path in ["/auth/nothing", "/assets/missing.js", "/api-keys/a/b"] {
        let answered = nobody.ask(ask(&Method::GET, path, &[])).await;
        assert_eq!((answered.status, &answered.body()["status"]), (404, &json!(404)), "{path}");
    }
    let key = nobody.ask(ask(&Method::GET, "/nothing", &[("authorization", "Bearer jj_x")])).await;
    assert_eq!((key.status, &key.body()["status"]), (404, &json!(404)));
    for path in ["/users", "/sign-in", "/nothing/here"] {
        let page = nobody.ask(ask(&Method::GET, path, &[("accept", "text/html,*/*")])).await;
        assert!(page.text.contains("<html"), "{path}: {}", page.text);
    }
    assert!(browser.get("/users").await.body().is_array());
    server.stop().await;
}

/// Scenario: the parameter `pretty`, names with markup, empty parameters, ids that are none, and a body that is no JSON. Guarantee:
/// the Go server's bytes and codes.
#[tokio::test(flavor = "multi_thread")]
async fn bytes_are_those_of_the_go_server() {
    let server = TestServer::start().await;
    let mut browser = Browser::signed_in(&server).await;
    let made = browser.send(Method::POST, "/api_keys", &json!({"name": "<b>&amp;</b>"})).await;
    assert_eq!(made.status, 201);
    assert!(
        made.text.contains("\"Name\":\"\\u003cb\\u003e\\u0026amp;\\u003c/b\\u003e\"")
            && made.text.ends_with("}\n")
    );
    assert_eq!(browser.get("/otel/span-service-names?pretty").await.text, "[]\n");
    assert!(browser.get("/api_keys?pretty").await.text.starts_with("[\n  {\n    \"ID\": \""));
    for (path, status, text) in [
        ("/otel/service//root-spans", 400, "{\"error\":\"serviceName parameter is required\"}\n"),
        ("/otel/trace//nested-spans", 400, "{\"error\":\"traceId parameter is required\"}\n"),
        ("/otel/trace//span/1", 400, "{\"error\":\"traceId parameter is required\"}\n"),
        ("/otel/trace/abc/nested-spans", 200, "[]\n"),
        ("/otel/trace/abc/span/1", 200, "null\n"),
        ("/otel/trace/00000000000000000000000000000001/span/0000000000000001", 200, "null\n"),
        ("/otel/service/a%2Fb/root-spans-filtered", 200, "[]\n"),
        ("/otel/spans/type/workflow/%ff", 200, "[]\n"),
    ] {
        let answered = browser.get(path).await;
        assert_eq!((answered.status, answered.text.as_str()), (status, text), "{path}");
    }
    let out = browser.send(Method::POST, "/sign-out", &json!({})).await;
    assert_eq!((out.status, out.text.as_str()), (200, "{\"message\":\"signed out\"}\n"));
    assert_eq!(browser.session, None);
    assert_eq!(browser.get("/auth-test").await.status, 401);
    server.stop().await;
}

/// Scenario: a page of another origin posts with the cookies. Guarantee: refused, whatever the Go server did (listed).
#[tokio::test(flavor = "multi_thread")]
async fn foreign_posts_are_refused() {
    let server = TestServer::start().await;
    let mut browser = Browser::signed_in(&server).await;
    let cookies = browser.cookies();
    for (origin, status) in [("http://evil.example", 403), (ORIGIN, 201)] {
        let mut post = ask(&Method::POST, "/api_keys", &[("origin", origin), ("cookie", &cookies)]);
        post.headers.push(("content-type".to_owned(), "application/json".to_owned()));
        post.body = Some(json!({"name": "x"}).to_string());
        assert_eq!(browser.ask(post).await.status, status, "{origin}");
    }
    server.stop().await;
}

/// Scenario: a preflight of this server's own method. Guarantee: it is allowed where it is asked for.
#[tokio::test(flavor = "multi_thread")]
async fn preflights_allow_patch_where_it_is_asked_for() {
    let server = TestServer::start().await;
    let mut browser = Browser::at(&server);
    for (method, allowed) in
        [("PATCH", "GET,POST,PUT,PATCH,DELETE,OPTIONS"), ("DELETE", "GET,POST,PUT,DELETE,OPTIONS")]
    {
        let headers = [("origin", ORIGIN), ("access-control-request-method", method)];
        let answered = browser.ask(ask(&Method::OPTIONS, "/api-keys/x", &headers)).await;
        assert_eq!((answered.status, answered.all("access-control-allow-methods")), (204, vec![allowed]));
    }
    server.stop().await;
}

/// Scenario: a member and a viewer at the old page. Guarantee: accounts are for admins, keys for members, telemetry for all; each
/// refusal is a sentence where the page reads it.
#[tokio::test(flavor = "multi_thread")]
async fn roles_hold_here_too() {
    let server = TestServer::start().await;
    let mut admin = Browser::signed_in(&server).await;
    let account = json!({"email": "member@example.com", "password": "another correct horse"});
    assert_eq!(admin.send(Method::POST, "/users", &account).await.status, 200);
    let mut member = Browser::at(&server);
    member.get("/auth-test").await;
    assert_eq!(member.send(Method::POST, "/sign-in", &account).await.status, 200);
    let api = Api::new(server.http);
    api.login().await;
    let accounts = api.read("/auth/accounts").await;
    let found = accounts["items"].as_array().unwrap().iter().find(|item| item["email"] == account["email"]);
    assert_eq!(found.unwrap()["role"], "member");
    for (method, path) in [(Method::GET, "/users"), (Method::POST, "/users"), (Method::DELETE, "/users/1")] {
        let refused = member.send(method.clone(), path, &account).await;
        assert_eq!((refused.status, refused.body()["message"].is_string()), (403, true), "{method} {path}");
    }
    assert_eq!(member.send(Method::POST, "/api_keys", &json!({"name": "mine"})).await.status, 201);
    let change =
        api.call(Method::PATCH, &format!("/auth/accounts/{}", found.unwrap()["id"].as_str().unwrap()));
    let change =
        change.header("content-type", "application/json").body(json!({"role": "viewer"}).to_string());
    assert_eq!(change.send().await.unwrap().status(), 200);
    assert_eq!(member.send(Method::POST, "/sign-in", &account).await.status, 200);
    for (path, body) in [("/api_keys", json!({"name": "x"})), ("/llm/generate", json!({"contents": []}))] {
        let refused: Value = member.send(Method::POST, path, &body).await.body();
        assert!(refused["message"].as_str().unwrap().contains("role"), "{path}: {refused}");
    }
    assert_eq!(member.get("/otel/span-service-names").await.status, 200);
    assert_eq!(member.get("/auth-test").await.body(), json!({"userEmail": account["email"]}));
    assert_eq!(admin.get("/auth-test").await.body(), json!({"userEmail": EMAIL}));
    server.stop().await;
}
