//! Requests that another site makes a browser send, and the cookie behind a TLS proxy.

use http::{Method, StatusCode};
use junjo_auth::AuthConfig;
use serde_json::json;

use crate::harness::{ADMIN, PASSWORD, PROXY, TestApp, https_config, test_config};

/// Scenario: a signed-in browser is made to post by another site. Guarantee: 403 and nothing happens; reads are not hurt.
#[tokio::test]
async fn cross_site_writes_are_refused() {
    let app = TestApp::start().await;
    let mut victim = app.first_admin().await;
    for headers in [
        [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")].as_slice(),
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "same-site"), ("origin", "http://localhost:9999")],
    ] {
        victim.post_with("/auth/logout", json!(null), headers).await.problem(StatusCode::FORBIDDEN);
        assert_eq!(victim.call(Method::GET, "/auth/me", headers, "").await.status, StatusCode::OK);
    }
    let login = json!({"email": ADMIN, "password": PASSWORD});
    let evil = [("origin", "https://evil.example")];
    app.anon().post_with("/auth/login", login, &evil).await.problem(StatusCode::FORBIDDEN);
}

/// Scenario: our own page, a configured page, and programs that send no Origin. Guarantee: all may write.
#[tokio::test]
async fn own_and_allowed_origins_may_write() {
    let config = AuthConfig { allowed_origins: vec!["http://localhost:5151".into()], ..test_config() };
    let app = TestApp::start_with(config).await;
    app.first_admin().await;
    for headers in [
        [("origin", "http://localhost:1324"), ("sec-fetch-site", "same-origin")].as_slice(),
        &[("origin", "http://localhost:1324")],
        &[("origin", "http://localhost:5151"), ("sec-fetch-site", "same-site")],
        &[],
    ] {
        let login = json!({"email": ADMIN, "password": PASSWORD});
        assert_eq!(
            app.anon().post_with("/auth/login", login, headers).await.status,
            StatusCode::OK,
            "{headers:?}"
        );
    }
}

/// Scenario: a proxy rewrites the host, and a public URL is configured. Guarantee: the public URL counts as own origin,
/// and the cookie is Secure.
#[tokio::test]
async fn public_url_is_own_origin_and_makes_the_cookie_secure() {
    let app = TestApp::start_with(https_config()).await;
    let account = json!({"email": ADMIN, "password": PASSWORD});
    let headers = [("origin", "https://junjo.example"), ("host", "junjo-server:1324")];
    let mut client = app.anon();
    let reply = client.post_with("/auth/register", account, &headers).await;
    assert_eq!(reply.status, StatusCode::CREATED);
    assert!(reply.set_cookie().unwrap().ends_with("; Secure"));
    let reply = client.post_with("/auth/logout", json!(null), &headers).await;
    assert!(reply.set_cookie().unwrap().ends_with("; Secure"));
}

/// Scenario: X-Forwarded-Proto from the trusted proxy and from a stranger. Guarantee: Secure only in the first case.
#[tokio::test]
async fn only_a_trusted_proxy_makes_the_cookie_secure() {
    let app = TestApp::start().await;
    app.first_admin().await;
    for (peer, is_secure) in [(PROXY, true), ("192.0.2.5:1", false)] {
        let mut client = app.anon();
        client.peer = peer.parse().unwrap();
        let login = json!({"email": ADMIN, "password": PASSWORD});
        let reply = client.post_with("/auth/login", login, &[("x-forwarded-proto", "https")]).await;
        assert_eq!(reply.set_cookie().unwrap().contains("Secure"), is_secure, "{peer}");
    }
}

/// Scenario: a configured origin that is not one. Guarantee: refused at start, by name.
#[tokio::test]
async fn invalid_allowed_origin_is_refused_at_start() {
    let app = TestApp::start().await;
    let config = AuthConfig { allowed_origins: vec!["localhost:5151/path".into()], ..test_config() };
    let state = junjo_auth::State::new(app.pool.clone(), app.clock.shared(), config).unwrap();
    let error = junjo_auth::protect(axum::Router::new(), &state).unwrap_err();
    assert!(error.to_string().contains("localhost:5151/path"));
}

/// Scenario: the page asks how it is reached: over a LAN in the clear, on this machine, through a TLS proxy. Guarantee: it is told
/// to warn exactly in the first case, and the limits are the ones that hold.
#[tokio::test]
async fn page_is_told_when_nothing_protects_the_connection() {
    let app = TestApp::start().await;
    let mut client = app.anon();
    let config = client.get("/auth/config").await.body;
    assert_eq!(config["is_transport_insecure"], true);
    assert_eq!((&config["password_chars_min"], &config["session_idle_seconds"]), (&json!(8), &json!(86400)));
    client.peer = PROXY.parse().unwrap();
    let proxied = client.call(Method::GET, "/auth/config", &[("x-forwarded-proto", "https")], "").await;
    assert_eq!(proxied.body["is_transport_insecure"], false);
}

/// Scenario: the first account is asked for by a page whose name was made to point here, with and without what browsers
/// say about origins, by names of a network, and by a foreign page with our name; then under names that are only ours.
/// Guarantee: 403 that says what to do, and there is still no account; then 201.
#[tokio::test]
async fn first_account_is_made_under_a_name_that_is_only_ours() {
    let account = json!({"email": ADMIN, "password": PASSWORD});
    let evil = [
        ("host", "evil.example:1324"),
        ("origin", "http://evil.example:1324"),
        ("sec-fetch-site", "same-origin"),
    ];
    let app = TestApp::start_with(https_config()).await;
    for headers in [
        &evil[..],
        &evil[..1],
        &[("host", "server")],
        &[("host", "localhost.evil.example")],
        &[("host", "junjo.example.evil.example")],
        &[("host", "127.0.0.1.evil.example")],
        &[("host", "")],
        &[("host", "localhost:1324"), ("origin", "http://evil.example"), ("sec-fetch-site", "none")],
        &[("host", "localhost:1324"), ("host", "evil.example")],
    ] {
        let reply = app.anon().post_with("/auth/register", account.clone(), headers).await;
        assert!(reply.problem(StatusCode::FORBIDDEN).contains("JUNJO_PUBLIC_URL"), "{headers:?}");
    }
    assert_eq!(app.anon().get("/auth/setup").await.body, json!({"needs_setup": true}));
    for headers in [
        [("host", "LOCALHOST:1324"), ("sec-fetch-site", "same-origin")],
        [("host", "localhost:1324"), ("origin", "http://localhost:1324")],
        [("host", "192.0.2.7:1324"), ("origin", "http://192.0.2.7:1324")],
        [("host", "[2001:db8::7]"), ("origin", "http://[2001:db8::7]")],
        [("host", "junjo.example"), ("origin", "https://junjo.example")],
        [("host", "junjo.example:8443"), ("sec-fetch-site", "same-origin")],
        [("host", "localhost"), ("sec-fetch-site", "none")],
    ] {
        let app = TestApp::start_with(https_config()).await;
        let mut page = app.anon();
        let made = page.post_with("/auth/register", account.clone(), &headers).await;
        assert_eq!(made.status, StatusCode::CREATED, "{headers:?}: {}", made.body);
        // who is known by a cookie, or signs in, may come under any name
        let named = [("host", "server:1324")];
        assert_eq!(page.call(Method::GET, "/auth/me", &named, "").await.status, StatusCode::OK);
    }
}
