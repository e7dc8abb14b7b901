//! `/otel/runs/{trace_id}/{span_id}`: views, states, blame; `evidence` is what they prove, `overlay` the route below.

mod evidence;
mod overlay;

use junjo_test_support::{SpanBuilder, delimited_messages, fixture, request};
use serde_json::{Value, json};

use crate::harness::TestServer;
use crate::telemetry::START;

const CAPTURES: [&str; 2] = ["junjo_capture.bin", "junjo_capture_0.61.1.bin"];

/// A server that has everything in a capture.
pub(super) async fn server_with(capture: &str) -> TestServer {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    for message in delimited_messages(&fixture(capture)) {
        server.client(&key).call("trace.v1.TraceService", message.into()).await.unwrap();
    }
    server.api.drained().await;
    server
}

/// (trace id, span id, name) of every workflow, subflow and agent run.
async fn runs(server: &TestServer) -> Vec<(String, String, String)> {
    let mut runs = Vec::new();
    let traces = server.api.read("/otel/traces?limit=500").await;
    for trace in traces["items"].as_array().unwrap() {
        let id = trace["trace_id"].as_str().unwrap();
        let detail = server.api.read(&format!("/otel/trace/{id}")).await;
        for span in detail["spans"].as_array().unwrap() {
            if ["workflow", "subflow", "agent"].contains(&span["role"].as_str().unwrap_or_default()) {
                let text = |key: &str| span[key].as_str().unwrap().to_owned();
                runs.push((id.to_owned(), text("span_id"), text("name")));
            }
        }
    }
    runs
}

pub(super) async fn run_named(server: &TestServer, name: &str) -> (String, Value) {
    let all = runs(server).await;
    let (trace, span, _) = all.iter().find(|(_, _, found)| found == name).unwrap();
    let path = format!("/otel/runs/{trace}/{span}");
    let view = server.api.read(&path).await;
    (path, view)
}

fn find<'v>(list: &'v Value, key: &str, value: &str) -> &'v Value {
    list.as_array().unwrap().iter().find(|item| item[key] == value).unwrap()
}

/// Scenario: every run of both captures is viewed and replayed over HTTP. Guarantee: the state after the last change is
/// the state that the client says the run ended with, also where it wrote on after that; the one run whose events the
/// SDK dropped says that its history is incomplete, and no other does.
#[tokio::test(flavor = "multi_thread")]
async fn replay_of_every_run_gives_its_end_state() {
    for capture in CAPTURES {
        let server = server_with(capture).await;
        for (trace, span, name) in runs(&server).await {
            let path = format!("/otel/runs/{trace}/{span}");
            let view = server.api.read(&path).await;
            let own = find(&view["stores"], "role", "own");
            let incomplete =
                view["warnings"].as_array().unwrap().iter().any(|w| w["code"] == "history_incomplete");
            let lost = name == "Many Events Workflow";
            assert_eq!(incomplete, lost, "{capture} {name}");
            assert_eq!(own["complete"], !lost, "{capture} {name}");
            if lost {
                continue;
            }
            assert_eq!(own["replay_matches_end"], true, "{capture} {name}");
            let in_time = own["event_count"].as_u64().unwrap() - own["late_event_count"].as_u64().unwrap();
            let state = server.api.read(&format!("{path}/state?at={in_time}")).await;
            let whole = server.api.read(&format!("{path}/state")).await;
            assert_eq!(state["after"], whole["end_state"], "{capture} {name}");
            assert_eq!(state["exact"], true, "{capture} {name}");
        }
        server.stop().await;
    }
}

/// Scenario: the ticket workflow with a group, a subflow in it and one behind it, of either vocabulary.
/// Guarantee: each execution is matched to its node through the subflow's own graph, every declared edge was taken as
/// often as it was, and changes name their node.
#[tokio::test(flavor = "multi_thread")]
async fn view_matches_groups_and_subflows() {
    for capture in CAPTURES {
        let server = server_with(capture).await;
        let (_, view) = run_named(&server, "Support Ticket Workflow").await;
        let nodes = &view["graph"]["nodes"];
        let research = find(nodes, "label", "Research Subflow")["key"].as_str().unwrap();
        let group = find(nodes, "label", "Analyse concurrently")["key"].as_str().unwrap();
        let language = find(nodes, "label", "Language Subflow");
        assert_eq!(language["group_key"], group);
        let searches: Vec<&Value> =
            nodes.as_array().unwrap().iter().filter(|node| node["label"] == "SearchNode").collect();
        assert_eq!(searches.len(), 2, "one in each subflow, though both have one graph");
        assert!(searches.iter().any(|node| node["subflow_key"] == research));
        assert!(nodes.as_array().unwrap().iter().all(|node| node["execution_count"] == 1), "{nodes}");
        for edge in view["graph"]["edges"].as_array().unwrap() {
            assert_eq!((&edge["status"], &edge["taken_count"]), (&json!("taken"), &json!(1)), "{edge}");
        }
        assert_eq!(view["warnings"], json!([]));
        let change = find(&view["state_events"], "action", "set_documents");
        assert_eq!(change["node_key"], research);
        server.stop().await;
    }
}

