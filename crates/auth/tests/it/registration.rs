//! Who may create accounts, and with what.

use futures::future::join_all;
use http::StatusCode;
use serde_json::json;

use crate::harness::{ADMIN, PASSWORD, TestApp};

/// Scenario: a fresh server. Guarantee: it asks for set-up, the first account is a signed-in admin, then set-up is over.
#[tokio::test]
async fn first_account_becomes_a_signed_in_admin() {
    let app = TestApp::start().await;
    let mut client = app.anon();
    assert_eq!(client.get("/auth/setup").await.body, json!({"needs_setup": true}));
    let reply = client.post("/auth/register", json!({"email": ADMIN, "password": PASSWORD})).await;
    assert_eq!(reply.status, StatusCode::CREATED);
    assert_eq!((&reply.body["email"], &reply.body["role"]), (&json!(ADMIN), &json!("admin")));
    assert_eq!(reply.body["id"].as_str().unwrap().len(), 36);
    assert_eq!(client.get("/auth/me").await.body, reply.body);
    assert_eq!(app.anon().get("/auth/setup").await.body, json!({"needs_setup": false}));
}

/// Scenario: 50 people register the first account at the same moment. Guarantee: one wins, the rest get 401 and nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn simultaneous_first_registrations_have_one_winner() {
    let app = TestApp::start().await;
    let attempts = (0..50).map(|number| {
        let mut client = app.anon();
        tokio::spawn(async move {
            let account = json!({"email": format!("user{number}@example.org"), "password": PASSWORD});
            client.post("/auth/register", account).await.status
        })
    });
    let statuses: Vec<_> = join_all(attempts).await.into_iter().map(Result::unwrap).collect();
    let winners: Vec<_> = (0..50).filter(|number| statuses[*number] == StatusCode::CREATED).collect();
    assert_eq!(winners.len(), 1, "{statuses:?}");
    assert!(
        statuses.iter().filter(|status| **status == StatusCode::UNAUTHORIZED).count() == 49,
        "{statuses:?}"
    );
    for number in 0..50 {
        let reply = app.anon().login(&format!("user{number}@example.org"), PASSWORD).await;
        assert_eq!(reply.status == StatusCode::OK, winners.contains(&number));
    }
}

/// Scenario: weak passwords, no address, an unknown field, a huge body. Guarantee: each a problem that names the field.
#[tokio::test]
async fn bad_accounts_are_refused() {
    let app = TestApp::start().await;
    for (email, password, field) in [
        (ADMIN, "short", "password"),
        (ADMIN, "Password123", "password"),
        (ADMIN, ADMIN, "password"),
        ("nobody", PASSWORD, "email"),
        ("", PASSWORD, "email"),
    ] {
        let reply = app.anon().post("/auth/register", json!({"email": email, "password": password})).await;
        reply.problem(StatusCode::BAD_REQUEST);
        assert_eq!(reply.body["errors"][0]["field"], field);
    }
    let typo = json!({"email": ADMIN, "password": PASSWORD, "rol": "admin"});
    assert!(app.anon().post("/auth/register", typo).await.problem(StatusCode::BAD_REQUEST).contains("rol"));
    let huge = json!({"email": ADMIN, "password": "x".repeat(20_000)});
    app.anon().post("/auth/register", huge).await.problem(StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(app.anon().get("/auth/setup").await.body, json!({"needs_setup": true}));
}

/// Scenario: registration after set-up by nobody, a member and an admin. Guarantee: 401, 403, 201; the admin stays who
/// they are.
#[tokio::test]
async fn later_accounts_are_made_by_admins_only() {
    let app = TestApp::start().await;
    let mut admin = app.first_admin().await;
    let account = json!({"email": "eve@example.org", "password": PASSWORD});
    app.anon().post("/auth/register", account.clone()).await.problem(StatusCode::UNAUTHORIZED);
    let mut member = app.user(&mut admin, "bob@example.org", "member").await;
    member.post("/auth/register", account.clone()).await.problem(StatusCode::FORBIDDEN);

    let cookie = admin.cookie.clone();
    let reply = admin.post("/auth/register", account).await;
    assert_eq!((reply.status, &reply.body["role"]), (StatusCode::CREATED, &json!("member")));
    assert_eq!(admin.cookie, cookie);
    assert_eq!(admin.get("/auth/me").await.body["email"], ADMIN);
    assert_eq!(app.anon().login("eve@example.org", PASSWORD).await.status, StatusCode::OK);
}

/// Scenario: an address that differs only in case from an existing one. Guarantee: 409.
#[tokio::test]
async fn addresses_are_unique_without_regard_to_case() {
    let app = TestApp::start().await;
    let mut admin = app.first_admin().await;
    let twin = json!({"email": ADMIN.to_uppercase(), "password": PASSWORD});
    admin.post("/auth/register", twin).await.problem(StatusCode::CONFLICT);
}
