//! Accounts and keys on the running server: what only the whole program can show.

use junjo_test_support::{SpanBuilder, request};
use reqwest::Method;
use serde_json::json;

use crate::harness::{Api, EMAIL, ServerProcess, TestServer};

const START: u64 = 1_767_323_045_000_000_000;

/// Scenario: the only admin has lost the password, and the operator runs the command beside the running server. Guarantee: the
/// accounts are listed, the printed link sets a new password once, unknown addresses and a missing folder are errors.
#[tokio::test(flavor = "multi_thread")]
async fn operator_lets_a_lost_admin_in_again() {
    let dir = tempfile::tempdir().unwrap();
    let server = ServerProcess::start(dir.path()).await;
    let api = Api::new(server.http);
    api.register().await;
    let run = async |arguments: &[&str]| {
        let output =
            ServerProcess::command(dir.path()).arg("reset-password").args(arguments).output().await.unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(run(&[]).await, (true, format!("admin    {EMAIL}\n")));
    assert!(!run(&["nobody@example.com"]).await.0);
    let (is_done, text) = run(&[EMAIL]).await;
    assert!(is_done);
    let token = text.lines().next().unwrap().split_once("/link#").unwrap().1;
    let redemption = json!({"token": token, "password": "a battery of staple horses"});
    let (status, body) = api.other_browser().post("/auth/links/redeem", &redemption).await;
    assert_eq!((status, body["role"].as_str()), (200, Some("admin")));
    assert_eq!(api.get("/auth/me").await.0, 401, "the old session is over");
    assert_eq!(api.other_browser().post("/auth/links/redeem", &redemption).await.0, 404);
    let elsewhere = tempfile::tempdir().unwrap();
    let output = ServerProcess::command(elsewhere.path()).arg("reset-password").output().await.unwrap();
    assert!(!output.status.success());
    assert!(!elsewhere.path().join("app.db").try_exists().unwrap(), "no database is made");
    server.terminate().await;
}

/// Scenario: two keys send, one of them twice; a program reads with a read key. Guarantee: the status counts requests, items and
/// bytes per key, the latest used first, and shows it to a read key; a changed name or an expiry does not end the counting.
#[tokio::test(flavor = "multi_thread")]
async fn status_counts_per_key() {
    let server = TestServer::start().await;
    let first = server.set_up().await;
    let (_, second) = server.api.post("/api-keys", &json!({"name": "second"})).await;
    let (_, reader) = server.api.post("/api-keys", &json!({"name": "reader", "scope": "read"})).await;
    let spans =
        |count: u64| request("s", (1..=count).map(|id| SpanBuilder::new(1, id, START).build()).collect());
    server.client(&first).export(&spans(1)).await.unwrap();
    let second_key = second["key"].as_str().unwrap();
    for _ in 0..2 {
        server.client(second_key).export(&spans(3)).await.unwrap();
    }
    let nobody = server.api.anonymous();
    let call = nobody.call(Method::GET, "/otel/status");
    let answer = call.bearer_auth(reader["key"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let status: serde_json::Value = answer.json().await.unwrap();
    let keys = status["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2, "the read key sends nothing");
    assert_eq!(keys[0]["key_id"], second["id"]);
    assert_eq!((keys[0]["requests"].as_u64(), keys[0]["items"].as_u64()), (Some(2), Some(6)));
    assert_eq!((keys[1]["requests"].as_u64(), keys[1]["items"].as_u64()), (Some(1), Some(1)));
    assert!(keys[0]["bytes"].as_u64() > keys[1]["bytes"].as_u64());
    server.stop().await;
}
