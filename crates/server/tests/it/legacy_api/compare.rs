//! `compare` between the Go server, as a double that answers what the real one did, and this server.

use std::time::Duration;

use chrono::DateTime;
use junjo_go_migration::compare::{Documented, Login, compare};
use junjo_web::ManualClock;
use reqwest::Method;
use serde_json::json;

use super::answers::send_captures_with;
use super::browser::{Browser, index_is_open};
use super::go_server::GoServer;
use crate::harness::{PASSWORD, TestServer};

/// Who the recorded answers are about.
const OWNER: &str = "owner@example.com";
/// When the account was made there; its keys a second later.
const CREATED_AT: &str = "2026-11-29T13:53:01Z";
/// Its keys.
const KEYS: [&str; 3] = ["  ", "<b>&amp;</b>", "harness"];

/// Scenario: both servers have the same account, keys and telemetry, and the command compares them. Guarantee: every call is
/// answered by the double, spans are among them, and nothing differs that is not in `docs/legacy-api.md`.
#[tokio::test(flavor = "multi_thread")]
async fn compare_finds_documented_differences_alone() {
    let created = DateTime::parse_from_rfc3339(CREATED_AT).unwrap();
    let clock = ManualClock::at_unix_nano(created.timestamp_nanos_opt().unwrap());
    let server = TestServer::start_at(clock.shared()).await;
    let mut browser = Browser::at(&server);
    index_is_open(&server).await;
    browser.get("/auth-test").await;
    let account = json!({"email": OWNER, "password": PASSWORD});
    assert_eq!(browser.send(Method::POST, "/users/create-first-user", &account).await.status, 200);
    assert_eq!(browser.send(Method::POST, "/sign-in", &account).await.status, 200);
    clock.advance(Duration::from_secs(1));
    let mut key = String::new();
    for name in KEYS {
        // lists within a second are in the order of creation
        clock.advance(Duration::from_millis(1));
        let made = browser.send(Method::POST, "/api_keys", &json!({ "name": name })).await;
        made.body()["Key"].as_str().unwrap().clone_into(&mut key);
    }
    send_captures_with(&server, &mut browser, &key).await;
    let (go, double) = GoServer::start().await;
    let login = Login { email: OWNER.to_owned(), password: PASSWORD.to_owned().into() };
    let (go, ours) = (format!("http://{go}"), format!("http://{}", server.http));
    let report = compare(&go, &ours, Some(&login), &Documented::bundled()).await.unwrap();
    assert_eq!(double.unknown(), Vec::<String>::new());
    assert_eq!(report.unexplained(), 0, "{report}");
    let was_met =
        |route: &str, field: &str| report.differences.contains_key(&(route.to_owned(), field.to_owned()));
    assert!(was_met("GET /otel/trace/:trace/span/:span", "body.kind"), "{report}");
    assert!(was_met("GET /otel/service/:service/root-spans", "body[].junjo_id.filled"), "{report}");
    server.stop().await;
}
