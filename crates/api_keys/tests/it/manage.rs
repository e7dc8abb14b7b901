//! Creating, listing and revoking keys, and who may.

use std::time::Duration;

use futures::future::join_all;
use http::StatusCode;
use junjo_api_keys::{CheckError, Scope};
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

/// Scenario: rename a key, set its expiry, take the expiry away, and bad values of each. Guarantee: what is left out stays, null
/// means never, a cached key follows at once, bad values change nothing.
#[tokio::test]
async fn keys_are_renamed_and_expire() {
    let app = TestApp::start().await;
    let mut admin = app.admin().await;
    let (id, secret) = admin.create_key(json!({"name": "agents"})).await;
    let path = format!("/api-keys/{id}");
    app.keys.check(&secret, Scope::Ingest).await.unwrap();
    let (status, key) =
        admin.patch(&path, json!({"name": " robots ", "expires_at": "2026-01-02T03:04:06Z"})).await;
    assert_eq!(
        (status, &key["name"], &key["expires_at"]),
        (StatusCode::OK, &json!("robots"), &json!("2026-01-02T03:04:06Z"))
    );
    app.clock.advance(Duration::from_secs(1));
    assert!(matches!(app.keys.check(&secret, Scope::Ingest).await, Err(CheckError::Expired)));
    let (_, key) = admin.patch(&path, json!({"expires_at": null})).await;
    assert_eq!((&key["name"], &key["expires_at"]), (&json!("robots"), &json!(null)));
    app.keys.check(&secret, Scope::Ingest).await.unwrap();
    let (_, key) = admin.patch(&path, json!({})).await;
    assert_eq!((&key["name"], &key["expires_at"]), (&json!("robots"), &json!(null)));
    for bad in [json!({"name": ""}), json!({"expires_at": "2020-01-01T00:00:00Z"}), json!({"scope": "read"})]
    {
        assert_eq!(admin.patch(&path, bad).await.0, StatusCode::BAD_REQUEST);
    }
    assert_eq!(admin.patch("/api-keys/AAAAAAAAAAAA", json!({})).await.0, StatusCode::NOT_FOUND);
    assert_eq!(admin.key_names().await, ["robots"]);
}

/// Scenario: rotate a key in use, at once and with an overlap. Guarantee: the old secret stops at once, or when the overlap ends;
/// the new one works; id, name and scope stay; revoking ends both.
#[tokio::test]
async fn rotated_key_stops_when_it_should() {
    let app = TestApp::start().await;
    let mut admin = app.admin().await;
    let (id, first) = admin.create_key(json!({"name": "agents"})).await;
    let path = format!("/api-keys/{id}/rotate");
    app.keys.check(&first, Scope::Ingest).await.unwrap();
    let (status, second) = admin.post(&path, json!({})).await;
    assert_eq!((status, &second["id"], &second["name"]), (StatusCode::OK, &json!(id), &json!("agents")));
    assert!(matches!(app.keys.check(&first, Scope::Ingest).await, Err(CheckError::Invalid)));
    let second = second["key"].as_str().unwrap().to_owned();
    app.keys.check(&second, Scope::Ingest).await.unwrap();

    let (_, third) = admin.post(&path, json!({"keep_previous_seconds": 60})).await;
    assert_eq!(third["previous_until"], "2026-01-02T03:05:05Z");
    let third = third["key"].as_str().unwrap();
    for secret in [second.as_str(), third] {
        app.keys.check(secret, Scope::Ingest).await.unwrap();
    }
    app.clock.advance(Duration::from_mins(1));
    assert!(matches!(app.keys.check(&second, Scope::Ingest).await, Err(CheckError::Expired)));
    app.keys.check(third, Scope::Ingest).await.unwrap();

    let (_, fourth) = admin.post(&path, json!({"keep_previous_seconds": 600})).await;
    let fourth = fourth["key"].as_str().unwrap();
    app.keys.check(third, Scope::Ingest).await.unwrap();
    assert_eq!(admin.delete(&format!("/api-keys/{id}")).await.0, StatusCode::NO_CONTENT);
    for secret in [third, fourth] {
        assert!(matches!(app.keys.check(secret, Scope::Ingest).await, Err(CheckError::Invalid)));
    }
    assert_eq!(admin.post(&path, json!({"keep_previous_seconds": 604_801})).await.0, StatusCode::BAD_REQUEST);
}
