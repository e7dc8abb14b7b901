//! Keeping, changing and finding one's own views.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};

use crate::harness::TestApp;

/// Scenario: keep a view, read it, change each part of it, delete it. Guarantee: the agreed members; what is not named stays;
/// the time of the change is kept; the parameters come back as they were given.
#[tokio::test]
async fn a_view_is_kept_changed_and_deleted() {
    let app = TestApp::start().await;
    let mut admin = app.admin().await;
    let search = json!({"range": "24h", "order": "cost", "cols": "service,attr.http.route", "n": 1.5});
    let wanted = json!({"page": "traces", "name": "  Dearest ", "search": search});
    let (status, made) = admin.post("/views", wanted).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let id = made["id"].as_str().unwrap().to_owned();
    assert_eq!(
        made,
        json!({
            "id": id, "page": "traces", "name": "Dearest", "is_shared": false, "search": search,
            "owner": "admin@example.org", "is_own": true, "is_default": false,
            "created_at": "2026-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:05Z",
        })
    );
    assert_eq!(admin.get("/views").await.1, json!({"items": [made], "next_cursor": null}));

    app.clock.advance(Duration::from_secs(5));
    let path = format!("/views/{id}");
    let (status, renamed) = admin.patch(&path, json!({"name": "Dear"})).await;
    assert_eq!((status, &renamed["name"], &renamed["search"]), (StatusCode::OK, &json!("Dear"), &search));
    assert_eq!(renamed["updated_at"], "2026-01-02T03:04:10Z");
    let (_, rewritten) = admin.patch(&path, json!({"search": {"q": "refund"}})).await;
    assert_eq!((&rewritten["name"], &rewritten["search"]), (&json!("Dear"), &json!({"q": "refund"})));
    assert_eq!(admin.delete(&path).await, StatusCode::NO_CONTENT);
    assert_eq!(admin.delete(&path).await, StatusCode::NOT_FOUND);
    assert!(admin.names("/views").await.is_empty());
}

/// Scenario: names, lists and parameters of every wrong form, and a name twice. Guarantee: 400 naming the field, 409 for the
/// second of a name, and nothing is kept of either; the same name is free for another list.
#[tokio::test]
async fn bad_views_are_refused() {
    let app = TestApp::start().await;
    let mut admin = app.admin().await;
    let view = |page: &str, name: &str, search: Value| json!({"page": page, "name": name, "search": search});
    let cases = [
        (view("traces", " ", json!({})), "name"),
        (view("traces", &"x".repeat(61), json!({})), "name"),
        (view("traces", "a\nb", json!({})), "name"),
        (view("", "a", json!({})), "page"),
        (view("Traces", "a", json!({})), "page"),
        (view(&"x".repeat(33), "a", json!({})), "page"),
        (view("traces", "a", json!({"q": "x".repeat(8 * 1024)})), "search"),
    ];
    for (request, field) in cases {
        let (status, body) = admin.post("/views", request).await;
        assert_eq!((status, &body["errors"][0]["field"]), (StatusCode::BAD_REQUEST, &json!(field)), "{body}");
    }
    assert_eq!(admin.post("/views", view("traces", "a", json!([]))).await.0, StatusCode::BAD_REQUEST);
    let huge = view("traces", "a", json!({"q": "x".repeat(64 * 1024)}));
    assert_eq!(admin.post("/views", huge).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(admin.names("/views").await.is_empty());

    let path = admin.keep("a", false).await;
    admin.keep("b", false).await;
    assert_eq!(admin.post("/views", view("traces", "a", json!({}))).await.0, StatusCode::CONFLICT);
    assert_eq!(admin.patch(&path, json!({"name": "b"})).await.0, StatusCode::CONFLICT);
    assert_eq!(admin.post("/views", view("runs", "a", json!({}))).await.0, StatusCode::CREATED);
    assert_eq!(admin.names("/views").await, ["a", "a", "b"]);
    assert_eq!(admin.names("/views?page=runs").await, ["a"]);
}

/// Scenario: more views than a page of the list, in both cases of letters, then as many as one account keeps. Guarantee: by
/// name, each once; the one too many is refused, and another account's are its own.
#[tokio::test]
async fn views_are_listed_by_name_and_limited() {
    let app = TestApp::start().await;
    let mut admin = app.admin().await;
    for number in 0..100 {
        let letter = if number % 2 == 0 { 'a' } else { 'B' };
        admin.keep(&format!("{letter}{number:03}"), false).await;
    }
    let mut all = Vec::new();
    let mut path = "/views?limit=30".to_owned();
    loop {
        let (_, page) = admin.get(&path).await;
        all.extend(
            page["items"].as_array().unwrap().iter().map(|view| view["name"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/views?limit=30&cursor={cursor}");
    }
    let mut sorted = all.clone();
    sorted.sort_by_key(|name| name.to_lowercase());
    assert_eq!((all.len(), &all), (100, &sorted));
    let one_more = json!({"page": "traces", "name": "one more", "search": {}});
    assert_eq!(admin.post("/views", one_more.clone()).await.0, StatusCode::BAD_REQUEST);
    let mut ann = app.user(&mut admin, "ann", "member").await;
    assert_eq!(ann.post("/views", one_more).await.0, StatusCode::CREATED);
}
