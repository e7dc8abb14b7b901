//! Keys that come from another server.

use http::StatusCode;
use junjo_api_keys::{CheckError, Scope};
use junjo_ingest::{ForeignKey, ImportedKeys, KeyImport as _};

use crate::harness::TestApp;

/// As the Go server makes them: 64 letters and digits, no two alike in the first 12.
fn go_key(number: usize) -> String {
    format!("{number:012}{}", "Zq7".repeat(18)).chars().take(64).collect()
}

fn foreign(secret: &str, name: &str) -> ForeignKey {
    ForeignKey { secret: secret.to_owned().into(), name: name.to_owned(), created_at_unix_nano: Some(1) }
}

async fn import(app: &TestApp, keys: Vec<ForeignKey>) -> ImportedKeys {
    app.keys.import(keys).await.unwrap()
}

/// Scenario: keys are imported, one is revoked, and they are imported again. Guarantee: programs go on sending with them, lists show
/// 12 characters, no secret is stored, and the revoked one does not come back.
#[tokio::test]
async fn imported_keys_work_until_they_are_revoked() {
    let app = TestApp::start().await;
    let mut admin = app.admin().await;
    let keys = || (0..3).map(|number| foreign(&go_key(number), &format!("key {number}"))).collect();
    assert_eq!(import(&app, keys()).await, ImportedKeys { added: 3, ..ImportedKeys::default() });
    let identity = app.keys.check(&go_key(1), Scope::Ingest).await.unwrap();
    assert_eq!((identity.name.as_ref(), identity.project.as_ref()), ("key 1", "default"));
    let list = admin.get("/api-keys").await.1;
    let listed = list["items"].as_array().unwrap().iter().find(|key| key["name"] == "key 1").unwrap().clone();
    assert_eq!((&listed["prefix"], &listed["scope"]), (&go_key(1)[..12].into(), &"ingest".into()));
    assert_eq!(listed["created_by"], serde_json::Value::Null);
    let gone = admin.delete(&format!("/api-keys/{}", listed["id"].as_str().unwrap())).await;
    assert_eq!(gone.0, StatusCode::NO_CONTENT);
    assert_eq!(import(&app, keys()).await, ImportedKeys { again: 3, ..ImportedKeys::default() });
    assert!(matches!(app.keys.check(&go_key(1), Scope::Ingest).await, Err(CheckError::Invalid)));
    app.keys.check(&go_key(2), Scope::Ingest).await.unwrap();
    let stored: Vec<u8> =
        sqlx::query_scalar("SELECT key_sha256 FROM api_keys LIMIT 1").fetch_one(&app.pool).await.unwrap();
    assert_eq!(stored.len(), 32);
}

/// Scenario: keys that were put in by hand: empty, over-long, not sendable, short, and alike at the start; odd names. Guarantee: what can
/// be sent works, without showing a part of it where it is short; the rest is refused with a reason.
#[tokio::test]
async fn odd_keys_are_taken_or_refused_with_reasons() {
    let app = TestApp::start().await;
    let mut admin = app.admin().await;
    let twin = format!("{}x", &go_key(7)[..63]);
    let done = import(
        &app,
        vec![
            foreign("", "empty"),
            foreign(&"k".repeat(300), "long"),
            foreign("a b\n", "blank"),
            foreign("dev", " a\nname "),
            foreign(&go_key(7), &"n".repeat(500)),
            foreign(&twin, ""),
        ],
    )
    .await;
    let refused: Vec<&str> = done.refused.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((done.added, refused), (3, vec!["empty", "long", "blank"]));
    for secret in ["dev", &go_key(7), &twin] {
        app.keys.check(secret, Scope::Ingest).await.unwrap();
    }
    let list = admin.get("/api-keys").await.1;
    let prefix = |name: &str| {
        let items = list["items"].as_array().unwrap();
        items.iter().find(|key| key["name"] == name).unwrap()["prefix"].as_str().unwrap().to_owned()
    };
    assert!(prefix("a name").starts_with("go_"));
    assert!(prefix("imported").starts_with("go_"), "its start is taken");
}
