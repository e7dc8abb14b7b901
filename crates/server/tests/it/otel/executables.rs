//! `/otel/executables`: which span has the identity that an application knows of what it ran.

use junjo_test_support::{SpanBuilder, eventually, request, text};
use serde_json::Value;

use crate::harness::{PATIENCE, TestServer};
use crate::telemetry::START;

/// A run, and the namespace of the application that sent it.
async fn send(server: &TestServer, key: &str, trace: u128, namespace: Option<&str>, run: (&str, &str)) {
    let (kind, runtime_id) = run;
    let span = SpanBuilder::new(trace, 1, START)
        .with("junjo.span_type", kind)
        .with("junjo.executable_runtime_id", runtime_id)
        .build();
    let mut message = request("shop", vec![span]);
    let resource = message.resource_spans[0].resource.as_mut().unwrap();
    resource.attributes.extend(namespace.map(|namespace| text("service.namespace", namespace)));
    server.client(key).export(&message).await.unwrap();
}

/// The answer; a server that has not indexed what it acknowledged asks to come back.
async fn resolve(server: &TestServer, query: &str) -> Value {
    let path = format!("/otel/executables?service_name=shop&{query}");
    eventually("resolving", PATIENCE, || async {
        let (status, answer) = server.api.get(&path).await;
        assert!(status == 200 || status == 503, "{status}: {answer}");
        (status == 200).then_some(answer)
    })
    .await
}

fn traces(answer: &Value) -> Vec<&str> {
    let mut traces: Vec<_> = answer["owners"]
        .as_array()
        .unwrap()
        .iter()
        .map(|owner| owner["trace_id"].as_str().unwrap())
        .collect();
    traces.sort_unstable();
    traces
}

/// Scenario: an identity is asked for before its run is sent, after it, and after a second run with it; others differ in one
/// part alone. Guarantee: it waits, is found at once after the acknowledgement, and is then a conflict; a run sent twice is one.
#[tokio::test(flavor = "multi_thread")]
async fn resolve_waits_finds_and_shows_conflicts() {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    let identity = "service_namespace=eu&executable_type=workflow&runtime_id=1e5";
    let answer = resolve(&server, identity).await;
    assert_eq!((&answer["resolution"], traces(&answer).len()), (&"waiting".into(), 0));
    let ours = ("workflow", "1e5");
    send(&server, &key, 1, Some("us"), ours).await;
    send(&server, &key, 2, None, ours).await;
    send(&server, &key, 3, Some("eu"), ("agent", "1e5")).await;
    send(&server, &key, 4, Some("eu"), ("workflow", "1E5")).await;
    assert_eq!(resolve(&server, identity).await["resolution"], "waiting");
    for _ in 0..2 {
        send(&server, &key, 5, Some("eu"), ours).await;
        let answer = resolve(&server, identity).await;
        assert_eq!((&answer["resolution"], &answer["incomplete"]), (&"found".into(), &Value::Null));
        assert_eq!(traces(&answer), [format!("{:032x}", 5)]);
    }
    for none in ["service_namespace=&", ""] {
        let answer = resolve(&server, &format!("{none}executable_type=workflow&runtime_id=1e5")).await;
        assert_eq!(traces(&answer), [format!("{:032x}", 2)]);
    }
    send(&server, &key, 6, Some("eu"), ours).await;
    let answer = resolve(&server, identity).await;
    assert_eq!((&answer["resolution"], &answer["has_more"]), (&"conflict".into(), &false.into()));
    assert_eq!(traces(&answer), [format!("{:032x}", 5), format!("{:032x}", 6)]);
    server.stop().await;
}

/// Scenario: more runs with one identity than are listed. Guarantee: the answer says that there are more.
#[tokio::test(flavor = "multi_thread")]
async fn resolve_says_that_there_are_more() {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    for trace in 1..=21 {
        send(&server, &key, trace, None, ("agent", "twice")).await;
    }
    let answer = resolve(&server, "executable_type=agent&runtime_id=twice").await;
    assert_eq!((traces(&answer).len(), &answer["has_more"]), (20, &true.into()));
    server.stop().await;
}

/// Scenario: identities that lack a part, or have one that cannot be. Guarantee: 400.
#[tokio::test(flavor = "multi_thread")]
async fn resolve_refuses_what_is_no_identity() {
    let server = TestServer::start().await;
    server.set_up().await;
    let long = "x".repeat(1_025);
    for query in [
        "service_name=shop&executable_type=workflow".to_owned(),
        "service_name=shop&executable_type=workflow&runtime_id=".to_owned(),
        "service_name=&executable_type=workflow&runtime_id=1".to_owned(),
        "executable_type=workflow&runtime_id=1".to_owned(),
        "service_name=shop&executable_type=machine&runtime_id=1".to_owned(),
        format!("service_name=shop&executable_type=agent&runtime_id={long}"),
    ] {
        let (status, body) = server.api.get(&format!("/otel/executables?{query}")).await;
        assert_eq!(status, 400, "{query}: {body}");
    }
    server.stop().await;
}
