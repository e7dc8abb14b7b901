//! Whether all of a run is there: every fixture of Junjo's contract 2 through the real port, in views, lists and filters.

use std::collections::{BTreeMap, BTreeSet};

use junjo_test_support::contract_v2::{ContractFixture, contract_fixtures, contract_request};
use junjo_test_support::{SpanBuilder, eventually, request};
use prost::Message as _;
use serde_json::Value;

use crate::harness::{PATIENCE, TestServer};
use crate::telemetry::START;

const TRACES: &str = "trace.v1.TraceService";

/// All fixtures, each in a trace of its own: some share ids with the run that they were made of.
fn fixtures() -> Vec<ContractFixture> {
    let mut all: Vec<_> = ["agent", "workflow", "invalid"].into_iter().flat_map(contract_fixtures).collect();
    for (number, fixture) in all.iter_mut().enumerate() {
        let id = format!("{:032x}", number + 1);
        for span in fixture.envelope["spans"].as_array_mut().unwrap() {
            span["trace_id"] = Value::from(id.as_str());
        }
        fixture.envelope["trace_id"] = Value::from(id);
    }
    all
}

async fn server_with(fixtures: &[ContractFixture]) -> TestServer {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    for fixture in fixtures {
        server.client(&key).call(TRACES, fixture.request().encode_to_vec().into()).await.unwrap();
    }
    server.api.drained().await;
    server
}

/// All runs of the list that `query` asks for, page by page; a page may be empty and lead on.
async fn listed(server: &TestServer, query: &str) -> Vec<Value> {
    let (mut runs, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = server.api.read(&format!("/otel/runs?{query}{cursor}")).await;
        runs.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return runs,
        }
    }
}

/// The same when every run has been checked: a list that has no time for all of them checks the rest the next time.
async fn checked(server: &TestServer, query: &str) -> Vec<Value> {
    eventually("checking all runs", PATIENCE, || async {
        let runs = listed(server, query).await;
        runs.iter().all(|run| !run["evidence"].is_null()).then_some(runs)
    })
    .await
}

fn id_of(run: &Value) -> (String, String) {
    let text = |key: &str| run[key].as_str().unwrap().to_owned();
    (text("trace_id"), text("span_id"))
}

