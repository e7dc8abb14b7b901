//! The check that receivers call on every export request.

use std::time::Duration;

use http::StatusCode;
use junjo_api_keys::{CheckError, Scope};
use serde_json::{Value, json};

use crate::harness::{Client, TestApp};

async fn last_used(client: &mut Client) -> Value {
    client.get("/api-keys").await.1["items"][0]["last_used_at"].clone()
}

/// Scenario: a good key, then unknown, empty, huge and almost right ones. Guarantee: its identity, or `Invalid`.
#[tokio::test]
async fn only_the_exact_key_is_accepted() {
    let app = TestApp::start().await;
    let (id, secret) = app.admin().await.create_key(json!({"name": "agents"})).await;
    let identity = app.keys.check(&secret, Scope::Ingest).await.unwrap();
    assert_eq!((identity.id.as_ref(), identity.name.as_ref()), (id.as_str(), "agents"));
    let spaced = format!("{secret} ");
    let huge = "x".repeat(100_000);
    for wrong in ["", "jj_", &secret[..45], &spaced, &secret.to_lowercase(), &huge, "jj_' OR 1=1 --"] {
        let error = app.keys.check(wrong, Scope::Ingest).await.unwrap_err();
        assert!(matches!(error, CheckError::Invalid), "{error:?}");
    }
}

/// Scenario: a new key, and one that belongs to another project before it is checked. Guarantee: the check says the project,
/// `default` unless told otherwise, also of the secret before a rotation.
#[tokio::test]
async fn check_says_the_project_of_the_key() {
    let app = TestApp::start().await;
    let mut admin = app.admin().await;
    let (_, first) = admin.create_key(json!({"name": "agents"})).await;
    assert_eq!(app.keys.check(&first, Scope::Ingest).await.unwrap().project.as_ref(), "default");
    let (id, second) = admin.create_key(json!({"name": "others"})).await;
    let moved = sqlx::query("UPDATE api_keys SET project = 'checkout' WHERE id = ?").bind(&id);
    moved.execute(&app.pool).await.unwrap();
    let (status, rotated) =
        admin.post(&format!("/api-keys/{id}/rotate"), json!({"keep_previous_seconds": 60})).await;
    assert!(status.is_success(), "{rotated}");
    for secret in [second.as_str(), rotated["key"].as_str().unwrap()] {
        assert_eq!(app.keys.check(secret, Scope::Ingest).await.unwrap().project.as_ref(), "checkout");
    }
}

/// Scenario: revoke a key that is in the cache. Guarantee: the very next check refuses it.
#[tokio::test]
async fn revoked_key_is_refused_at_once() {
    let app = TestApp::start().await;
    let mut admin = app.admin().await;
    let (id, secret) = admin.create_key(json!({"name": "agents"})).await;
    app.keys.check(&secret, Scope::Ingest).await.unwrap();
    assert_eq!(admin.delete(&format!("/api-keys/{id}")).await.0, StatusCode::NO_CONTENT);
    assert!(matches!(app.keys.check(&secret, Scope::Ingest).await, Err(CheckError::Invalid)));
}

/// Scenario: the row goes without this process being told (another process on the same file). Guarantee: refused after 10 s.
#[tokio::test]
async fn cached_key_is_asked_for_again_after_ten_seconds() {
    let app = TestApp::start().await;
    let (_, secret) = app.admin().await.create_key(json!({"name": "agents"})).await;
    app.keys.check(&secret, Scope::Ingest).await.unwrap();
    sqlx::query("DELETE FROM api_keys").execute(&app.pool).await.unwrap();
    assert!(app.keys.check(&secret, Scope::Ingest).await.is_ok());
    app.outlive_cache();
    assert!(matches!(app.keys.check(&secret, Scope::Ingest).await, Err(CheckError::Invalid)));
}

/// Scenario: a key reaches its expiry while it is cached. Guarantee: refused as expired from that moment on.
#[tokio::test]
async fn expired_key_is_refused() {
    let app = TestApp::start().await;
    let request = json!({"name": "short", "expires_at": "2026-01-02T03:04:08Z"});
    let (_, secret) = app.admin().await.create_key(request).await;
    app.clock.advance(Duration::from_secs(2));
    app.keys.check(&secret, Scope::Ingest).await.unwrap();
    app.clock.advance(Duration::from_secs(1));
    assert!(matches!(app.keys.check(&secret, Scope::Ingest).await, Err(CheckError::Expired)));
}

