//! Who sees, shares, changes and deletes which views.

use http::StatusCode;
use serde_json::json;

use crate::harness::TestApp;

/// Scenario: a member keeps one view and shares another; a stranger, a viewer, another member and an admin try everything.
/// Guarantee: what is not shared does not exist for others; what is shared everybody reads, its owner changes, and its owner and
/// admins delete; viewers keep views and share none.
#[tokio::test]
async fn views_are_their_owners_and_shared_ones_everybodys() {
    let app = TestApp::start().await;
    let mut admin = app.admin().await;
    let mut ann = app.user(&mut admin, "ann", "member").await;
    let mut bob = app.user(&mut admin, "bob", "member").await;
    let mut eve = app.user(&mut admin, "eve", "viewer").await;
    let own = ann.keep("own", false).await;
    let shared = ann.keep("shared", true).await;

    let mut stranger = app.anon();
    assert_eq!(stranger.get("/views").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(stranger.delete(&shared).await, StatusCode::UNAUTHORIZED);
    for other in [&mut bob, &mut eve, &mut admin] {
        assert_eq!(other.names("/views").await, ["shared"]);
        let (_, list) = other.get("/views").await;
        let view = &list["items"][0];
        assert_eq!((&view["is_own"], &view["owner"]), (&json!(false), &json!("ann@example.org")));
        assert_eq!(other.patch(&shared, json!({"name": "mine"})).await.0, StatusCode::NOT_FOUND);
        for path in [&own, &shared] {
            assert_eq!(other.patch(path, json!({})).await.0, StatusCode::NOT_FOUND);
        }
        assert_eq!(other.delete(&own).await, StatusCode::NOT_FOUND);
        assert_eq!(other.put(&format!("{own}/default")).await, StatusCode::NOT_FOUND);
    }
    assert_eq!(bob.delete(&shared).await, StatusCode::NOT_FOUND);
    assert_eq!(ann.names("/views").await, ["own", "shared"]);

    let eves = eve.keep("eve's", false).await;
    let share = json!({"page": "traces", "name": "for all", "is_shared": true, "search": {}});
    assert_eq!(eve.post("/views", share).await.0, StatusCode::FORBIDDEN);
    assert_eq!(eve.patch(&eves, json!({"is_shared": true})).await.0, StatusCode::FORBIDDEN);

    assert_eq!(admin.delete(&shared).await, StatusCode::NO_CONTENT);
    assert_eq!(ann.names("/views").await, ["own"]);
    assert_eq!(ann.patch(&own, json!({"is_shared": true})).await.0, StatusCode::OK);
    assert_eq!(bob.names("/views").await, ["own"]);
    assert_eq!(ann.patch(&own, json!({"is_shared": false})).await.0, StatusCode::OK);
    assert!(bob.names("/views").await.is_empty());
}

/// Scenario: two people choose a shared view as the one that their list opens with; one chooses another, then none; the view is
/// deleted. Guarantee: each has one for a list, chosen without touching the other's; a view that is gone is nobody's.
#[tokio::test]
async fn everybody_chooses_a_default_view() {
    let app = TestApp::start().await;
    let mut admin = app.admin().await;
    let mut eve = app.user(&mut admin, "eve", "viewer").await;
    let shared = admin.keep("shared", true).await;
    let own = eve.keep("own", false).await;
    for person in [&mut admin, &mut eve] {
        assert_eq!(person.put(&format!("{shared}/default")).await, StatusCode::NO_CONTENT);
        assert_eq!(default_of(person).await, ["shared"]);
    }
    assert_eq!(eve.put(&format!("{own}/default")).await, StatusCode::NO_CONTENT);
    assert_eq!(default_of(&mut eve).await, ["own"]);
    assert_eq!(default_of(&mut admin).await, ["shared"]);
    assert_eq!(eve.delete(&format!("{own}/default")).await, StatusCode::NO_CONTENT);
    assert!(default_of(&mut eve).await.is_empty());
    assert_eq!(admin.delete(&shared).await, StatusCode::NO_CONTENT);
    assert!(default_of(&mut admin).await.is_empty());
}

async fn default_of(person: &mut crate::harness::Client) -> Vec<String> {
    let (_, list) = person.get("/views").await;
    let items = list["items"].as_array().unwrap().iter();
    items
        .filter(|view| view["is_default"] == true)
        .map(|view| view["name"].as_str().unwrap().to_owned())
        .collect()
}

/// Scenario: an account with a shared view and one of its own is deleted. Guarantee: what it shared stays, without an owner;
/// its own is gone.
#[tokio::test]
async fn shared_views_outlive_their_owner() {
    let app = TestApp::start().await;
    let mut admin = app.admin().await;
    let mut ann = app.user(&mut admin, "ann", "member").await;
    ann.keep("own", false).await;
    let shared = ann.keep("shared", true).await;
    let (_, accounts) = admin.get("/auth/accounts").await;
    let accounts = accounts["items"].as_array().unwrap();
    let id = accounts.iter().find(|account| account["email"] == "ann@example.org").unwrap()["id"].clone();
    let gone = admin.delete(&format!("/auth/accounts/{}", id.as_str().unwrap())).await;
    assert_eq!(gone, StatusCode::NO_CONTENT);
    let (_, list) = admin.get("/views").await;
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!((&list["items"][0]["name"], &list["items"][0]["owner"]), (&json!("shared"), &json!(null)));
    assert_eq!(admin.delete(&shared).await, StatusCode::NO_CONTENT);
}

/// Scenario: a shared view is made, changed and deleted; one of its own as well; somebody reaches for another's. Guarantee: the
/// audit log has what happened to the shared one, and the refusal.
#[tokio::test]
async fn shared_views_are_in_the_audit_log() {
    let app = TestApp::start().await;
    let mut admin = app.admin().await;
    let own = admin.keep("own", false).await;
    let shared = admin.keep("shared", true).await;
    admin.patch(&shared, json!({"name": "renamed"})).await;
    admin.delete(&own).await;
    let mut bob = app.user(&mut admin, "bob", "member").await;
    bob.delete(&shared).await;
    admin.delete(&shared).await;
    let (_, log) = admin.get("/auth/audit").await;
    let events: Vec<String> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["action"].as_str().unwrap().starts_with("view."))
        .map(|event| format!("{} {}", event["action"].as_str().unwrap(), event["outcome"].as_str().unwrap()))
        .collect();
    let wanted = ["view.delete success", "view.delete refused", "view.change success", "view.create success"];
    assert_eq!(events, wanted);
}
