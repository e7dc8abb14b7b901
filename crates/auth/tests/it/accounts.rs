//! What admins do with accounts.

use std::time::Duration;

use futures::future::join_all;
use http::StatusCode;
use serde_json::json;

use crate::harness::{ADMIN, PASSWORD, TestApp};

/// Scenario: an admin lists accounts in pages. Guarantee: each once, oldest first, with sessions and last use, no secret.
#[tokio::test]
async fn accounts_are_listed_in_pages() {
    let app = TestApp::start().await;
    let mut admin = app.first_admin().await;
    for (email, role) in [("bob@example.org", "member"), ("cy@example.org", "viewer")] {
        app.clock.advance(Duration::from_secs(1));
        app.user(&mut admin, email, role).await;
    }
    let first = admin.get("/auth/accounts?limit=2").await.body;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = admin.get(&format!("/auth/accounts?limit=2&cursor={cursor}")).await.body;
    let items = [&first["items"][0], &first["items"][1], &second["items"][0]];
    assert_eq!(
        items.map(|item| item["email"].as_str().unwrap()),
        [ADMIN, "bob@example.org", "cy@example.org"]
    );
    assert_eq!(items.map(|item| item["role"].as_str().unwrap()), ["admin", "member", "viewer"]);
    assert_eq!(
        (&items[1]["session_count"], &items[1]["last_seen_at"]),
        (&json!(1), &json!("2026-01-02T03:04:06Z"))
    );
    assert_eq!(second["next_cursor"], json!(null));
    assert!(!first.to_string().contains("argon2"));
}

/// Scenario: an admin makes a signed-in member an admin, and a viewer. Guarantee: the member's sessions end each time, so that
/// the next cookie belongs to the new role.
#[tokio::test]
async fn role_change_ends_the_sessions_of_the_account() {
    let app = TestApp::start().await;
    let mut admin = app.first_admin().await;
    let mut bob = app.user(&mut admin, "bob@example.org", "member").await;
    let path = format!("/auth/accounts/{}", bob.own_id().await);
    for role in ["admin", "viewer"] {
        let reply = admin.patch(&path, json!({"role": role})).await;
        assert_eq!((reply.status, &reply.body["role"]), (StatusCode::OK, &json!(role)));
        bob.get("/auth/me").await.problem(StatusCode::UNAUTHORIZED);
        assert_eq!(bob.login("bob@example.org", PASSWORD).await.body["role"], role);
    }
    assert_eq!(admin.get("/auth/me").await.status, StatusCode::OK);
    // the same role again changes nothing
    assert_eq!(admin.patch(&path, json!({"role": "viewer"})).await.status, StatusCode::OK);
    assert_eq!(bob.get("/auth/me").await.status, StatusCode::OK);
}

/// Scenario: an admin gives up the role. Guarantee: they stay signed in under a new cookie with the smaller role, and their
/// open invitations are worth nothing.
#[tokio::test]
async fn own_demotion_rotates_the_cookie() {
    let app = TestApp::start().await;
    let mut ada = app.first_admin().await;
    app.user(&mut ada, "bob@example.org", "admin").await;
    let invitation =
        ada.post("/auth/invitations", json!({"email": "eve@example.org", "role": "admin"})).await.body;
    let mut old_cookie = ada.clone();
    let path = format!("/auth/accounts/{}", ada.own_id().await);
    assert_eq!(ada.patch(&path, json!({"role": "member"})).await.status, StatusCode::OK);
    assert_eq!(ada.get("/auth/me").await.body["role"], "member");
    old_cookie.get("/auth/me").await.problem(StatusCode::UNAUTHORIZED);
    ada.get("/auth/accounts").await.problem(StatusCode::FORBIDDEN);
    let redemption = json!({"token": invitation["token"], "password": PASSWORD});
    app.anon().post("/auth/links/redeem", redemption).await.problem(StatusCode::NOT_FOUND);
}

/// Scenario: delete and demote the last admin. Guarantee: 409 and nothing changes; with a second admin both work.
#[tokio::test]
async fn last_admin_is_protected() {
    let app = TestApp::start().await;
    let mut ada = app.first_admin().await;
    let path = format!("/auth/accounts/{}", ada.own_id().await);
    ada.delete(&path).await.problem(StatusCode::CONFLICT);
    ada.patch(&path, json!({"role": "viewer"})).await.problem(StatusCode::CONFLICT);
    assert_eq!(ada.get("/auth/me").await.body["role"], "admin");
    let mut bob = app.user(&mut ada, "bob@example.org", "admin").await;
    assert_eq!(bob.delete(&path).await.status, StatusCode::NO_CONTENT);
    ada.get("/auth/me").await.problem(StatusCode::UNAUTHORIZED);
    assert_eq!(app.anon().login(ADMIN, PASSWORD).await.status, StatusCode::UNAUTHORIZED);
}

/// Scenario: two admins demote each other, and delete each other, at the same moment, many times. Guarantee: one is left.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn simultaneous_demotions_leave_an_admin() {
    for _ in 0..10 {
        let app = TestApp::start().await;
        let mut ada = app.first_admin().await;
        let mut bob = app.user(&mut ada, "bob@example.org", "admin").await;
        let (ada_path, bob_path) = (
            format!("/auth/accounts/{}", ada.own_id().await),
            format!("/auth/accounts/{}", bob.own_id().await),
        );
        let attempts = [(ada.clone(), bob_path), (bob.clone(), ada_path)].map(|(mut client, path)| {
            tokio::spawn(async move { client.patch(&path, json!({"role": "viewer"})).await.status })
        });
        join_all(attempts).await;
        let admins: i64 = sqlx::query_scalar("SELECT count(*) FROM users WHERE role = 'admin'")
            .fetch_one(&app.pool)
            .await
            .unwrap();
        assert_eq!(admins, 1);
    }
}

