//! Signing in: credentials, limits, and the new cookie.

use std::time::Duration;

use http::StatusCode;
use http::header::RETRY_AFTER;
use junjo_auth::{AuthConfig, LoginLimits, Rate};
use serde_json::json;

use crate::harness::{ADMIN, PASSWORD, TestApp, test_config};

/// Scenario: right credentials, the address in another case. Guarantee: 200 with the account and a cookie that works.
#[tokio::test]
async fn right_credentials_sign_in() {
    let app = TestApp::start().await;
    app.first_admin().await;
    let mut client = app.anon();
    let reply = client.login("ADA@example.ORG", PASSWORD).await;
    assert_eq!((reply.status, &reply.body["email"]), (StatusCode::OK, &json!(ADMIN)));
    let attributes = reply.set_cookie().unwrap();
    assert!(attributes.ends_with("; Path=/; HttpOnly; SameSite=Strict; Max-Age=86400"), "{attributes}");
    assert_eq!(client.get("/auth/me").await.body, reply.body);
}

/// Scenario: a wrong password and an unknown address. Guarantee: the answers differ in nothing but the request id.
#[tokio::test]
async fn wrong_password_and_unknown_user_look_the_same() {
    let app = TestApp::start().await;
    app.first_admin().await;
    let mut wrong = app.anon().login(ADMIN, "not the password").await;
    let mut unknown = app.anon().login("nobody@example.org", PASSWORD).await;
    for reply in [&mut wrong, &mut unknown] {
        reply.problem(StatusCode::UNAUTHORIZED);
        assert_eq!(reply.set_cookie(), None);
        reply.body["request_id"].take();
    }
    assert_eq!(wrong.body, unknown.body);
    app.anon().login("not an address", PASSWORD).await.problem(StatusCode::UNAUTHORIZED);
    app.anon().login(ADMIN, &"x".repeat(4000)).await.problem(StatusCode::UNAUTHORIZED);
}

/// Scenario: signing in again in the same browser. Guarantee: a new cookie, and the old one is worth nothing.
#[tokio::test]
async fn login_rotates_the_cookie() {
    let app = TestApp::start().await;
    let mut client = app.first_admin().await;
    let mut thief = client.clone();
    client.login(ADMIN, PASSWORD).await;
    assert_ne!(client.cookie, thief.cookie);
    thief.get("/auth/me").await.problem(StatusCode::UNAUTHORIZED);
    assert_eq!(client.get("/auth/me").await.status, StatusCode::OK);
    // a list of sessions must not show one that nobody holds
    let rows: i64 =
        sqlx::query_scalar("SELECT count(*) FROM user_sessions").fetch_one(&app.pool).await.unwrap();
    assert_eq!(rows, 1);
}

/// Scenario: an attacker planted a cookie value in the browser before the login. Guarantee: it is not adopted.
#[tokio::test]
async fn planted_cookie_is_not_adopted() {
    let app = TestApp::start().await;
    app.first_admin().await;
    let mut client = app.anon();
    client.cookie = Some("AAAAAAAAAAAAAAAAAAAAAA".into());
    let mut attacker = client.clone();
    client.login(ADMIN, PASSWORD).await;
    assert_ne!(client.cookie, attacker.cookie);
    attacker.get("/auth/me").await.problem(StatusCode::UNAUTHORIZED);
}

/// Scenario: too many attempts on an account. Guarantee: 429 with Retry-After even for the right password, also for an
/// unknown account; after that time it works again.
#[tokio::test]
async fn attempts_are_limited_per_account() {
    let limits = LoginLimits {
        per_ip: Rate::new(1000, Duration::from_secs(1)),
        per_account: Rate::new(3, Duration::from_mins(1)),
    };
    let app = TestApp::start_with(AuthConfig { login_limits: limits, ..test_config() }).await;
    app.first_admin().await;
    for email in [ADMIN, "nobody@example.org"] {
        for _ in 0..3 {
            app.anon().login(email, "wrong password").await.problem(StatusCode::UNAUTHORIZED);
        }
        let refused = app.anon().login(email, PASSWORD).await;
        refused.problem(StatusCode::TOO_MANY_REQUESTS);
        let wait: u64 = refused.headers[RETRY_AFTER].to_str().unwrap().parse().unwrap();
        assert!((1..=61).contains(&wait), "{wait}");
    }
    app.clock.advance(Duration::from_secs(61));
    assert_eq!(app.anon().login(ADMIN, PASSWORD).await.status, StatusCode::OK);
}

/// Scenario: one address tries many accounts, forging its own address. Guarantee: 429; other addresses go on.
#[tokio::test]
async fn attempts_are_limited_per_address() {
    let limits = LoginLimits {
        per_ip: Rate::new(3, Duration::from_mins(1)),
        per_account: Rate::new(1000, Duration::from_secs(1)),
    };
    let app = TestApp::start_with(AuthConfig { login_limits: limits, ..test_config() }).await;
    app.first_admin().await;
    let mut attacker = app.anon();
    attacker.peer = "192.0.2.66:1".parse().unwrap();
    for number in 0..5 {
        let guess = json!({"email": format!("{number}@example.org"), "password": PASSWORD});
        let forged = [("x-forwarded-for", format!("203.0.113.{number}"))];
        let forged = forged.each_ref().map(|(name, value)| (*name, value.as_str()));
        let status = attacker.post_with("/auth/login", guess, &forged).await.status;
        let wanted = if number < 3 { StatusCode::UNAUTHORIZED } else { StatusCode::TOO_MANY_REQUESTS };
        assert_eq!(status, wanted, "attempt {number}");
    }
    let mut other = app.anon();
    other.peer = "192.0.2.77:1".parse().unwrap();
    assert_eq!(other.login(ADMIN, PASSWORD).await.status, StatusCode::OK);
}