/// Scenario: a loop of three, then a fallback. Guarantee: counts, iterations and the ways not taken are there; blame
/// names the event, the node and the span that wrote each key last.
#[tokio::test(flavor = "multi_thread")]
async fn view_counts_loops_and_blames() {
    let server = server_with("junjo_capture.bin").await;
    let (path, view) = run_named(&server, "Order Intake Workflow").await;
    let validate = find(&view["graph"]["nodes"], "label", "ValidateNode");
    assert_eq!(validate["execution_count"], 3);
    let again = find(&view["graph"]["edges"], "condition", "NeedsRetry");
    assert_eq!((&again["status"], &again["taken_count"]), (&json!("taken"), &json!(2)));
    let review = find(&view["graph"]["edges"], "condition", "risk > 0.5");
    assert_eq!((&review["status"], &review["taken_count"]), (&json!("not_taken"), &json!(0)));
    let state = server.api.read(&format!("{path}/state?at=5")).await;
    assert_eq!((&state["before"]["attempts"], &state["after"]["attempts"]), (&json!(1), &json!(2)));
    assert_eq!(state["changed_paths"], json!(["/attempts"]));
    let blame = find(&state["blame"], "path", "/attempts");
    let second =
        &view["executions"].as_array().unwrap().iter().filter(|e| e["name"] == "ValidateNode").nth(1);
    assert_eq!(blame["at"], 5);
    assert_eq!(blame["span_id"], second.unwrap()["span_id"]);
    assert_eq!(blame["node_key"], validate["key"]);
    assert_eq!(blame["event_id"], state["event"]["id"]);
    assert_eq!(find(&state["blame"], "path", "/order_id")["at"], Value::Null);
    let start = server.api.read(&format!("{path}/state?at=0")).await;
    assert_eq!((&start["event"], &start["before"]), (&Value::Null, &start["after"]));
    server.stop().await;
}

/// Scenario: views of what is not there, is no run, or is asked for wrongly, and without signing in.
/// Guarantee: 404, 400 and 401 as problem+json, each with its own reason.
#[tokio::test(flavor = "multi_thread")]
async fn view_of_what_is_no_run_is_refused() {
    let server = server_with("junjo_capture.bin").await;
    let key = server.api.create_key().await;
    let plain = SpanBuilder::new(7, 7, START).build();
    server.client(&key).export(&request("shop", vec![plain])).await.unwrap();
    server.api.drained().await;
    let (path, view) = run_named(&server, "Order Intake Workflow").await;
    let (trace, plain) = (format!("{:032x}", 7), format!("{:016x}", 7));
    let known = view["trace_id"].as_str().unwrap();
    for (path, status) in [
        (format!("/otel/runs/{:032x}/{plain}", 8), 404),
        (format!("/otel/runs/{known}/{plain}"), 404),
        (format!("/otel/runs/{trace}/{plain}"), 400),
        (format!("/otel/runs/{trace}/{plain}/state"), 400),
        ("/otel/runs/xyz/abc".to_owned(), 400),
        (format!("{path}/state?store=none"), 404),
        (format!("{path}/state?at=12"), 400),
        (format!("{path}/state?at=-1"), 400),
        (format!("{path}/state?on=1"), 400),
        ("/otel/runs/overlay".to_owned(), 400),
        ("/otel/runs/overlay?structural_id=".to_owned(), 400),
    ] {
        let (code, body) = server.api.get(&path).await;
        assert_eq!((code, &body["status"]), (status, &json!(status)), "{path}: {body}");
    }
    for path in [path.clone(), format!("{path}/state"), "/otel/runs/overlay?structural_id=x".to_owned()] {
        assert_eq!(server.api.anonymous().get(&path).await.0, 401, "{path}");
    }
    server.stop().await;
}
