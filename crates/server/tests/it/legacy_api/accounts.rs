//! Accounts through the old page, which can neither ask for a password again nor name an account but by a number.

use std::time::Duration;

use junjo_web::ManualClock;
use reqwest::Method;
use serde_json::json;

use super::browser::Browser;
use super::schemas;
use crate::harness::{Api, EMAIL, TestServer};

const SECOND: &str = "second@example.com";

fn second() -> serde_json::Value {
    json!({"email": SECOND, "password": "another correct horse"})
}

/// Scenario: an admin signed in twenty minutes ago adds and deletes an account from the same browser, and somebody else tries with
/// the same cookie from another one. Guarantee: the page's flow works without the password; the taken cookie changes nothing, gets
/// a sentence, and is in the audit log.
#[tokio::test(flavor = "multi_thread")]
async fn changes_come_from_where_the_session_began() {
    let clock = ManualClock::default();
    let server = TestServer::start_at(clock.shared()).await;
    let mut browser = Browser::signed_in(&server).await;
    clock.advance(Duration::from_mins(20));
    let elsewhere = [("user-agent", "curl/8")];
    let refused = browser.with_cookies(Method::POST, "/users", Some(&second()), &elsewhere).await;
    assert_eq!(refused.status, 403);
    assert!(refused.body()["message"].as_str().unwrap().starts_with("Sign in again"), "{}", refused.text);
    assert_eq!(browser.send(Method::POST, "/users", &second()).await.status, 200);
    let refused = browser.with_cookies(Method::DELETE, "/users/2", None, &elsewhere).await;
    assert_eq!(refused.status, 403);
    assert_eq!(browser.with_cookies(Method::DELETE, "/users/2", None, &[]).await.status, 200);
    let api = Api::new(server.http);
    api.login().await;
    let events = api.read("/auth/audit").await;
    let events = events["items"].as_array().unwrap();
    let seen = |action: &str, detail: &str| {
        events.iter().any(|event| event["action"] == action && event["detail"] == detail)
    };
    assert!(seen("user.create", "begun_elsewhere") && seen("user.delete", "begun_elsewhere"), "{events:?}");
    server.stop().await;
}

/// Scenario: accounts are added, listed and deleted by number; a deleted one's session goes on asking; the last admin deletes
/// themself. Guarantee: numbers are integers and never given twice, the session has ended, and the last admin stays.
#[tokio::test(flavor = "multi_thread")]
async fn accounts_have_numbers() {
    let server = TestServer::start().await;
    let mut browser = Browser::signed_in(&server).await;
    assert_eq!(browser.send(Method::POST, "/users", &second()).await.status, 200);
    let mut other = Browser::at(&server);
    assert_eq!(other.send(Method::POST, "/sign-in", &second()).await.status, 200);
    let users = browser.get("/users").await.body();
    schemas::users(&users).unwrap();
    let number = |email: &str| {
        users.as_array().unwrap().iter().find(|user| user["Email"] == email).unwrap()["ID"].as_i64().unwrap()
    };
    let (own, seconds) = (number(EMAIL), number(SECOND));
    let gone = format!("/users/{seconds}");
    assert_eq!(browser.with_cookies(Method::DELETE, &gone, None, &[]).await.status, 200);
    assert_eq!(other.get("/auth-test").await.status, 401);
    assert_eq!(browser.send(Method::POST, "/users", &second()).await.status, 200);
    let users = browser.get("/users").await.body();
    assert!(users.as_array().unwrap().iter().all(|user| user["ID"] != seconds), "{users}");
    let refused = browser.with_cookies(Method::DELETE, &format!("/users/{own}"), None, &[]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.body()["message"].as_str().unwrap().contains("last administrator"), "{}", refused.text);
    server.stop().await;
}

/// Scenario: weak passwords, an address that is none, an old cookie of the Go server, and too many wrong passwords. Guarantee: each is
/// told in `message`, which is all that the page reads; the old cookie does not keep anybody out.
#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_sentences_in_message() {
    let server = TestServer::start().await;
    let mut browser = Browser::at(&server);
    browser.get("/auth-test").await;
    let weak = json!({"email": EMAIL, "password": "x"});
    let refused = browser.send(Method::POST, "/users/create-first-user", &weak).await;
    assert_eq!(
        (refused.status, refused.body()["message"].as_str()),
        (400, Some("Use a password of at least 8 characters."))
    );
    let mut browser = Browser::signed_in(&server).await;
    for (body, status) in [
        (json!({"email": "a", "password": "long enough to pass"}), 400),
        (json!({"email": SECOND, "password": ""}), 400),
        (json!({}), 400),
    ] {
        let refused = browser.send(Method::POST, "/users", &body).await;
        assert_eq!((refused.status, refused.body()["message"].is_string()), (status, true), "{body}");
    }
    browser.session = Some("MTczMjg5MTY4MXxEWDhF".to_owned());
    let account = json!({"email": EMAIL, "password": crate::harness::PASSWORD});
    assert_eq!(browser.send(Method::POST, "/sign-in", &account).await.status, 200);
    let mut last = 0;
    for _ in 0..60 {
        let refused =
            browser.send(Method::POST, "/sign-in", &json!({"email": SECOND, "password": "wrong"})).await;
        last = refused.status;
        if last == 429 {
            assert!(refused.body()["message"].is_string() && !refused.all("retry-after").is_empty());
            break;
        }
        assert_eq!((last, refused.text.as_str()), (401, "{\"message\":\"invalid credentials\"}\n"));
    }
    assert_eq!(last, 429);
    server.stop().await;
}
