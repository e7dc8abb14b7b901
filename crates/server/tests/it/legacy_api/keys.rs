//! Keys through the old page, which shows twelve characters of a key, copies what it was given, and deletes by it.

use std::time::Duration;

use junjo_web::ManualClock;
use reqwest::Method;
use serde_json::{Value, json};

use super::browser::Browser;
use super::schemas;
use crate::harness::{Api, TestServer};

fn key_named(keys: &Value, name: &str) -> String {
    let found = keys.as_array().unwrap().iter().find(|key| key["Name"] == name);
    found.unwrap_or_else(|| panic!("{name} is not in {keys}"))["Key"].as_str().unwrap().to_owned()
}

/// As the page writes it into an address.
fn address(key: &str) -> String {
    format!("/api_keys/{}", key.replace('…', "%E2%80%A6"))
}

/// Scenario: keys are made; the list is read by their own session, by another one, and after ten minutes; each is deleted by what a list
/// has shown of it. Guarantee: the whole key for its session and ten minutes, else a handle of the twelve characters that the page shows,
/// unique, which deletes; ids and prefixes do as well.
#[tokio::test(flavor = "multi_thread")]
async fn keys_are_shown_for_ten_minutes_and_deleted_by_what_is_shown() {
    let clock = ManualClock::default();
    let server = TestServer::start_at(clock.shared()).await;
    let mut browser = Browser::signed_in(&server).await;
    let mut made = Vec::new();
    for name in ["whole", "handle", "id", "prefix"] {
        let answered = browser.send(Method::POST, "/api_keys", &json!({ "name": name })).await;
        made.push(answered.body());
    }
    let own = browser.get("/api_keys").await.body();
    schemas::keys(&own).unwrap();
    for key in &made {
        assert_eq!(key_named(&own, key["Name"].as_str().unwrap()), key["Key"].as_str().unwrap());
    }
    let mut other = Browser::at(&server);
    let account = json!({"email": crate::harness::EMAIL, "password": crate::harness::PASSWORD});
    other.send(Method::POST, "/sign-in", &account).await;
    let elsewhere = other.get("/api_keys").await.body();
    let handle = key_named(&elsewhere, "handle");
    assert_eq!(handle.chars().count(), 12);
    assert!(made[1]["Key"].as_str().unwrap().starts_with(handle.trim_end_matches('…')));
    clock.advance(Duration::from_mins(10));
    assert_eq!(key_named(&browser.get("/api_keys").await.body(), "handle"), handle);
    let prefix = made[3]["Key"].as_str().unwrap()[..11].to_owned();
    for shown in [made[0]["Key"].as_str().unwrap(), &handle, made[2]["ID"].as_str().unwrap(), &prefix] {
        let answered = browser.with_cookies(Method::DELETE, &address(shown), None, &[]).await;
        assert_eq!((answered.status, answered.text.as_str()), (204, ""), "{shown}");
        let again = browser.with_cookies(Method::DELETE, &address(shown), None, &[]).await;
        assert_eq!((again.status, again.text.as_str()), (404, "{\"message\":\"API key not found\"}\n"));
    }
    assert_eq!(browser.get("/api_keys").await.text, "[]\n");
    server.stop().await;
}

/// Scenario: a key made at the old page, used and deleted; and somebody else's, whom the caller may not touch. Guarantee: it takes
/// spans until then and not after; another's key is not found.
#[tokio::test(flavor = "multi_thread")]
async fn keys_are_real() {
    let server = TestServer::start().await;
    let mut browser = Browser::signed_in(&server).await;
    let made = browser.send(Method::POST, "/api_keys", &json!({"name": "sdk"})).await.body();
    let key = made["Key"].as_str().unwrap();
    let send = async || server.client(key).call("trace.v1.TraceService", Vec::new().into()).await;
    send().await.unwrap();
    let account = json!({"email": "member@example.com", "password": "another correct horse"});
    browser.send(Method::POST, "/users", &account).await;
    let mut member = Browser::at(&server);
    member.get("/auth-test").await;
    member.send(Method::POST, "/sign-in", &account).await;
    assert_eq!(member.get("/api_keys").await.text, "[]\n");
    assert_eq!(member.with_cookies(Method::DELETE, &address(key), None, &[]).await.status, 404);
    let api = Api::new(server.http);
    api.login().await;
    assert_eq!(api.read("/api-keys").await["items"][0]["scope"], "ingest");
    assert_eq!(browser.with_cookies(Method::DELETE, &address(key), None, &[]).await.status, 204);
    assert_eq!(send().await.unwrap_err().code(), tonic::Code::Unauthenticated);
    server.stop().await;
}
