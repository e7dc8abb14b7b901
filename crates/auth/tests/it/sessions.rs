//! How a session lives and dies.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Method, StatusCode};
use serde_json::json;

use crate::harness::{ADMIN, PASSWORD, TestApp};

const HOUR: Duration = Duration::from_hours(1);

/// Scenario: sign out, then use the old cookie. Guarantee: 204, the browser's cookie is removed, a copy of it is dead.
#[tokio::test]
async fn logout_kills_the_session() {
    let app = TestApp::start().await;
    let mut client = app.first_admin().await;
    let mut thief = client.clone();
    let reply = client.post("/auth/logout", json!(null)).await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT);
    assert!(reply.set_cookie().unwrap().contains("Max-Age=0"), "{:?}", reply.set_cookie());
    assert_eq!(client.cookie, None);
    thief.get("/auth/me").await.problem(StatusCode::UNAUTHORIZED);
    assert_eq!(app.anon().post("/auth/logout", json!(null)).await.status, StatusCode::NO_CONTENT);
}

/// Scenario: no cookie, a malformed one, an unknown one. Guarantee: 401 problems.
#[tokio::test]
async fn requests_without_a_session_are_refused() {
    let app = TestApp::start().await;
    for cookie in [None, Some("not-a-session"), Some("AAAAAAAAAAAAAAAAAAAAAA"), Some("%00;")] {
        let mut client = app.anon();
        client.cookie = cookie.map(str::to_owned);
        client.get("/auth/me").await.problem(StatusCode::UNAUTHORIZED);
    }
}

/// Scenario: a browser that is used now and then, and one that is not. Guarantee: 24 idle hours end a session, use keeps
/// it, and 30 days end it anyway.
#[tokio::test]
async fn sessions_end_when_idle_and_when_old() {
    let app = TestApp::start().await;
    let mut idle = app.first_admin().await;
    let mut active = app.anon();
    active.login(ADMIN, PASSWORD).await;
    app.clock.advance(23 * HOUR);
    let reply = active.get("/auth/me").await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(reply.set_cookie().unwrap().contains("Max-Age=86400"), "the cookie is renewed with the session");
    app.clock.advance(HOUR);
    idle.get("/auth/me").await.problem(StatusCode::UNAUTHORIZED);
    assert_eq!(idle.cookie, None);
    for _ in 0..(29 * 24 / 12) {
        assert_eq!(active.get("/auth/me").await.status, StatusCode::OK);
        app.clock.advance(12 * HOUR);
    }
    active.get("/auth/me").await.problem(StatusCode::UNAUTHORIZED);
}

/// Scenario: two requests within a minute. Guarantee: the second writes nothing, so it sets no cookie.
#[tokio::test]
async fn session_in_use_is_not_written_on_every_request() {
    let app = TestApp::start().await;
    let mut client = app.first_admin().await;
    assert_eq!(client.get("/auth/me").await.set_cookie(), None);
}

/// Scenario: the account of a signed-in browser is deleted. Guarantee: its next request is refused.
#[tokio::test]
async fn deleted_user_loses_the_session() {
    let app = TestApp::start().await;
    let mut admin = app.first_admin().await;
    let mut bob = app.user(&mut admin, "bob@example.org", "member").await;
    assert_eq!(bob.get("/auth/me").await.status, StatusCode::OK);
    let path = format!("/auth/accounts/{}", bob.own_id().await);
    assert_eq!(admin.delete(&path).await.status, StatusCode::NO_CONTENT);
    bob.get("/auth/me").await.problem(StatusCode::UNAUTHORIZED);
    assert_eq!(admin.get("/auth/me").await.status, StatusCode::OK);
}

/// Scenario: the server restarts. Guarantee: people stay signed in.
#[tokio::test]
async fn sessions_survive_a_restart() {
    let app = TestApp::start().await;
    let cookie = app.first_admin().await.cookie;
    let app = app.restart().await;
    let mut client = app.anon();
    client.cookie = cookie;
    assert_eq!(client.get("/auth/me").await.body["email"], ADMIN);
}

