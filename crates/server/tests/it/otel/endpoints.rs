//! `/otel/endpoints`: where senders reach the server.

use reqwest::Method;
use reqwest::header::HOST;
use serde_json::{Value, json};

use crate::harness::TestServer;

/// The answer to a caller that has reached the main port as `host`.
async fn endpoints_for(server: &TestServer, host: &str) -> Value {
    let call = server.api.call(Method::GET, "/otel/endpoints").header(HOST, host);
    let answer = call.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

/// Scenario: a server on ports that the system picks; the page is opened as `localhost`, as `127.0.0.1` and, through somebody's
/// proxy, as `junjo.lan`. Guarantee: the addresses are those that the server listens on, under the caller's name, and what is
/// not reached from elsewhere says so.
#[tokio::test(flavor = "multi_thread")]
async fn endpoints_are_where_the_server_listens() {
    let server = TestServer::start().await;
    server.set_up().await;
    let (grpc, http) = (server.grpc.port(), server.otlp_http.port());
    let port = |url: String| json!({"url": url, "tls": false, "known_by": "port", "only_local": false});
    for name in ["localhost", "127.0.0.1"] {
        let endpoints = endpoints_for(&server, &format!("{name}:4711")).await;
        assert_eq!(endpoints["grpc"], port(format!("http://{name}:{grpc}")));
        assert_eq!(endpoints["http"], port(format!("http://{name}:{http}")));
        assert_eq!(endpoints["page_url"], format!("http://{name}:4711"));
        assert_eq!(endpoints["received_by"], "server");
    }
    let elsewhere = endpoints_for(&server, "junjo.lan").await;
    assert_eq!(elsewhere["grpc"]["only_local"], true);
    assert_eq!(elsewhere["http"]["url"], "http://junjo.lan");
    assert_eq!(elsewhere["http"]["known_by"], "page");
    server.stop().await;
}

/// Scenario: a proxy with TLS is in front of the receivers, as the settings say. Guarantee: senders are told its addresses.
#[tokio::test(flavor = "multi_thread")]
async fn endpoints_are_those_of_the_settings() {
    let arguments = [
        "--public-otlp-grpc-url=https://otlp.example:4317",
        "--public-otlp-http-url=http://otlp.example:4318/",
    ];
    let server = TestServer::start_with(tempfile::tempdir().unwrap(), &arguments).await;
    server.set_up().await;
    let endpoints = endpoints_for(&server, "127.0.0.1:4711").await;
    let setting =
        |url: &str, tls| json!({"url": url, "tls": tls, "known_by": "setting", "only_local": false});
    assert_eq!(endpoints["grpc"], setting("https://otlp.example:4317", true));
    assert_eq!(endpoints["http"], setting("http://otlp.example:4318", false));
    server.stop().await;
}

/// Scenario: split mode, with and without a word about where the ingestion service is. Guarantee: the server does not make up
/// a gRPC address; HTTP still goes to its main port.
#[tokio::test(flavor = "multi_thread")]
async fn endpoints_of_split_mode_are_not_guessed() {
    let split = "--ingestion-url=http://127.0.0.1:9";
    let internal = "--internal-grpc-addr=127.0.0.1:0";
    let server = TestServer::start_with(tempfile::tempdir().unwrap(), &[split, internal]).await;
    server.api.register().await;
    let endpoints = endpoints_for(&server, "127.0.0.1:4711").await;
    assert_eq!(endpoints["grpc"], Value::Null);
    assert_eq!(endpoints["http"]["url"], "http://127.0.0.1:4711");
    assert_eq!(endpoints["received_by"], "ingestion_services");
    server.stop().await;
}
