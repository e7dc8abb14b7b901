//! `/otel/conversations` and `/otel/users`: sums over many traces.

use serde_json::{Value, json};

use crate::otel::calls::server;

/// Scenario: conversations and users over many traces. Guarantee: each appears once with sums over its traces, and the
/// conversation's traces come in order with what was said.
#[tokio::test(flavor = "multi_thread")]
async fn conversations_and_users_sum_their_traces() {
    let server = server().await;
    let conversations = server.api.read("/otel/conversations").await;
    let items = conversations["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!((&items[0]["session_id"], &items[0]["trace_count"]), (&json!("s-1"), &json!(101)));
    assert_eq!((&items[0]["input_tokens"], &items[0]["users"]), (&json!(10_100), &json!(["u-1"])));
    let users = server.api.read("/otel/users").await;
    assert_eq!(
        (&users["items"][0]["user_id"], &users["items"][0]["session_count"]),
        (&json!("u-1"), &json!(1))
    );
    let page = server.api.read("/otel/conversations/s-1?limit=60").await;
    assert_eq!(page["traces"].as_array().unwrap().len(), 60);
    assert_eq!(page["traces"][0]["first_user_text"], "question 1");
    assert_eq!(page["traces"][0]["last_answer_text"], "answer 1");
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = server.api.read(&format!("/otel/conversations/s-1?limit=60&cursor={cursor}")).await;
    assert_eq!(rest["traces"].as_array().unwrap().len(), 41);
    assert_eq!(rest["traces"][40]["first_user_text"], "question 201");
    assert_eq!(rest["next_cursor"], Value::Null);
    assert_eq!(server.api.get("/otel/conversations/nobody").await.0, 404);
    assert_eq!(server.api.get(&format!("/otel/conversations/other?cursor={cursor}")).await.0, 400);
    server.stop().await;
}
