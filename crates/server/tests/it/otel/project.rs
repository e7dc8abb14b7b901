//! Projects: what a key sends and what the server itself writes, as queries show it.

use junjo_ingest::{Signal, Submission};
use junjo_rpc::ingestion::ValidateApiKeyRequest;
use junjo_rpc::ingestion::internal_auth_service_client::InternalAuthServiceClient;
use junjo_test_support::{SpanBuilder, request};
use prost::Message as _;

use crate::harness::TestServer;
use crate::telemetry::START;
use crate::telemetry::{drained, logs_request, prompt};

/// Scenario: a sender exports a span with a key, and a feature of the server submits a span and a log record to another
/// project. Guarantee: all are counted and found by their project, in lists, details and exports.
#[tokio::test(flavor = "multi_thread")]
async fn sent_and_submitted_telemetry_is_found_by_project() {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    let sent = request("shop", vec![SpanBuilder::new(1, 1, START).build()]);
    server.client(&key).export(&sent).await.unwrap();
    let submitted = [
        (Signal::Traces, request("judge", vec![SpanBuilder::new(2, 1, START).build()]).encode_to_vec()),
        (Signal::Logs, logs_request("judge", vec![prompt("a score")]).encode_to_vec()),
    ];
    for (signal, message) in submitted {
        let project = "evals".to_owned();
        let submission = Submission { signal, source: "llm", project, message: message.into() };
        assert_eq!(server.receiver().submit(submission).await.unwrap().accepted, 1);
    }
    let status = drained(&server.api).await;
    assert_eq!((&status["accepted_spans"], &status["accepted_logs"]), (&2.into(), &1.into()));
    for (project, trace, logs) in [("default", 1, 0), ("evals", 2, 1)] {
        let spans = server.api.read(&format!("/otel/spans?filter=project%20%3D%20{project}")).await;
        assert_eq!(spans["items"].as_array().unwrap().len(), 1, "{project}");
        let item = &spans["items"][0];
        assert_eq!((&item["project"], &item["trace_id"]), (&project.into(), &format!("{trace:032x}").into()));
        let whole = server.api.read(&format!("/otel/spans/{trace:032x}/{:016x}", 1)).await;
        assert_eq!(whole["project"], project);
        let found = server.api.read(&format!("/otel/logs?project={project}")).await;
        assert_eq!(found["items"].as_array().unwrap().len(), logs, "{project}");
        let exported = server.api.read(&format!("/otel/export?filter=project%20%3D%20{project}")).await;
        assert_eq!((&exported["project"], &exported["service"]), (&project.into(), &item["service"]));
    }
    server.stop().await;
}

/// Scenario: an ingestion service asks for a key. Guarantee: the answer says its project, and nothing of a wrong key.
#[tokio::test(flavor = "multi_thread")]
async fn ingestion_services_are_told_the_project_of_a_key() {
    let arguments = ["--ingestion-url=http://127.0.0.1:9", "--internal-grpc-addr=127.0.0.1:0"];
    let server = TestServer::start_with(tempfile::tempdir().unwrap(), &arguments).await;
    server.api.register().await;
    let key = server.api.create_key().await;
    let url = format!("http://{}", server.internal());
    let mut client = InternalAuthServiceClient::connect(url).await.unwrap();
    for (api_key, valid, project) in [(key.as_str(), true, "default"), ("wrong", false, "")] {
        let request = ValidateApiKeyRequest { api_key: api_key.to_owned() };
        let answer = client.validate_api_key(request).await.unwrap().into_inner();
        assert_eq!((answer.is_valid, answer.project.as_str()), (valid, project));
        assert_eq!(answer.key_id.is_empty(), !valid);
    }
    server.stop().await;
}