/// Scenario: every fixture is sent over gRPC. Guarantee: each run's view says complete or partial as the fixture's name says,
/// invalid ones have the finding that they name, and the list says the same as the views.
#[tokio::test(flavor = "multi_thread")]
async fn every_fixture_is_judged_as_its_name_says() {
    let fixtures = fixtures();
    let server = server_with(&fixtures).await;
    let runs = checked(&server, "kind=all&limit=7").await;
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for run in &runs {
        let (trace, span) = id_of(run);
        let view = server.api.read(&format!("/otel/workflow/{trace}/{span}")).await;
        assert_eq!(run["evidence"], view["evidence"], "{trace} {span}");
        assert_eq!(run["finding_count"], view["finding_count"]);
        let codes = found.entry(trace).or_default();
        codes.insert(format!("is {}", view["evidence"].as_str().unwrap()));
        for finding in view["findings"].as_array().unwrap() {
            assert!(!finding["message"].as_str().unwrap().is_empty());
            codes.insert(finding["code"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(found.len(), fixtures.len());
    for fixture in &fixtures {
        let codes = &found[fixture.envelope["trace_id"].as_str().unwrap()];
        if let Some(expected) = &fixture.expected {
            assert!(codes.contains(expected) && codes.contains("is partial"), "{}: {codes:?}", fixture.name);
        } else if fixture.name.ends_with("_partial") {
            assert!(
                codes.contains("is partial") && !codes.contains("is complete"),
                "{}: {codes:?}",
                fixture.name
            );
        } else {
            assert_eq!(
                codes.iter().map(String::as_str).collect::<Vec<_>>(),
                ["is complete"],
                "{}",
                fixture.name
            );
        }
    }
    let partial: BTreeSet<_> =
        listed(&server, "kind=all&evidence=partial&limit=3").await.iter().map(id_of).collect();
    let expected: BTreeSet<_> = runs.iter().filter(|run| run["evidence"] == "partial").map(id_of).collect();
    assert!(expected.len() >= 22, "{}", expected.len());
    assert_eq!(partial, expected);
    let complete = listed(&server, "kind=all&evidence=complete&limit=3").await.len();
    assert_eq!(complete + partial.len(), runs.len());
    server.stop().await;
}

/// Scenario: lists of all fixtures by what a run is, belongs to and ended with. Guarantee: each filter gives the runs that say so,
/// and no others.
#[tokio::test(flavor = "multi_thread")]
async fn runs_are_filtered_by_what_they_are() {
    let server = server_with(&fixtures()).await;
    let all = listed(&server, "kind=all&limit=100").await;
    let filters = [
        ("kind=agent", "kind", "agent"),
        ("kind=workflow", "kind", "workflow"),
        ("kind=all&agent_key=fixture_agent", "agent_key", "fixture_agent"),
        ("kind=all&outcome=cancelled", "outcome", "cancelled"),
        ("kind=all&outcome=failed", "outcome", "failed"),
        ("kind=all&service_namespace=junjo.contract", "service_namespace", "junjo.contract"),
        ("kind=all&service_version=2.0.0", "service_version", "2.0.0"),
        ("kind=all&structural_id=graph-basic-01", "structural_id", "graph-basic-01"),
        ("kind=all&runtime_id=run-basic-01", "runtime_id", "run-basic-01"),
    ];
    for (query, key, value) in filters {
        let found: BTreeSet<_> =
            listed(&server, &format!("{query}&limit=100")).await.iter().map(id_of).collect();
        let expected: BTreeSet<_> = all.iter().filter(|run| run[key] == value).map(id_of).collect();
        assert!(!expected.is_empty(), "{query}");
        assert_eq!(found, expected, "{query}");
    }
    let by_default = listed(&server, "limit=100").await;
    assert!(by_default.iter().all(|run| run["kind"] == "workflow"));
    server.stop().await;
}

/// Scenario: a run arrives without its last span, a list shows it, and then the span arrives. Guarantee: the list says partial
/// and then complete; nothing is remembered of a trace that has changed.
#[tokio::test(flavor = "multi_thread")]
async fn late_span_completes_a_run() {
    let fixture =
        contract_fixtures("agent").into_iter().find(|it| it.name == "agent/direct_typed_completion").unwrap();
    let (mut first, mut last) = (fixture.envelope.clone(), fixture.envelope.clone());
    first["spans"].as_array_mut().unwrap().pop();
    last["spans"].as_array_mut().unwrap().remove(0);
    let server = TestServer::start().await;
    let key = server.set_up().await;
    for (envelope, evidence) in [(&first, "partial"), (&last, "complete")] {
        server.client(&key).call(TRACES, contract_request(envelope).encode_to_vec().into()).await.unwrap();
        server.api.drained().await;
        let runs = checked(&server, "kind=agent").await;
        assert_eq!(runs.len(), 1);
        assert_eq!(runs[0]["evidence"], evidence);
    }
    server.stop().await;
}

/// Scenario: a run whose trace has more spans than a list checks, of which most do not keep the contract, beside a small one.
/// Guarantee: a plain list says nothing of it, the filters find each where it belongs, and then the plain list says the same.
#[tokio::test(flavor = "multi_thread")]
async fn large_traces_are_found_by_the_filter() {
    let mut fixtures = fixtures();
    fixtures.retain(|fixture| {
        fixture.name.starts_with("workflow/basic") || fixture.name.starts_with("workflow/run")
    });
    let server = server_with(&fixtures).await;
    let key = server.api.create_key().await;
    let large = fixtures.iter().find(|fixture| fixture.name == "workflow/basic_workflow_success").unwrap();
    let trace = large.envelope["trace_id"].as_str().unwrap();
    let node = |number| {
        SpanBuilder::new(u128::from_str_radix(trace, 16).unwrap(), number, START)
            .parent(0x1111_1111_1111_1111)
            .with("junjo.span_type", "node")
            .build()
    };
    server.client(&key).export(&request("shop", (1..=2_050).map(node).collect())).await.unwrap();
    server.api.drained().await;
    let of = async |query: &str| -> BTreeMap<String, Value> {
        let runs = listed(&server, &format!("kind=workflow&limit=10{query}")).await;
        runs.iter().map(|run| (id_of(run).0, run["evidence"].clone())).collect()
    };
    let small = eventually("checking the small one", PATIENCE, || async {
        let runs = of("").await;
        runs.iter().find(|(_, evidence)| **evidence == "complete").map(|(id, _)| id.clone())
    })
    .await;
    assert_eq!(of("").await[trace], Value::Null, "too large for a list");
    let partial = BTreeMap::from([(trace.to_owned(), Value::from("partial"))]);
    assert_eq!(of("&evidence=partial").await, partial);
    assert_eq!(of("&evidence=complete").await, BTreeMap::from([(small, Value::from("complete"))]));
    assert_eq!(of("").await[trace], "partial", "it is remembered");
    server.stop().await;
}

/// Scenario: the structural versions of two workflows are laid beside each other, and one beside itself. Guarantee: what only one
/// has came or went, and a version has not changed against itself; an id of no run is refused with its name.
#[tokio::test(flavor = "multi_thread")]
async fn structural_versions_are_laid_beside_each_other() {
    let server = server_with(&contract_fixtures("workflow")).await;
    let path = "/otel/runs/comparison?left=graph-basic-01&right=graph-run-concurrent-01";
    let compared = server.api.read(path).await;
    let changes = |list: &Value, change: &str| {
        list.as_array().unwrap().iter().filter(|item| item["change"] == change).count()
    };
    let nodes = &compared["nodes"];
    assert_eq!([changes(nodes, "removed"), changes(nodes, "kept"), changes(nodes, "changed")], [2, 0, 0]);
    assert!(changes(nodes, "added") >= 3, "{nodes}");
    assert_eq!(changes(&compared["edges"], "removed"), 1);
    assert_eq!(compared["left"]["name"], "basic_workflow");
    let same = server.api.read("/otel/runs/comparison?left=graph-basic-01&right=graph-basic-01").await;
    assert_eq!(changes(&same["nodes"], "kept"), 2);
    assert_eq!([changes(&same["edges"], "kept"), same["edges"].as_array().unwrap().len()], [1, 1]);
    let (status, refused) = server.api.get("/otel/runs/comparison?left=graph-basic-01&right=nothing").await;
    assert_eq!(status, 400);
    assert!(refused.to_string().contains("right"), "{refused}");
    server.stop().await;
}
