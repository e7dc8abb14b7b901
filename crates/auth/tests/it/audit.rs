//! What the audit log remembers, and who may read it.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};

use crate::harness::{ADMIN, Client, PASSWORD, TestApp};

async fn events(admin: &mut Client, query: &str) -> Vec<Value> {
    let reply = admin.get(&format!("/auth/audit{query}")).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    reply.body["items"].as_array().unwrap().clone()
}

/// Scenario: set-up, a failed login, a refused registration and a request from another site, a role change, a logout. Guarantee:
/// each is there with actor, target, address and request id, in order, and nothing holds a password, a token or a cookie.
#[tokio::test]
async fn security_events_are_recorded_without_secrets() {
    let app = TestApp::start().await;
    let mut admin = app.first_admin().await;
    let failed = app.anon().login(ADMIN, "a wrong password").await;
    app.anon().login("nobody@example.org", "a wrong password").await;
    let mut bob = app.user(&mut admin, "bob@example.org", "member").await;
    let account = json!({"email": "eve@example.org", "password": PASSWORD});
    bob.post("/auth/register", account).await.problem(StatusCode::FORBIDDEN);
    let evil = [("origin", "https://evil.example")];
    bob.post_with("/auth/logout", json!(null), &evil).await.problem(StatusCode::FORBIDDEN);
    let bob_id = bob.own_id().await;
    let invitation = admin.post("/auth/invitations", json!({"email": "cy@example.org"})).await.body;
    admin.patch(&format!("/auth/accounts/{bob_id}"), json!({"role": "viewer"})).await;

    let mut listed = events(&mut admin, "").await;
    listed.reverse();
    let seen: Vec<_> = listed
        .iter()
        .map(|event| {
            [&event["action"], &event["outcome"], &event["detail"]].map(|part| part.as_str().unwrap_or(""))
        })
        .collect();
    assert_eq!(
        seen,
        [
            ["user.create_first", "success", ""],
            ["session.begin", "success", ""],
            ["session.begin", "refused", "wrong_password"],
            ["session.begin", "refused", "unknown_account"],
            ["user.create", "success", ""],
            ["session.begin", "success", ""],
            ["access.use", "refused", "forbidden"],
            ["access.use", "refused", "forbidden"],
            ["invitation.create", "success", "member"],
            ["user.change_role", "success", "viewer"],
        ]
    );
    assert_eq!(listed[2]["request_id"], failed.headers["x-request-id"].to_str().unwrap());
    assert_eq!(listed[2]["target_email"], ADMIN);
    assert_eq!(
        (&listed[6]["actor_id"], &listed[6]["target_id"]),
        (&json!(bob_id), &json!("POST /auth/register"))
    );
    assert_eq!(
        (&listed[9]["actor_email"], &listed[9]["target_email"]),
        (&json!(ADMIN), &json!("bob@example.org"))
    );
    assert!(listed.iter().all(|event| event["ip"] == "192.0.2.1"));
    let text = serde_json::to_string(&listed).unwrap();
    for secret in [
        PASSWORD,
        "a wrong password",
        invitation["token"].as_str().unwrap(),
        admin.cookie.as_deref().unwrap(),
    ] {
        assert!(!text.contains(secret));
    }
}

/// Scenario: the rows of a log that knows several people. Guarantee: no address of a person is stored, so that deleting an account
/// leaves none behind.
#[tokio::test]
async fn stored_events_hold_no_addresses_of_people() {
    let app = TestApp::start().await;
    let mut admin = app.first_admin().await;
    app.user(&mut admin, "bob@example.org", "member").await;
    app.anon().login("nobody@example.org", "a wrong password").await;
    let columns: String = sqlx::query_scalar(
        "SELECT group_concat(action || coalesce(target_id, '') || coalesce(detail, '') || ip || request_id) FROM audit_events",
    )
    .fetch_one(&app.pool)
    .await
    .unwrap();
    assert!(columns.contains("session.begin") && !columns.contains("example.org"), "{columns}");
}

/// Scenario: filters and pages over the log. Guarantee: exactly the matching events, each once, newest first; nonsense is 400.
#[tokio::test]
async fn events_are_filtered_and_paged() {
    let app = TestApp::start().await;
    let mut admin = app.first_admin().await;
    app.clock.advance(Duration::from_mins(1));
    let mut bob = app.user(&mut admin, "bob@example.org", "member").await;
    let bob_id = bob.own_id().await;
    assert_eq!(events(&mut admin, "?action=session.begin").await.len(), 2);
    assert_eq!(events(&mut admin, "?action=session.").await.len(), 2);
    assert_eq!(events(&mut admin, "?action=session").await.len(), 0);
    assert_eq!(events(&mut admin, &format!("?actor_id={bob_id}")).await.len(), 1);
    assert_eq!(events(&mut admin, &format!("?target_id={bob_id}")).await.len(), 1);
    assert_eq!(events(&mut admin, "?outcome=refused").await.len(), 0);
    assert_eq!(events(&mut admin, "?ip=192.0.2.1&from=2026-01-02T03:05:00Z").await.len(), 2);
    assert_eq!(events(&mut admin, "?to=2026-01-02T03:05:00Z").await.len(), 2);
    let first = admin.get("/auth/audit?limit=3").await.body;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = admin.get(&format!("/auth/audit?limit=3&cursor={cursor}")).await.body;
    let ids: Vec<_> = [&first, &second]
        .iter()
        .flat_map(|page| page["items"].as_array().unwrap())
        .map(|event| event["id"].as_i64().unwrap())
        .collect();
    assert!(ids.len() == 4 && ids.is_sorted_by(|newer, older| newer > older), "{ids:?}");
    for bad in ["?cursor=junk", "?from=yesterday", "?actor_id=1", "?outcome=maybe", "?ip=home", "?page=2"] {
        admin.get(&format!("/auth/audit{bad}")).await.problem(StatusCode::BAD_REQUEST);
    }
    bob.get("/auth/audit").await.problem(StatusCode::FORBIDDEN);
}

/// Scenario: events older than the retention, and a purge. Guarantee: the old ones are gone, later ones stay.
#[tokio::test]
async fn old_events_are_purged() {
    let app = TestApp::start().await;
    app.first_admin().await;
    app.clock.advance(Duration::from_hours(24 * 400));
    let mut admin = app.anon();
    admin.login(ADMIN, PASSWORD).await;
    app.clock.advance(Duration::from_secs(1));
    app.state.purge().await.unwrap();
    let left = events(&mut admin, "").await;
    assert_eq!((left.len(), &left[0]["action"]), (1, &json!("session.begin")));
}

/// Scenario: one address is refused thousands of times. Guarantee: the log takes so many of it, not all, and another address is
/// still recorded.
#[tokio::test]
async fn one_address_cannot_fill_the_log() {
    let app = TestApp::start().await;
    let mut admin = app.first_admin().await;
    let evil = [("origin", "https://evil.example")];
    let mut attacker = app.anon();
    attacker.peer = "192.0.2.66:1".parse().unwrap();
    for _ in 0..200 {
        attacker.post_with("/auth/logout", json!(null), &evil).await.problem(StatusCode::FORBIDDEN);
    }
    app.anon().post_with("/auth/logout", json!(null), &evil).await.problem(StatusCode::FORBIDDEN);
    assert_eq!(events(&mut admin, "?action=access.use&ip=192.0.2.66&limit=500").await.len(), 60);
    assert_eq!(events(&mut admin, "?action=access.use&ip=192.0.2.1").await.len(), 1);
}