/// Scenario: an ingest key used for reading and the other way round. Guarantee: refused by scope, both ways.
#[tokio::test]
async fn scope_is_enforced() {
    let app = TestApp::start().await;
    let mut admin = app.admin().await;
    let (_, ingest) = admin.create_key(json!({"name": "in", "scope": "ingest"})).await;
    let (_, read) = admin.create_key(json!({"name": "out", "scope": "read"})).await;
    app.keys.check(&read, Scope::Read).await.unwrap();
    for (secret, needed) in [(&ingest, Scope::Read), (&read, Scope::Ingest)] {
        let error = app.keys.check(secret, needed).await.unwrap_err();
        assert!(matches!(error, CheckError::WrongScope { .. }), "{error:?}");
    }
}

/// Scenario: the database is gone. Guarantee: an outage is never called a wrong key; a cached key still works.
#[tokio::test]
async fn outage_is_not_a_refusal() {
    let app = TestApp::start().await;
    let (_, secret) = app.admin().await.create_key(json!({"name": "agents"})).await;
    app.keys.check(&secret, Scope::Ingest).await.unwrap();
    app.pool.close().await;
    assert!(app.keys.check(&secret, Scope::Ingest).await.is_ok());
    for presented in ["jj_unknown", &secret] {
        app.outlive_cache();
        let error = app.keys.check(presented, Scope::Ingest).await.unwrap_err();
        assert!(matches!(error, CheckError::Unavailable { .. }), "{error:?}");
    }
}

/// Scenario: use a key, look, flush, look in the database. Guarantee: the list knows at once, the row after the flush; a
/// failed flush loses nothing.
#[tokio::test]
async fn last_use_is_batched() {
    let app = TestApp::start().await;
    let mut admin = app.admin().await;
    let (_, secret) = admin.create_key(json!({"name": "agents"})).await;
    assert_eq!(last_used(&mut admin).await, Value::Null);
    app.clock.advance(Duration::from_secs(1));
    app.keys.check(&secret, Scope::Ingest).await.unwrap();
    assert_eq!(last_used(&mut admin).await, "2026-01-02T03:04:06Z");
    let stored = "SELECT last_used_at_unix_nano FROM api_keys";
    assert_eq!(sqlx::query_scalar::<_, Option<i64>>(stored).fetch_one(&app.pool).await.unwrap(), None);
    app.keys.flush_last_used().await.unwrap();
    assert!(sqlx::query_scalar::<_, Option<i64>>(stored).fetch_one(&app.pool).await.unwrap().is_some());

    app.clock.advance(Duration::from_secs(1));
    app.keys.check(&secret, Scope::Ingest).await.unwrap();
    sqlx::query("ALTER TABLE api_keys RENAME TO away").execute(&app.pool).await.unwrap();
    app.keys.flush_last_used().await.unwrap_err();
    sqlx::query("ALTER TABLE away RENAME TO api_keys").execute(&app.pool).await.unwrap();
    assert_eq!(last_used(&mut admin).await, "2026-01-02T03:04:07Z");
}

/// Scenario: the creator's account is deleted. Guarantee: the key goes on working, and admins see it.
#[tokio::test]
async fn key_survives_its_creator() {
    let app = TestApp::start().await;
    let mut admin = app.admin().await;
    let mut bob = app.user(&mut admin, "bob@example.org", "member").await;
    let (_, secret) = bob.create_key(json!({"name": "of bob"})).await;
    let (_, me) = bob.get("/auth/me").await;
    let path = format!("/auth/accounts/{}", me["id"].as_str().unwrap());
    assert_eq!(admin.delete(&path).await.0, StatusCode::NO_CONTENT);
    app.outlive_cache();
    app.keys.check(&secret, Scope::Ingest).await.unwrap();
    assert_eq!(admin.key_names().await, ["of bob"]);
}
