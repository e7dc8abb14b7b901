//! One-time links: invitations and password resets.

use std::time::Duration;

use futures::future::join_all;
use http::StatusCode;
use serde_json::{Value, json};

use crate::harness::{ADMIN, Client, PASSWORD, TestApp};

const NEW_PASSWORD: &str = "a battery of horses";

async fn invite(admin: &mut Client, request: Value) -> Value {
    let reply = admin.post("/auth/invitations", request).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.body);
    reply.body
}

fn redemption(token: &Value, password: &str) -> Value {
    json!({"token": token, "password": password})
}

/// Scenario: an invitation from making it to its use and a second use. Guarantee: the token is shown once and not stored, the
/// link tells whose it is, signs in with the role it says, and works once.
#[tokio::test]
async fn invitation_works_once() {
    let app = TestApp::start().await;
    let mut admin = app.first_admin().await;
    let created = invite(&mut admin, json!({"email": "Bob@example.org", "role": "viewer"})).await;
    let token = created["token"].as_str().unwrap();
    assert_eq!(created["link_path"], format!("/link#{token}"));
    assert_eq!(created["expires_at"], "2026-01-05T03:04:05Z");
    let list = admin.get("/auth/invitations").await.body;
    assert_eq!(list["items"][0]["email"], "Bob@example.org");
    assert!(!list.to_string().contains(token));
    let stored: Vec<u8> =
        sqlx::query_scalar("SELECT token_sha256 FROM account_links").fetch_one(&app.pool).await.unwrap();
    assert!(stored.len() == 32 && stored != token.as_bytes());

    let mut bob = app.anon();
    let seen = bob.post("/auth/links/inspect", json!({"token": token})).await.body;
    assert_eq!((&seen["purpose"], &seen["email"]), (&json!("invitation"), &json!("Bob@example.org")));
    let reply = bob.post("/auth/links/redeem", redemption(&created["token"], PASSWORD)).await;
    assert_eq!((reply.status, &reply.body["role"]), (StatusCode::OK, &json!("viewer")));
    assert_eq!(bob.get("/auth/me").await.body["email"], "Bob@example.org");
    app.anon()
        .post("/auth/links/redeem", redemption(&created["token"], PASSWORD))
        .await
        .problem(StatusCode::NOT_FOUND);
    app.anon().post("/auth/links/inspect", json!({"token": token})).await.problem(StatusCode::NOT_FOUND);
    assert_eq!(admin.get("/auth/invitations").await.body["items"], json!([]));
}

/// Scenario: ten browsers use one link at the same moment. Guarantee: one account, one winner.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn simultaneous_uses_have_one_winner() {
    let app = TestApp::start().await;
    let mut admin = app.first_admin().await;
    let created = invite(&mut admin, json!({"email": "bob@example.org"})).await;
    let uses = (0..10).map(|_| {
        let (mut client, body) = (app.anon(), redemption(&created["token"], PASSWORD));
        tokio::spawn(async move { client.post("/auth/links/redeem", body).await.status })
    });
    let statuses: Vec<_> = join_all(uses).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(statuses.iter().filter(|status| **status == StatusCode::OK).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == StatusCode::NOT_FOUND).count(), 9, "{statuses:?}");
}

