//! `/otel/traces`: parameters, cursors, search.

use junjo_test_support::{SpanBuilder, request};
use serde_json::{Value, json};

use crate::harness::TestServer;
use crate::otel::routed::server;
use crate::telemetry::START;

/// Scenario: attribute filters, text search and statistics by attribute over the API. Guarantee: they find what was sent
/// and say that nothing was left out.
#[tokio::test(flavor = "multi_thread")]
async fn search_reaches_payloads() {
    let server = server().await;
    for path in [
        "/otel/traces?q=QUOTED",
        "/otel/spans?q=QUOTED",
        "/otel/traces?filter=attributes.http.route%20contains%20quoted",
    ] {
        let page = server.api.read(path).await;
        assert_eq!(page["items"].as_array().unwrap().len(), 1, "{path}");
        assert_eq!(page["items"][0]["trace_id"], format!("{:032x}", 2), "{path}");
        assert_eq!((&page["incomplete"], &page["next_cursor"]), (&Value::Null, &Value::Null), "{path}");
    }
    let names = server.api.read("/otel/traces?q=QUOTED&search_in=names").await;
    assert_eq!(names["items"], json!([]));
    let range = "from=2026-01-02T00:00:00Z&to=2026-01-03T00:00:00Z";
    let stats =
        server.api.read(&format!("/otel/stats?interval=none&group_by=attributes.http.route&{range}")).await;
    assert_eq!(stats["totals"][0]["group"], json!({"attributes.http.route": "/a"}));
    assert_eq!((&stats["totals"][0]["count"], &stats["incomplete"]), (&json!(2), &Value::Null));
    server.stop().await;
}

/// Scenario: bad ids, times, filters and cursors in the REST API. Guarantee: 400 (or 404 for what is unknown) as a
/// problem document that names the parameter.
#[tokio::test(flavor = "multi_thread")]
async fn queries_with_bad_parameters_are_problems() {
    let server = TestServer::start().await;
    server.set_up().await;
    let unknown = format!("/otel/trace/{:032x}", 99);
    let cases = [
        ("/otel/trace/xyz", 400),
        ("/otel/spans/00000000000000000000000000000000/1", 400),
        ("/otel/traces?from=yesterday", 400),
        ("/otel/traces?role=wizard", 400),
        ("/otel/traces?cursor=nonsense", 400),
        ("/otel/traces?no_such=1", 400),
        ("/otel/traces?min_duration_ms=-1", 400),
        ("/otel/spans?min_duration_ms=nan", 400),
        ("/otel/spans?max_duration_ms=-1", 400),
        ("/otel/traces?status=fine", 400),
        (unknown.as_str(), 404),
        ("/auth/no/such/route", 404),
    ];
    for (path, expected) in cases {
        let (status, body) = server.api.get(path).await;
        assert_eq!(status, expected, "{path}: {body}");
        assert_eq!(body["status"], expected, "{path}: {body}");
        assert!(body["request_id"].is_string() && body["detail"].is_string(), "{path}: {body}");
    }
    server.stop().await;
}

/// Scenario: a misspelt parameter at every described route that has parameters. Guarantee: 400 that names it and those that
/// exist, never an answer without the filter.
#[tokio::test(flavor = "multi_thread")]
async fn undeclared_parameters_are_refused_everywhere() {
    let server = TestServer::start().await;
    server.set_up().await;
    let document = server.api.read("/openapi.json").await;
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let parameters = item["get"]["parameters"].as_array();
        let queries = parameters.into_iter().flatten().filter(|parameter| parameter["in"] == "query");
        let Some(known) = queries.map(|parameter| parameter["name"].as_str().unwrap()).next() else {
            continue;
        };
        let path = path.replace("{trace_id}", &"1".repeat(32)).replace("{span_id}", &"1".repeat(16));
        let (status, body) = server.api.get(&format!("{path}?no_such=1")).await;
        let detail = body["detail"].as_str().unwrap_or_default();
        assert_eq!(status, 400, "{path}: {body}");
        assert!(detail.contains("`no_such`") && detail.contains(known), "{path}: {body}");
        asked += 1;
    }
    assert!(asked > 10, "{asked} routes have parameters");
    server.stop().await;
}

/// Scenario: a page's cursor is used with other filters. Guarantee: 400, not wrong rows.
#[tokio::test(flavor = "multi_thread")]
async fn cursor_with_other_filters_is_refused() {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    for trace in 1..=3 {
        server
            .client(&key)
            .export(&request("s", vec![SpanBuilder::new(trace, 1, START).build()]))
            .await
            .unwrap();
    }
    server.api.drained().await;
    let page = server.api.read("/otel/traces?limit=1").await;
    let cursor = page["next_cursor"].as_str().unwrap();
    assert_eq!(server.api.get(&format!("/otel/traces?limit=1&cursor={cursor}")).await.0, 200);
    let (status, body) = server.api.get(&format!("/otel/traces?limit=1&service=s&cursor={cursor}")).await;
    assert_eq!(status, 400, "{body}");
    server.stop().await;
}
