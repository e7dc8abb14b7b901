//! Changing one's password.

use http::StatusCode;
use serde_json::json;

use crate::harness::{ADMIN, PASSWORD, TestApp};

const NEW_PASSWORD: &str = "a battery of horses";

/// Scenario: a person with two browsers, whose cookie somebody copied, changes the password. Guarantee: the other browser and the
/// copy are out, this one goes on under a new cookie, only the new password signs in.
#[tokio::test]
async fn password_change_ends_every_other_session() {
    let app = TestApp::start().await;
    let mut here = app.first_admin().await;
    let mut there = app.anon();
    there.login(ADMIN, PASSWORD).await;
    let mut copy = here.clone();
    let change = json!({"current_password": PASSWORD, "new_password": NEW_PASSWORD});
    assert_eq!(here.post("/auth/password", change).await.status, StatusCode::NO_CONTENT);
    there.get("/auth/me").await.problem(StatusCode::UNAUTHORIZED);
    copy.get("/auth/me").await.problem(StatusCode::UNAUTHORIZED);
    assert_eq!(here.get("/auth/me").await.status, StatusCode::OK);
    assert_eq!(app.anon().login(ADMIN, PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.anon().login(ADMIN, NEW_PASSWORD).await.status, StatusCode::OK);
}

/// Scenario: a wrong current password, a weak new one, the same one again. Guarantee: refused by field, nothing changes.
#[tokio::test]
async fn bad_password_changes_are_refused() {
    let app = TestApp::start().await;
    let mut client = app.first_admin().await;
    for (current, new, field) in [
        ("not the password", NEW_PASSWORD, "current_password"),
        (PASSWORD, "short", "new_password"),
        (PASSWORD, "password123", "new_password"),
        (PASSWORD, ADMIN, "new_password"),
        (PASSWORD, PASSWORD, "new_password"),
    ] {
        let change = json!({"current_password": current, "new_password": new});
        let reply = client.post("/auth/password", change).await;
        reply.problem(StatusCode::BAD_REQUEST);
        assert_eq!(reply.body["errors"][0]["field"], field);
    }
    assert_eq!(client.get("/auth/me").await.status, StatusCode::OK);
    assert_eq!(app.anon().login(ADMIN, PASSWORD).await.status, StatusCode::OK);
}
