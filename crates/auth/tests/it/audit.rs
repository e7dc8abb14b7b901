//! What the audit log remembers. There is no route for it yet, so these tests read its table.

use http::StatusCode;
use serde_json::json;
use sqlx::Row;

use crate::harness::{ADMIN, PASSWORD, TestApp};

/// Scenario: set-up, a failed login, a refused registration, a logout. Guarantee: each is recorded with address and request
/// id, in order, and no row holds an e-mail address or a password.
#[tokio::test]
async fn security_events_are_recorded_without_secrets() {
    let app = TestApp::start().await;
    let mut admin = app.first_admin().await;
    let failed = app.anon().login(ADMIN, "a wrong password").await;
    let mut bob = app.user(&mut admin, "bob@example.org", "member").await;
    let account = json!({"email": "eve@example.org", "password": PASSWORD});
    bob.post("/auth/register", account).await.problem(StatusCode::FORBIDDEN);
    admin.post("/auth/logout", json!(null)).await;

    let query = "SELECT action, outcome, coalesce(actor_user_id, ''), coalesce(target_id, ''), ip, request_id
                 FROM audit_events ORDER BY id";
    let rows = sqlx::query(query).fetch_all(&app.pool).await.unwrap();
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| (0..6).map(|column| row.get(column)).collect()).collect();
    let events: Vec<_> = rows.iter().map(|row| (row[0].as_str(), row[1].as_str())).collect();
    assert_eq!(
        events,
        [
            ("user.create_first", "success"),
            ("session.begin", "success"),
            ("session.begin", "refused"),
            ("user.create", "success"),
            ("session.begin", "success"),
            ("user.create", "refused"),
            ("session.end", "success"),
        ]
    );
    assert_eq!(rows[2][5], failed.headers["x-request-id"].to_str().unwrap());
    assert!(rows.iter().all(|row| row[4] == "192.0.2.1" && row[5].len() == 36));
    let text = format!("{rows:?}");
    assert!(!text.contains("example.org") && !text.contains("password"), "{text}");
}