/// Scenario: a request with a good cookie and any Authorization header. Guarantee: the cookie does not count.
#[tokio::test]
async fn authorization_header_never_falls_back_to_the_cookie() {
    let app = TestApp::start().await;
    let mut client = app.first_admin().await;
    let headers = [("authorization", "Bearer jj_nonsense")];
    client.call(Method::GET, "/anyone", &headers, "").await.problem(StatusCode::UNAUTHORIZED);
    assert_eq!(client.get("/anyone").await.status, StatusCode::OK);
}

/// Scenario: each role at routes of another feature. Guarantee: 403 exactly below the needed role, 401 for nobody.
#[tokio::test]
async fn roles_are_enforced_in_other_features() {
    let app = TestApp::start().await;
    let mut admin = app.first_admin().await;
    let mut member = app.user(&mut admin, "member@example.org", "member").await;
    let mut viewer = app.user(&mut admin, "viewer@example.org", "viewer").await;
    for (path, allowed) in [("/members", [true, true, false]), ("/admins", [true, false, false])] {
        for (client, is_allowed) in [&mut admin, &mut member, &mut viewer].into_iter().zip(allowed) {
            let wanted = if is_allowed { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(client.post(path, json!(null)).await.status, wanted, "{path}");
        }
        app.anon().post(path, json!(null)).await.problem(StatusCode::UNAUTHORIZED);
    }
}

/// Scenario: somebody signs in with more browsers than an account may have. Guarantee: the stalest session ends.
#[tokio::test]
async fn sessions_per_user_are_limited() {
    let app = TestApp::start().await;
    let mut first = app.first_admin().await;
    let mut last = app.anon();
    for _ in 0..50 {
        app.clock.advance(Duration::from_secs(1));
        last = app.anon();
        assert_eq!(last.login(ADMIN, PASSWORD).await.status, StatusCode::OK);
    }
    first.get("/auth/me").await.problem(StatusCode::UNAUTHORIZED);
    assert_eq!(last.get("/auth/me").await.status, StatusCode::OK);
}

/// Scenario: purge with one live and one stale session. Guarantee: only the stale row goes; live people stay signed in.
#[tokio::test]
async fn purge_deletes_only_what_is_over() {
    let app = TestApp::start().await;
    app.first_admin().await;
    app.clock.advance(25 * HOUR);
    let mut live = app.anon();
    live.login(ADMIN, PASSWORD).await;
    app.state.purge().await.unwrap();
    let rows: i64 =
        sqlx::query_scalar("SELECT count(*) FROM user_sessions").fetch_one(&app.pool).await.unwrap();
    assert_eq!(rows, 1);
    assert_eq!(live.get("/auth/me").await.status, StatusCode::OK);
}

/// Scenario: a cookie's record whose time has passed. Guarantee: purge deletes it, so the text format of its date is one
/// that SQLite understands.
#[tokio::test]
async fn purge_deletes_expired_cookie_records() {
    let app = TestApp::start().await;
    app.first_admin().await;
    sqlx::query(
        "UPDATE tower_sessions SET expiry_date = replace(expiry_date, substr(expiry_date, 1, 4), '2020')",
    )
    .execute(&app.pool)
    .await
    .unwrap();
    app.state.purge().await.unwrap();
    let rows: i64 =
        sqlx::query_scalar("SELECT count(*) FROM tower_sessions").fetch_one(&app.pool).await.unwrap();
    assert_eq!(rows, 0);
}

/// Scenario: look into the database of a signed-in person. Guarantee: neither the cookie's value nor its number is in it, so a
/// copy of the file signs nobody in; and a cookie made of what is stored does not work.
#[tokio::test]
async fn cookies_are_stored_hashed() {
    let app = TestApp::start().await;
    let mut client = app.first_admin().await;
    let cookie = client.cookie.clone().unwrap();
    assert_eq!(client.get("/auth/me").await.status, StatusCode::OK);
    let (id, data): (String, Vec<u8>) =
        sqlx::query_as("SELECT id, data FROM tower_sessions").fetch_one(&app.pool).await.unwrap();
    assert_ne!(id, cookie);
    let number = URL_SAFE_NO_PAD.decode(&cookie).unwrap();
    assert!(!data.windows(number.len()).any(|window| window == number));
    assert!(!data.windows(cookie.len()).any(|window| window == cookie.as_bytes()));
    let mut thief = app.anon();
    thief.cookie = Some(id);
    thief.get("/auth/me").await.problem(StatusCode::UNAUTHORIZED);
}

/// Scenario: two browsers look at the list of sessions, and one ends the other. Guarantee: device, address and use are shown,
/// the ended one is out at once, an unknown id is a 404.
#[tokio::test]
async fn own_sessions_are_listed_and_ended() {
    let app = TestApp::start().await;
    let mut laptop = app.first_admin().await;
    app.clock.advance(Duration::from_mins(5));
    let mut phone = app.anon();
    let login = json!({"email": ADMIN, "password": PASSWORD});
    let agent = [("user-agent", "Mozilla/5.0 (Android 16; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0")];
    assert_eq!(phone.post_with("/auth/login", login, &agent).await.status, StatusCode::OK);
    let list = laptop.get("/auth/sessions").await.body;
    assert_eq!(list["next_cursor"], json!(null));
    let of = |is_current: bool| {
        list["items"].as_array().unwrap().iter().find(|session| session["is_current"] == is_current).unwrap()
    };
    let seen = of(false);
    assert_eq!(
        (&of(true)["device"], &seen["device"]),
        (&json!("Unknown device"), &json!("Firefox on Android"))
    );
    assert_eq!((&seen["ip"], &seen["last_used_at"]), (&json!("192.0.2.1"), &json!("2026-01-02T03:09:05Z")));

    let path = format!("/auth/sessions/{}", seen["id"].as_str().unwrap());
    assert_eq!(laptop.delete(&path).await.status, StatusCode::NO_CONTENT);
    phone.get("/auth/me").await.problem(StatusCode::UNAUTHORIZED);
    laptop.delete(&path).await.problem(StatusCode::NOT_FOUND);
    laptop.delete("/auth/sessions/nonsense").await.problem(StatusCode::BAD_REQUEST);
    assert_eq!(laptop.get("/auth/sessions").await.body["items"].as_array().unwrap().len(), 1);
}

/// Scenario: end all sessions but this one, then all. Guarantee: exactly those are out, and the count is told.
#[tokio::test]
async fn all_own_sessions_are_ended() {
    let app = TestApp::start().await;
    let mut here = app.first_admin().await;
    let mut there = app.anon();
    there.login(ADMIN, PASSWORD).await;
    assert_eq!(here.delete("/auth/sessions?keep_current=true").await.body, json!({"ended": 1}));
    there.get("/auth/me").await.problem(StatusCode::UNAUTHORIZED);
    assert_eq!(here.get("/auth/me").await.status, StatusCode::OK);
    let mut copy = here.clone();
    assert_eq!(here.delete("/auth/sessions").await.body, json!({"ended": 1}));
    assert_eq!(here.cookie, None);
    copy.get("/auth/me").await.problem(StatusCode::UNAUTHORIZED);
}

/// Scenario: a cookie that is stolen long after signing in. Guarantee: sensitive changes ask for the password; the right one
/// opens them under a new cookie, a wrong one does not; ordinary use is not hurt.
#[tokio::test]
async fn sensitive_changes_need_a_recent_password() {
    let app = TestApp::start().await;
    let mut admin = app.first_admin().await;
    app.clock.advance(Duration::from_mins(15));
    let invitation = json!({"email": "bob@example.org"});
    let reply = admin.post("/auth/invitations", invitation.clone()).await;
    reply.problem(StatusCode::FORBIDDEN);
    assert_eq!(reply.body["type"], "urn:junjo:problem:not_recently_authenticated");
    admin.delete("/auth/sessions").await.problem(StatusCode::FORBIDDEN);
    let account = json!({"email": "eve@example.org", "password": PASSWORD, "role": "admin"});
    admin.post("/auth/register", account).await.problem(StatusCode::FORBIDDEN);
    assert_eq!(admin.get("/auth/accounts").await.status, StatusCode::OK);

    let mut thief = admin.clone();
    thief
        .post("/auth/reauthenticate", json!({"password": "a guess of it"}))
        .await
        .problem(StatusCode::BAD_REQUEST);
    assert_eq!(
        admin.post("/auth/reauthenticate", json!({"password": PASSWORD})).await.status,
        StatusCode::NO_CONTENT
    );
    assert_ne!(admin.cookie, thief.cookie);
    thief.get("/auth/me").await.problem(StatusCode::UNAUTHORIZED);
    assert_eq!(admin.post("/auth/invitations", invitation).await.status, StatusCode::CREATED);
}