/// Scenario: accounts that do not exist, and malformed ids and bodies. Guarantee: 404 and 400.
#[tokio::test]
async fn unknown_accounts_and_bad_bodies_are_refused() {
    let app = TestApp::start().await;
    let mut admin = app.first_admin().await;
    let unknown = "/auth/accounts/00000000-0000-7000-8000-000000000000";
    admin.delete(unknown).await.problem(StatusCode::NOT_FOUND);
    admin.patch(unknown, json!({"role": "viewer"})).await.problem(StatusCode::NOT_FOUND);
    admin.get(&format!("{unknown}/sessions")).await.problem(StatusCode::NOT_FOUND);
    admin.delete(&format!("{unknown}/sessions")).await.problem(StatusCode::NOT_FOUND);
    admin.post(&format!("{unknown}/reset-link"), json!(null)).await.problem(StatusCode::NOT_FOUND);
    admin.delete("/auth/accounts/1").await.problem(StatusCode::BAD_REQUEST);
    admin.patch(unknown, json!({"role": "owner"})).await.problem(StatusCode::BAD_REQUEST);
    admin.patch(unknown, json!({"email": "x@example.org"})).await.problem(StatusCode::BAD_REQUEST);
}

/// Scenario: an admin ends the sessions of one account, then of everybody. Guarantee: exactly those are out.
#[tokio::test]
async fn admins_end_sessions_of_others() {
    let app = TestApp::start().await;
    let mut admin = app.first_admin().await;
    let mut bob = app.user(&mut admin, "bob@example.org", "member").await;
    let mut cy = app.user(&mut admin, "cy@example.org", "viewer").await;
    let path = format!("/auth/accounts/{}/sessions", bob.own_id().await);
    assert_eq!(admin.get(&path).await.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(admin.delete(&path).await.body, json!({"ended": 1}));
    bob.get("/auth/me").await.problem(StatusCode::UNAUTHORIZED);
    assert_eq!(cy.get("/auth/me").await.status, StatusCode::OK);
    assert_eq!(admin.delete("/auth/accounts/sessions").await.body, json!({"ended": 1}));
    cy.get("/auth/me").await.problem(StatusCode::UNAUTHORIZED);
    assert_eq!(admin.get("/auth/me").await.status, StatusCode::OK);
}

/// Scenario: the paths that accounts used to have, and a role that may not use them. Guarantee: they do what the new ones do,
/// and refuse whom those refuse.
#[tokio::test]
async fn old_paths_answer_as_the_new_ones() {
    let app = TestApp::start().await;
    let mut admin = app.first_admin().await;
    let mut bob = app.user(&mut admin, "bob@example.org", "member").await;
    let id = bob.own_id().await;
    let (old, new) = (format!("/auth/users/{id}"), format!("/auth/accounts/{id}"));
    let list = admin.get("/auth/accounts?limit=1").await;
    assert_eq!(list.status, StatusCode::OK);
    assert_eq!(admin.get("/auth/users?limit=1").await.body, list.body);
    let sessions = admin.get(&format!("{new}/sessions")).await.body;
    assert_eq!(admin.get(&format!("{old}/sessions")).await.body, sessions);
    bob.get("/auth/users").await.problem(StatusCode::FORBIDDEN);
    app.anon().delete("/auth/users/sessions").await.problem(StatusCode::UNAUTHORIZED);

    assert_eq!(admin.post(&format!("{old}/reset-link"), json!(null)).await.status, StatusCode::CREATED);
    assert_eq!(admin.delete(&format!("{old}/sessions")).await.body, json!({"ended": 1}));
    assert_eq!(admin.delete("/auth/users/sessions").await.body, json!({"ended": 0}));
    assert_eq!(admin.patch(&old, json!({"role": "viewer"})).await.body["role"], "viewer");
    assert_eq!(admin.delete(&old).await.status, StatusCode::NO_CONTENT);
    admin.delete(&new).await.problem(StatusCode::NOT_FOUND);
}

/// Scenario: the description of the paths that accounts used to have. Guarantee: each is deprecated and has the security,
/// parameters and answers of the operation that replaces it.
#[test]
fn old_paths_are_described_as_deprecated() {
    let document = serde_json::to_value(junjo_auth::routes().get_openapi()).unwrap();
    for (path, methods) in [
        ("", &["get"][..]),
        ("/sessions", &["delete"]),
        ("/{id}", &["patch", "delete"]),
        ("/{id}/reset-link", &["post"]),
        ("/{id}/sessions", &["get", "delete"]),
    ] {
        for method in methods {
            let new = &document["paths"][format!("/auth/accounts{path}")][method];
            let old = &document["paths"][format!("/auth/users{path}")][method];
            assert_eq!(
                (&old["deprecated"], &new["deprecated"]),
                (&json!(true), &json!(null)),
                "{method} {path}"
            );
            assert_ne!(old["operationId"], new["operationId"], "{method} {path}");
            for member in ["security", "parameters", "responses", "requestBody"] {
                assert_eq!(old[member], new[member], "{member} of {method} {path}");
            }
        }
    }
}
