//! The playground's call of Gemini, against a vendor on loopback.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::browser::Browser;
use crate::harness::TestServer;

/// What the vendor was asked: path, key and body.
type Asked = Arc<Mutex<Vec<(String, String, Value)>>>;

/// A vendor that answers by the model's name.
async fn vendor(asked: Asked) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router =
        Router::new().route("/v1beta/models/{call}", axum::routing::post(generate)).with_state(asked);
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

async fn generate(
    State(asked): State<Asked>,
    Path(call): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let key = headers["x-goog-api-key"].to_str().unwrap().to_owned();
    asked.lock().unwrap().push((call.clone(), key, serde_json::from_str(&body).unwrap()));
    let error = |status: StatusCode| {
        (status, json!({"error": {"message": "the reason", "code": status.as_u16()}}).to_string())
            .into_response()
    };
    match call.split(':').next().unwrap() {
        "bad" => error(StatusCode::BAD_REQUEST),
        "key" => error(StatusCode::FORBIDDEN),
        "many" => error(StatusCode::TOO_MANY_REQUESTS),
        "large" => " ".repeat(9 << 20).into_response(),
        _ => json!({"candidates": [{"content": {"parts": [{"text": "hello"}]}}]}).to_string().into_response(),
    }
}

/// Scenario: the page's request, and vendors' errors. Guarantee: the vendor gets the fields and the key, the page gets the vendor's
/// bytes; an error is one, with the vendor's reason, and never looks like a lost session.
#[tokio::test(flavor = "multi_thread")]
async fn gemini_s_answer_comes_back_and_its_errors_are_errors() {
    let asked = Asked::default();
    let base = format!("--gemini-base-url={}", vendor(Arc::clone(&asked)).await);
    let dir = tempfile::tempdir().unwrap();
    let server = TestServer::start_with(dir, &[&base, "--gemini-api-key=secret"]).await;
    let mut browser = Browser::signed_in(&server).await;
    let body = |model: &str| json!({"model": model, "contents": [{"parts": [{"text": "hi"}]}], "safetySettings": []});
    let answered = browser.send(Method::POST, "/llm/generate", &body("gemini-2.5-pro")).await;
    assert_eq!(answered.status, 200);
    assert_eq!(answered.body()["candidates"][0]["content"]["parts"][0]["text"], "hello");
    let (call, key, sent) = asked.lock().unwrap()[0].clone();
    assert_eq!((call.as_str(), key.as_str()), ("gemini-2.5-pro:generateContent", "secret"));
    assert_eq!(sent, json!({"model": "gemini-2.5-pro", "contents": [{"parts": [{"text": "hi"}]}]}));
    for (model, status) in [("bad", 400), ("key", 502), ("many", 429), ("large", 502)] {
        let refused = browser.send(Method::POST, "/llm/generate", &body(model)).await;
        let reason = refused.body()["error"].as_str().unwrap().to_owned();
        assert_eq!(refused.status, status, "{reason}");
        assert!(reason.contains(if model == "large" { "8 MiB" } else { "the reason" }), "{reason}");
    }
    let refused = browser.send(Method::POST, "/llm/generate", &body("../secrets")).await;
    assert_eq!(refused.status, 400);
    assert_eq!(asked.lock().unwrap().len(), 5);
    server.stop().await;
}

/// Scenario: no key, and a vendor that is not there. Guarantee: the Go server's sentence, and an honest error.
#[tokio::test(flavor = "multi_thread")]
async fn missing_key_and_missing_vendor_are_told() {
    for (arguments, status, error) in [
        (&[][..], 500, "GEMINI_API_KEY environment variable is not set"),
        (&["--gemini-base-url=http://127.0.0.1:9", "--gemini-api-key=k"], 502, "Gemini cannot be reached"),
    ] {
        let server = TestServer::start_with(tempfile::tempdir().unwrap(), arguments).await;
        let mut browser = Browser::signed_in(&server).await;
        let refused = browser.send(Method::POST, "/llm/generate", &json!({"contents": []})).await;
        assert_eq!((refused.status, refused.body()), (status, json!({ "error": error })));
        server.stop().await;
    }
}
