//! `/ping`, `/ready`, `/health` and `/metrics`.

use reqwest::Method;
use serde_json::json;

use junjo_test_support::{SpanBuilder, eventually, request};

use crate::harness::{PATIENCE, TestServer};
use crate::telemetry::START;

/// Scenario: a container's probes and a metrics scraper on the same machine. Guarantee: they need no credentials.
#[tokio::test(flavor = "multi_thread")]
async fn probes_answer_without_credentials() {
    let server = TestServer::start().await;
    let anonymous = server.api.anonymous();
    assert_eq!(anonymous.get("/ping").await, (200, json!("pong")));
    eventually("ready", PATIENCE, || async { (anonymous.get("/ready").await.0 == 200).then_some(()) }).await;
    assert_eq!(anonymous.get("/ready/ingest").await.0, 200);
    let (status, health) = anonymous.get("/health").await;
    assert_eq!((status, &health["status"]), (200, &json!("ok")));
    let (status, metrics) = anonymous.get("/metrics").await;
    assert_eq!(status, 200);
    assert!(metrics.is_string());
    server.stop().await;
}

/// Scenario: a server with a public URL, or with trusted proxies, is asked for its metrics from this machine, where a proxy may
/// stand that says nothing about whom it asks for. Guarantee: 401 without a read key, 200 with one.
#[tokio::test(flavor = "multi_thread")]
async fn metrics_need_a_key_behind_a_proxy() {
    for setting in ["--public-url=http://junjo.example", "--trusted-proxies=192.0.2.1"] {
        let server = TestServer::start_with(tempfile::tempdir().unwrap(), &[setting]).await;
        server.api.register().await;
        let key = json!({"name": "scraper", "scope": "read"});
        let (status, key) = server.api.post("/api-keys", &key).await;
        assert_eq!(status, 201, "{key}");
        let anonymous = server.api.anonymous();
        assert_eq!(anonymous.get("/metrics").await.0, 401, "{setting}");
        let with_key = anonymous.call(Method::GET, "/metrics").bearer_auth(key["key"].as_str().unwrap());
        assert_eq!(with_key.send().await.unwrap().status(), 200, "{setting}");
        server.stop().await;
    }
}

/// Scenario: a page on one of the ports where pages are developed writes with the cookie, on servers with and without a
/// public URL, and with the page's origin allowed. Guarantee: a public URL leaves only what is allowed.
#[tokio::test(flavor = "multi_thread")]
async fn development_pages_have_no_rights_with_a_public_url() {
    let public = "--public-url=http://junjo.example";
    for (settings, status) in [
        (vec![], 201),
        (vec![public], 403),
        (vec![public, "--allow-origins=http://localhost:5151"], 201),
        (vec!["--allow-origins=http://localhost:7000"], 403),
    ] {
        let server = TestServer::start_with(tempfile::tempdir().unwrap(), &settings).await;
        server.api.register().await;
        let origin = "http://localhost:5151";
        let request = server.api.call(Method::POST, "/api-keys").header("origin", origin);
        let request = request.header("content-type", "application/json").body("{\"name\": \"page\"}");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{settings:?}");
        let preflight = server.api.call(Method::OPTIONS, "/api-keys").header("origin", origin);
        let allowed = preflight.header("access-control-request-method", "POST").send().await.unwrap();
        let allowed =
            allowed.headers().get("access-control-allow-origin").is_some_and(|allowed| allowed == origin);
        assert_eq!(allowed, status == 201, "{settings:?}");
        server.stop().await;
    }
}

/// Scenario: the index is gone and the log holds tens of thousands of acknowledged spans; somebody asks for a trace of them, for a
/// list and for numbers from the start on. Guarantee: until the index is whole it is never called ok, spans are taken, the trace is 503
/// and never 404, a list says that it is incomplete and numbers are 503; then all is there.
#[tokio::test(flavor = "multi_thread")]
async fn unfinished_index_is_not_called_ok() {
    let server = TestServer::start().await;
    let client = server.client(&server.set_up().await);
    for trace in 1..=8 {
        let spans = (1..=4_000).map(|id| SpanBuilder::new(trace, id, START + id).build()).collect();
        client.export(&request("shop", spans)).await.unwrap();
    }
    let dir = server.stop().await;
    std::fs::remove_file(dir.path().join("index.duckdb")).unwrap();
    let server = TestServer::start_in(dir).await;
    server.api.login().await;
    let newest = format!("/otel/trace/{:032x}?limit=1", 8);
    eventually("the index", PATIENCE, || async {
        let numbers = server.api.get("/otel/stats").await;
        let traces = server.api.get("/otel/traces").await;
        let (status, body) = server.api.get(&newest).await;
        let health = server.api.get("/health").await.1;
        let told = server.api.read("/otel/status").await;
        assert_ne!(status, 404, "{body}");
        assert_eq!(server.api.get("/ready/ingest").await.0, 200);
        if told["indexed_spans"] != 32_000 {
            // what was told came last: the others were asked of an index that was not whole either
            assert_eq!(status, 503, "{body}");
            assert_ne!(health["index"], "ok");
            assert!(traces.0 == 503 || !traces.1["incomplete"].is_null(), "{}", traces.1);
            assert_eq!(numbers.0, 503, "{}", numbers.1);
            return None;
        }
        (status == 200).then_some(())
    })
    .await;
    server.api.drained().await;
    assert_eq!(server.api.read("/otel/traces").await["incomplete"], json!(null));
    assert_eq!(server.api.get("/ready").await.0, 200);
    server.stop().await;
}

/// Scenario: a trace, its span, its run and its conversation are asked for in the moment in which their export is acknowledged, and
/// another one that was never sent. Guarantee: what was acknowledged is never called missing; what was not sent is.
#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_is_never_called_missing() {
    let server = TestServer::start().await;
    let client = server.client(&server.set_up().await);
    for trace in 1..=10_u128 {
        let span = SpanBuilder::new(trace, 1, START)
            .with("session.id", &format!("s-{trace}"))
            .with("junjo.span_type", "workflow");
        client.export(&request("shop", vec![span.build()])).await.unwrap();
        for path in [
            format!("/otel/conversations/s-{trace}"),
            format!("/otel/runs/{trace:032x}/{:016x}", 1),
            format!("/otel/spans/{trace:032x}/{:016x}", 1),
            format!("/otel/trace/{trace:032x}"),
        ] {
            eventually("the trace", PATIENCE, || async {
                let (status, body) = server.api.get(&path).await;
                assert_ne!(status, 404, "{path}: {body}");
                (status != 503).then_some(())
            })
            .await;
        }
    }
    eventually("an answer", PATIENCE, || async {
        let (status, _) = server.api.get(&format!("/otel/trace/{:032x}", 99)).await;
        assert!([404, 503].contains(&status), "{status}");
        (status == 404).then_some(())
    })
    .await;
    server.stop().await;
}
