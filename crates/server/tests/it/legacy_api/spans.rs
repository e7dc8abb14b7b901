//! Spans of every SDK as the old page reads them.

use std::collections::{BTreeMap, BTreeSet};

use junjo_test_support::{SpanBuilder, delimited_messages, fixture, request};
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue, any_value::Value as Otlp};
use serde_json::{Value, json};

use super::answers::send_captures;
use super::browser::Browser;
use super::schemas;
use crate::harness::TestServer;
use crate::telemetry::START;

/// Captures of other instrumentations.
const OTHERS: [&str; 4] =
    ["genai_capture.bin", "edge_cases.bin", "real_openinference.bin", "real_otel-v2.bin"];

async fn list(browser: &mut Browser, path: &str) -> Value {
    let answered = browser.get(path).await;
    assert_eq!(answered.status, 200, "{path}: {}", answered.text);
    answered.body()
}

fn text<'v>(span: &'v Value, name: &str) -> &'v str {
    span[name].as_str().unwrap()
}

/// Scenario: what real SDKs of several vendors sent, and odd values. Guarantee: every list, every trace and every span passes
/// the page's schemas; lists are newest first; a span alone is the one in its trace.
#[tokio::test(flavor = "multi_thread")]
async fn everything_passes_the_page_s_schemas() {
    let server = TestServer::start().await;
    let mut browser = Browser::signed_in(&server).await;
    let made = browser.send(reqwest::Method::POST, "/api_keys", &json!({"name": "others"})).await;
    let client = server.client(made.body()["Key"].as_str().unwrap());
    for message in OTHERS.iter().flat_map(|name| delimited_messages(&fixture(name))) {
        // some of the edge cases are refused, in part or whole
        let _ = client.call("trace.v1.TraceService", message.into()).await;
    }
    send_captures(&server, &mut browser).await;
    let services = list(&mut browser, "/otel/span-service-names").await;
    schemas::names(&services).unwrap();
    let (mut traces, mut seen) = (BTreeSet::new(), 0);
    for service in services.as_array().unwrap() {
        // one with a slash has no address, as at the Go server
        let Some(service) = service.as_str().filter(|name| !name.contains('/')).map(encoded) else {
            continue;
        };
        for path in [
            format!("/otel/service/{service}/root-spans"),
            format!("/otel/service/{service}/root-spans-filtered"),
            format!("/otel/spans/type/workflow/{service}"),
        ] {
            let spans = list(&mut browser, &path).await;
            schemas::spans(&spans).unwrap_or_else(|wrong| panic!("{path}: {wrong}"));
            let starts: Vec<&str> =
                spans.as_array().unwrap().iter().map(|span| text(span, "start_time")).collect();
            assert!(is_newest_first(&starts), "{path}: {starts:?}");
            traces.extend(spans.as_array().unwrap().iter().map(|span| text(span, "trace_id").to_owned()));
        }
    }
    for trace in &traces {
        let spans = list(&mut browser, &format!("/otel/trace/{trace}/nested-spans")).await;
        schemas::spans(&spans).unwrap_or_else(|wrong| panic!("{trace}: {wrong}"));
        seen += spans.as_array().unwrap().len();
        let span = &spans[0];
        let path = format!("/otel/trace/{trace}/span/{}", text(span, "span_id"));
        assert_eq!(list(&mut browser, &path).await, *span);
    }
    assert!(traces.len() > 50 && seen > 200, "{} traces, {seen} spans", traces.len());
    server.stop().await;
}

/// As a browser writes a part of a path that holds anything.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| {
        if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes()
        .map(|each| if b"-_.~".contains(&each) { char::from(each).to_string() } else { byte(each) })
        .collect()
}

/// Times with and without a fraction do not sort as texts.
fn is_newest_first(starts: &[&str]) -> bool {
    let times: Vec<_> =
        starts.iter().map(|start| chrono::DateTime::parse_from_rfc3339(start).unwrap()).collect();
    times.is_sorted_by(|newer, older| newer >= older)
}

/// Scenario: runs of SDK 0.61 and of a current SDK, with groups and subflows. Guarantee: every workflow has a graph that the page
/// draws, and every node, group and subflow that was executed has the id that a graph of its trace has.
#[tokio::test(flavor = "multi_thread")]
async fn executed_nodes_have_ids_of_their_graph() {
    let server = TestServer::start().await;
    let mut browser = Browser::signed_in(&server).await;
    send_captures(&server, &mut browser).await;
    let runs = list(&mut browser, "/otel/spans/type/workflow/junjo-demo").await;
    let mut executed: BTreeMap<(String, bool), usize> = BTreeMap::new();
    for run in runs.as_array().unwrap() {
        schemas::graph(&run["junjo_wf_graph_structure"]).unwrap();
        assert_ne!(text(run, "junjo_id"), "");
        assert_ne!(text(run, "junjo_wf_store_id"), "{}");
        let trace = list(&mut browser, &format!("/otel/trace/{}/nested-spans", text(run, "trace_id"))).await;
        let trace = trace.as_array().unwrap();
        let nodes = |span: &Value| span["junjo_wf_graph_structure"]["nodes"].as_array().cloned();
        let ids: BTreeSet<String> =
            trace.iter().filter_map(nodes).flatten().map(|node| text(&node, "id").to_owned()).collect();
        for span in trace.iter().filter(|span| is_executed(span)) {
            let is_current = span["attributes_json"].get("junjo.executable_runtime_id").is_some();
            let is_agent = span["attributes_json"].get("junjo.agent.key").is_some();
            assert!(is_agent || ids.contains(text(span, "junjo_id")), "{span}");
            *executed.entry((text(span, "junjo_span_type").to_owned(), is_current)).or_default() += 1;
        }
    }
    for kind in ["node", "run_concurrent", "subflow"] {
        for is_current in [false, true] {
            assert!(
                executed.contains_key(&(kind.to_owned(), is_current)),
                "{kind}, {is_current}: {executed:?}"
            );
        }
    }
    server.stop().await;
}

