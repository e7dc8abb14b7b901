//! Creating, listing and revoking keys, and who may.

use std::time::Duration;

use futures::future::join_all;
use http::StatusCode;
use serde_json::json;

use crate::harness::TestApp;

/// Scenario: create a key, then list. Guarantee: the agreed members; the secret is in the first answer only, and nowhere in
/// the database.
#[tokio::test]
async fn secret_is_shown_once() {
    let app = TestApp::start().await;
    let mut admin = app.admin().await;
    let (status, created) = admin.post("/api-keys", json!({"name": "  agents "})).await;
    assert_eq!(status, StatusCode::CREATED);
    let members: Vec<_> = created.as_object().unwrap().keys().cloned().collect();
    let wanted = [
        "id",
        "name",
        "prefix",
        "scope",
        "created_at",
        "last_used_at",
        "expires_at",
        "previous_until",
        "created_by",
        "key",
    ];
    assert_eq!(members, wanted);
    assert_eq!((&created["name"], &created["scope"]), (&json!("agents"), &json!("ingest")));
    assert_eq!(created["created_at"], "2026-01-02T03:04:05Z");
    let secret = created["key"].as_str().unwrap();
    assert!(secret.starts_with(created["prefix"].as_str().unwrap()) && secret.len() == 46);

    let (_, list) = admin.get("/api-keys").await;
    let mut without_key = created.clone();
    without_key.as_object_mut().unwrap().remove("key");
    assert_eq!(list, json!({"items": [without_key], "next_cursor": null}));
    let dump: String =
        sqlx::query_scalar("SELECT group_concat(id || name || prefix || hex(key_sha256)) FROM api_keys")
            .fetch_one(&app.pool)
            .await
            .unwrap();
    assert!(!dump.contains(&secret[11..]));
}

/// Scenario: empty, long and control-character names, an expiry in the past, an unknown scope or field. Guarantee: 400.
#[tokio::test]
async fn bad_requests_are_refused() {
    let app = TestApp::start().await;
    let mut admin = app.admin().await;
    for request in [
        json!({"name": " "}),
        json!({"name": "x".repeat(101)}),
        json!({"name": "a\nb"}),
        json!({"name": "a", "expires_at": "2026-01-02T03:04:05Z"}),
        json!({"name": "a", "expires_at": "9999-12-31T00:00:00Z"}),
        json!({"name": "a", "expires_at": "tomorrow"}),
        json!({"name": "a", "scope": "admin"}),
        json!({"name": "a", "expire_at": "2027-01-01T00:00:00Z"}),
    ] {
        let (status, body) = admin.post("/api-keys", request.clone()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{request} {body}");
    }
    assert!(admin.key_names().await.is_empty());
    assert_eq!(admin.get("/api-keys?cursor=junk").await.0, StatusCode::BAD_REQUEST);
    let (status, body) = admin.get("/api-keys?page=2").await;
    assert!(status == StatusCode::BAD_REQUEST && body["detail"].as_str().unwrap().contains("page"));
}

/// Scenario: 20 simultaneous requests of one account. Guarantee: exactly ten keys; the rest are told about the limit;
/// another account is not affected, and revoking makes room.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn keys_per_user_are_limited() {
    let app = TestApp::start().await;
    let mut admin = app.admin().await;
    let mut bob = app.user(&mut admin, "bob@example.org", "member").await;
    let attempts = (0..20).map(|number| {
        let mut client = bob.clone();
        tokio::spawn(async move { client.post("/api-keys", json!({"name": format!("key {number}")})).await })
    });
    let replies: Vec<_> = join_all(attempts).await.into_iter().map(Result::unwrap).collect();
    let created = replies.iter().filter(|(status, _)| *status == StatusCode::CREATED).count();
    assert_eq!(created, 10);
    for (_, body) in replies.iter().filter(|(status, _)| *status != StatusCode::CREATED) {
        assert_eq!(
            (&body["status"], &body["detail"]),
            (&json!(400), &json!("Maximum API keys limit reached"))
        );
    }
    admin.create_key(json!({"name": "mine"})).await;
    let (_, list) = bob.get("/api-keys").await;
    let id = list["items"][0]["id"].as_str().unwrap();
    assert_eq!(bob.delete(&format!("/api-keys/{id}")).await.0, StatusCode::NO_CONTENT);
    bob.create_key(json!({"name": "one more"})).await;
}

/// Scenario: nobody, a viewer, another member, an admin. Guarantee: 401; viewers create none; members see and revoke their
/// own only; admins all.
#[tokio::test]
async fn keys_belong_to_their_creator_and_to_admins() {
    let app = TestApp::start().await;
    let mut admin = app.admin().await;
    let mut ann = app.user(&mut admin, "ann@example.org", "member").await;
    let mut bob = app.user(&mut admin, "bob@example.org", "member").await;
    let mut viewer = app.user(&mut admin, "eve@example.org", "viewer").await;
    let (id, _) = ann.create_key(json!({"name": "of ann"})).await;
    app.clock.advance(Duration::from_secs(1));
    bob.create_key(json!({"name": "of bob"})).await;

    let path = format!("/api-keys/{id}");
    let mut stranger = app.anon();
    assert_eq!(stranger.get("/api-keys").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(stranger.post("/api-keys", json!({"name": "x"})).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(stranger.delete(&path).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(viewer.post("/api-keys", json!({"name": "x"})).await.0, StatusCode::FORBIDDEN);
    assert!(viewer.key_names().await.is_empty());
    assert_eq!(bob.key_names().await, ["of bob"]);
    assert_eq!(bob.delete(&path).await.0, StatusCode::NOT_FOUND);
    assert_eq!(admin.key_names().await, ["of bob", "of ann"]);
    assert_eq!(admin.delete(&path).await.0, StatusCode::NO_CONTENT);
    assert_eq!(admin.delete(&path).await.0, StatusCode::NOT_FOUND);
    assert!(ann.key_names().await.is_empty());
}

/// Scenario: more keys than a page holds, all created at the same moment. Guarantee: the walk shows each exactly once.
#[tokio::test]
async fn pages_show_every_key_once() {
    let app = TestApp::start().await;
    let mut admin = app.admin().await;
    for number in 0..7 {
        admin.create_key(json!({"name": format!("key {number}")})).await;
    }
    let mut seen = Vec::new();
    let mut path = "/api-keys?limit=3".to_owned();
    loop {
        let (_, page) = admin.get(&path).await;
        seen.extend(page["items"].as_array().unwrap().iter().map(|key| key["name"].to_string()));
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/api-keys?limit=3&cursor={cursor}");
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 7);
}
