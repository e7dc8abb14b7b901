//! The command that lets a lost admin in again, beside the running server.

use serde_json::json;

use crate::harness::{Api, EMAIL, ServerProcess};

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