fn is_executed(span: &Value) -> bool {
    ["node", "run_concurrent", "subflow"].contains(&text(span, "junjo_span_type"))
}

fn value(value: Otlp) -> AnyValue {
    AnyValue { value: Some(value) }
}

fn attribute(key: &str, value: AnyValue) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(value), ..Default::default() }
}

/// Scenario: a span with bytes, large integers, an empty list, a missing value, nanoseconds, and states that are no objects.
/// Guarantee: nothing is rounded or lost, and the page still gets objects.
#[tokio::test(flavor = "multi_thread")]
async fn odd_values_are_kept() {
    let server = TestServer::start().await;
    let mut browser = Browser::signed_in(&server).await;
    let made = browser.send(reqwest::Method::POST, "/api_keys", &json!({"name": "odd"})).await;
    let client = server.client(made.body()["Key"].as_str().unwrap());
    let mut span = SpanBuilder::new(1, 1, START + 1_999).build();
    let texts = [("junjo.span_type", "workflow"), ("junjo.workflow.state.start", "{"), ("node.id", "kept")];
    span.attributes =
        texts.map(|(key, text)| attribute(key, value(Otlp::StringValue(text.to_owned())))).to_vec();
    span.attributes.extend([
        attribute("bytes", value(Otlp::BytesValue(vec![0xde, 0x01]))),
        attribute("large", value(Otlp::IntValue(9_007_199_254_740_993))),
        attribute("empty", value(Otlp::ArrayValue(ArrayValue::default()))),
        attribute("none", AnyValue::default()),
        attribute("double", value(Otlp::DoubleValue(2.0))),
    ]);
    client.export(&request("odd", vec![span])).await.unwrap();
    send_captures(&server, &mut browser).await;
    let answered = browser.get("/otel/spans/type/workflow/odd").await;
    schemas::spans(&answered.body()).unwrap();
    let span = &answered.body()[0];
    let expected = json!({"bytes": "de01", "double": 2, "empty": [], "large": 9_007_199_254_740_993_i64, "node.id": "kept"});
    assert_eq!(span["attributes_json"], expected);
    assert!(answered.text.contains("\"double\":2,"), "{}", answered.text);
    assert_eq!((&span["junjo_wf_state_start"], &span["junjo_wf_store_id"]), (&json!({}), &json!("{}")));
    assert_eq!((text(span, "kind"), text(span, "start_time")), ("INTERNAL", "2026-01-02T03:04:05.000001Z"));
    server.stop().await;
}

/// Scenario: a subflow whose own ids are no node of the graph around it, which names the graph that it ran. Guarantee: it has the id
/// of that node, in the trace and alone.
#[tokio::test(flavor = "multi_thread")]
async fn subflows_are_found_by_their_graph() {
    let server = TestServer::start().await;
    let mut browser = Browser::signed_in(&server).await;
    let made = browser.send(reqwest::Method::POST, "/api_keys", &json!({"name": "subflows"})).await;
    let client = server.client(made.body()["Key"].as_str().unwrap());
    let graph = json!({"v": 2, "nodes": [
        {"nodeRuntimeId": "container", "nodeType": "Flow", "nodeLabel": "inner", "isSubflow": true,
         "subflowGraphStructuralId": "graph-inner"},
    ], "edges": []});
    let workflow = SpanBuilder::new(7, 1, START)
        .with("junjo.span_type", "workflow")
        .with("junjo.executable_definition_id", "workflow.outer")
        .with("junjo.workflow.execution_graph_snapshot", &graph.to_string());
    let between = SpanBuilder::new(7, 2, START + 1).parent(1);
    let subflow = SpanBuilder::new(7, 3, START + 2)
        .parent(2)
        .with("junjo.span_type", "subflow")
        .with("junjo.executable_definition_id", "workflow.inner")
        .with("junjo.executable_structural_id", "graph-inner");
    let spans = [workflow, between, subflow].map(SpanBuilder::build).to_vec();
    client.export(&request("subflows", spans)).await.unwrap();
    let trace = format!("/otel/trace/{:032x}", 7);
    // an answer that cannot have everything yet says so
    let spans = junjo_test_support::eventually("indexing", crate::harness::PATIENCE, || async {
        let mut other = Browser::at(&server);
        other.session.clone_from(&browser.session);
        let answered = other.get(&format!("{trace}/nested-spans")).await;
        (answered.status == 200).then(|| answered.body())
    })
    .await;
    let ids: Vec<&str> = spans.as_array().unwrap().iter().map(|span| text(span, "junjo_id")).collect();
    assert_eq!(ids, ["container", "", "workflow.outer"]);
    assert_eq!(list(&mut browser, &format!("{trace}/span/{:016x}", 3)).await, spans[0]);
    server.stop().await;
}