/// Scenario: links that are too old, taken back, replaced, made up, or whose inviter is gone. Guarantee: all answer alike.
#[tokio::test]
async fn dead_links_answer_alike() {
    let app = TestApp::start().await;
    let mut admin = app.first_admin().await;
    let old = invite(&mut admin, json!({"email": "a@example.org", "expires_in_hours": 1})).await;
    app.clock.advance(Duration::from_hours(1));
    admin.post("/auth/reauthenticate", json!({"password": PASSWORD})).await;
    let taken_back = invite(&mut admin, json!({"email": "b@example.org"})).await;
    let path = format!("/auth/invitations/{}", taken_back["id"].as_str().unwrap());
    assert_eq!(admin.delete(&path).await.status, StatusCode::NO_CONTENT);
    admin.delete(&path).await.problem(StatusCode::NOT_FOUND);
    let replaced = invite(&mut admin, json!({"email": "c@example.org"})).await;
    let newer = invite(&mut admin, json!({"email": "c@example.org"})).await;
    let mut bob = app.user(&mut admin, "bob@example.org", "admin").await;
    let of_bob = invite(&mut bob, json!({"email": "d@example.org"})).await;
    let bob_path = format!("/auth/accounts/{}", bob.own_id().await);
    assert_eq!(admin.delete(&bob_path).await.status, StatusCode::NO_CONTENT);
    let made_up = json!(format!("jl_{}", "A".repeat(43)));
    let mut answers = Vec::new();
    for token in
        [&old["token"], &taken_back["token"], &replaced["token"], &of_bob["token"], &made_up, &json!("")]
    {
        let mut reply = app.anon().post("/auth/links/redeem", redemption(token, PASSWORD)).await;
        reply.problem(StatusCode::NOT_FOUND);
        reply.body["request_id"].take();
        answers.push(reply.body);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
    assert_eq!(
        app.anon().post("/auth/links/redeem", redemption(&newer["token"], PASSWORD)).await.status,
        StatusCode::OK
    );
}

/// Scenario: invitations for an address with an account, of nonsense, and for too long; a weak password on a link. Guarantee:
/// refused by field, and the link still works.
#[tokio::test]
async fn bad_invitations_are_refused() {
    let app = TestApp::start().await;
    let mut admin = app.first_admin().await;
    admin
        .post("/auth/invitations", json!({"email": ADMIN.to_uppercase()}))
        .await
        .problem(StatusCode::CONFLICT);
    for (request, field) in [
        (json!({"email": "nobody"}), "email"),
        (json!({"email": "a@example.org", "expires_in_hours": 0}), "expires_in_hours"),
        (json!({"email": "a@example.org", "expires_in_hours": 169}), "expires_in_hours"),
    ] {
        let reply = admin.post("/auth/invitations", request).await;
        reply.problem(StatusCode::BAD_REQUEST);
        assert_eq!(reply.body["errors"][0]["field"], field);
    }
    let created = invite(&mut admin, json!({"email": "a@example.org"})).await;
    app.anon()
        .post("/auth/links/redeem", redemption(&created["token"], "short"))
        .await
        .problem(StatusCode::BAD_REQUEST);
    assert_eq!(
        app.anon().post("/auth/links/redeem", redemption(&created["token"], PASSWORD)).await.status,
        StatusCode::OK
    );
}

/// Scenario: an admin makes a reset link, and its owner uses it. Guarantee: the admin never knows the password, every session of
/// the account ends, the old password and other links for it are dead.
#[tokio::test]
async fn reset_link_replaces_the_password() {
    let app = TestApp::start().await;
    let mut admin = app.first_admin().await;
    let mut bob = app.user(&mut admin, "bob@example.org", "member").await;
    let path = format!("/auth/accounts/{}/reset-link", bob.own_id().await);
    let first = admin.post(&path, json!(null)).await;
    assert_eq!(first.status, StatusCode::CREATED);
    assert_eq!(first.body["expires_at"], "2026-01-02T04:04:05Z");
    let second = admin.post(&path, json!(null)).await.body;
    assert_eq!(bob.get("/auth/me").await.status, StatusCode::OK, "making a link ends nothing");
    let mut elsewhere = app.anon();
    elsewhere
        .post("/auth/links/redeem", redemption(&first.body["token"], NEW_PASSWORD))
        .await
        .problem(StatusCode::NOT_FOUND);
    let reply = elsewhere.post("/auth/links/redeem", redemption(&second["token"], NEW_PASSWORD)).await;
    assert_eq!((reply.status, &reply.body["role"]), (StatusCode::OK, &json!("member")));
    bob.get("/auth/me").await.problem(StatusCode::UNAUTHORIZED);
    assert_eq!(app.anon().login("bob@example.org", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.anon().login("bob@example.org", NEW_PASSWORD).await.status, StatusCode::OK);
}

/// Scenario: the operator at the command line helps somebody in who lost access, and makes them admin. Guarantee: the link
/// works, the role is there, unknown addresses are told so, and the audit log has it without an actor.
#[tokio::test]
async fn operator_makes_a_reset_link() {
    let app = TestApp::start().await;
    let mut admin = app.first_admin().await;
    app.user(&mut admin, "bob@example.org", "viewer").await;
    let accounts = app.state.operator_accounts().await.unwrap();
    let mut listed: Vec<_> = accounts.iter().map(|account| account.email.as_str()).collect();
    listed.sort_unstable();
    assert_eq!(listed, [ADMIN, "bob@example.org"]);
    assert!(app.state.operator_reset_link("nobody@example.org", false).await.is_err());
    let link = app.state.operator_reset_link("bob@example.org", true).await.unwrap();
    let token = json!(link.path.strip_prefix("/link#").unwrap());
    let mut bob = app.anon();
    assert_eq!(bob.post("/auth/links/redeem", redemption(&token, NEW_PASSWORD)).await.body["role"], "admin");
    let events = bob.get("/auth/audit?action=password_reset.create").await.body;
    assert_eq!(
        (&events["items"][0]["actor_id"], &events["items"][0]["request_id"]),
        (&json!(null), &json!("command-line"))
    );
}
