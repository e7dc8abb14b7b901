//! Accounts that come from another server: bcrypt until their owners sign in.

use http::StatusCode;
use junjo_auth::{ImportedAccount, ImportedAccounts, Role};
use serde_json::json;

use crate::harness::{ADMIN, PASSWORD, TestApp};

/// Made by Go's bcrypt: cost 10, password "allmine".
const GO_HASH: &str = "$2a$10$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga";

fn hash(password: &str) -> String {
    bcrypt::hash_with_salt(password, 4, [5; 16]).unwrap().format_for_version(bcrypt::Version::TwoA)
}

fn account(email: &str, hash: &str) -> ImportedAccount {
    ImportedAccount {
        email: email.to_owned(),
        password_hash: hash.to_owned().into(),
        created_at_unix_nano: Some(1_760_277_181_000_000_000),
    }
}

async fn import(app: &TestApp, accounts: Vec<ImportedAccount>) -> ImportedAccounts {
    app.state.operator_import(accounts, Role::Admin).await.unwrap()
}

async fn stored_hash(app: &TestApp, email: &str) -> String {
    sqlx::query_scalar("SELECT password_hash FROM users WHERE email = ?")
        .bind(email)
        .fetch_one(&app.pool)
        .await
        .unwrap()
}

/// Scenario: an account with a hash that Go made signs in, wrongly, rightly and once more. Guarantee: a wrong password leaves the
/// hash; the right one replaces it by argon2id, keeps signing in, and the change is in the audit log.
#[tokio::test]
async fn first_sign_in_renews_the_hash() {
    let app = TestApp::start().await;
    import(&app, vec![account("grace@example.org", GO_HASH)]).await;
    let mut client = app.anon();
    client.login("grace@example.org", "not the password").await.problem(StatusCode::UNAUTHORIZED);
    client.login("grace@example.org", "").await.problem(StatusCode::UNAUTHORIZED);
    assert_eq!(stored_hash(&app, "grace@example.org").await, GO_HASH);
    for _ in 0..2 {
        let reply = client.login("Grace@Example.org", "allmine").await;
        assert_eq!((reply.status, &reply.body["role"]), (StatusCode::OK, &json!("admin")));
        assert!(stored_hash(&app, "grace@example.org").await.starts_with("$argon2id$"));
    }
    app.anon().login("grace@example.org", "not the password").await.problem(StatusCode::UNAUTHORIZED);
    let log = client.get("/auth/audit?action=password.rehash").await;
    assert_eq!(log.body["items"].as_array().unwrap().len(), 1, "{}", log.body);
    assert_eq!(
        log.body["items"][0]["detail"], "weak_password",
        "7 characters are fewer than a new password has"
    );
}

/// Scenario: the same import twice, with an account deleted in between, and one whose password was changed. Guarantee: nothing comes
/// back and nothing is overwritten.
#[tokio::test]
async fn second_import_changes_nothing() {
    let app = TestApp::start().await;
    let accounts = || {
        vec![
            account("ada@x.org", &hash("the password of ada")),
            account("eve@x.org", &hash("the password of eve")),
        ]
    };
    let first = import(&app, accounts()).await;
    assert_eq!((first.added, first.again), (2, 0));
    let mut ada = app.anon();
    assert_eq!(ada.login("ada@x.org", "the password of ada").await.status, StatusCode::OK);
    let kept = stored_hash(&app, "ada@x.org").await;
    let listed = ada.get("/auth/accounts").await.body;
    let eve = listed["items"].as_array().unwrap().iter().find(|user| user["email"] == "eve@x.org").unwrap();
    let deleted = ada.delete(&format!("/auth/accounts/{}", eve["id"].as_str().unwrap())).await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    let second = import(&app, accounts()).await;
    assert_eq!((second.added, second.again), (0, 2));
    assert_eq!(stored_hash(&app, "ada@x.org").await, kept);
    app.anon().login("eve@x.org", "the password of eve").await.problem(StatusCode::UNAUTHORIZED);
}

/// Scenario: addresses that are none or differ by case, hashes that are none, and an address with an account here. Guarantee: each is
/// refused with its reason, the others are added, and the account here keeps its password.
#[tokio::test]
async fn odd_accounts_are_refused_with_reasons() {
    let app = TestApp::start().await;
    app.first_admin().await;
    let good = hash("another password");
    let done = import(
        &app,
        vec![
            account("ok@x.org", &good),
            account("OK@x.org", &good),
            account("", &good),
            account("plain@x.org", "plain text"),
            account("slow@x.org", &good.replace("$04$", "$31$")),
            account(ADMIN, &good),
        ],
    )
    .await;
    let refused: Vec<&str> = done.refused.iter().map(|refused| refused.email.as_str()).collect();
    assert_eq!((done.added, refused), (1, vec!["OK@x.org", "", "plain@x.org", "slow@x.org", ADMIN]));
    assert_eq!(app.anon().login(ADMIN, PASSWORD).await.status, StatusCode::OK);
    app.anon().login(ADMIN, "another password").await.problem(StatusCode::UNAUTHORIZED);
    assert_eq!(app.anon().login("ok@x.org", "another password").await.status, StatusCode::OK);
}

/// Scenario: an imported account confirms its password before it has been renewed. Guarantee: the imported hash counts there too.
#[tokio::test]
async fn imported_password_counts_for_changes() {
    let app = TestApp::start().await;
    import(&app, vec![account("ada@x.org", &hash("the password of ada"))]).await;
    let mut ada = app.anon();
    ada.login("ada@x.org", "the password of ada").await;
    sqlx::query("UPDATE users SET password_hash = ?")
        .bind(hash("the password of ada"))
        .execute(&app.pool)
        .await
        .unwrap();
    let change = json!({"current_password": "the password of ada", "new_password": "a new one for ada"});
    assert_eq!(ada.post("/auth/password", change).await.status, StatusCode::NO_CONTENT);
    assert!(stored_hash(&app, "ada@x.org").await.starts_with("$argon2id$"));
}
