//! Split mode: the server pulls from ingestion services of batches. The remotes here are doubles that speak only the wire
//! contract of `proto/`.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use junjo_rpc::batches::batch_service_server::{BatchService, BatchServiceServer};
use junjo_rpc::batches::{
    Batch, GetStatusRequest, GetStatusResponse, ReadBatchesRequest, ReadBatchesResponse,
    RemoveConsumerRequest, RemoveConsumerResponse, Signal, TrimRequest, TrimResponse,
};
use junjo_test_support::{SpanBuilder, eventually, request};
use prost::Message as _;
use tokio::net::TcpListener;
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tonic::service::Routes;
use tonic::{Request, Response, Status};

use crate::harness::{PATIENCE, TestServer};
use crate::telemetry::{START, drained, logs_request, prompt};

const INTERNAL: &str = "--internal-grpc-addr=127.0.0.1:0";

async fn serve(routes: Routes) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let serving = tonic::transport::Server::builder().add_routes(routes);
    tokio::spawn(serving.serve_with_incoming(TcpListenerStream::new(listener)));
    addr
}

/// A log of batches with numbers as keys, and what consumers confirmed.
#[derive(Clone, Default)]
struct Batches {
    batches: Arc<Mutex<Vec<Batch>>>,
    trimmed: Arc<Mutex<Vec<u8>>>,
    token: Option<&'static str>,
    /// Of its own for each log: positions are kept by it.
    wal_id: [u8; 16],
}

impl Batches {
    fn push(&self, number: u128, trace: u128) {
        let message = request("split", vec![SpanBuilder::new(trace, 1, START).build()]);
        self.push_message(number, Signal::Traces, &message.encode_to_vec());
    }

    /// A batch with one item, as a service from before there were projects sends it.
    fn push_message(&self, number: u128, signal: Signal, message: &[u8]) {
        self.push_of(number, signal, "", message);
    }

    /// A batch with one item of a project.
    fn push_of(&self, number: u128, signal: Signal, project: &str, message: &[u8]) {
        let payload = zstd::bulk::compress(message, 1).unwrap();
        self.batches.lock().unwrap().push(Batch {
            key: number.to_be_bytes().to_vec(),
            signal: signal.into(),
            key_id: "k".to_owned(),
            received_unix_nano: 7,
            item_count: 1,
            raw_bytes: u32::try_from(message.len()).unwrap(),
            payload_crc32: crc32fast::hash(&payload),
            payload,
            project: project.to_owned(),
        });
    }

    fn authorise<T>(&self, request: &Request<T>) -> Result<(), Status> {
        let expected = self.token.map(|token| format!("Bearer {token}"));
        let presented =
            request.metadata().get("authorization").map(|value| value.to_str().unwrap().to_owned());
        if expected == presented { Ok(()) } else { Err(Status::unauthenticated("token")) }
    }
}

#[tonic::async_trait]
impl BatchService for Batches {
    type ReadBatchesStream = ReceiverStream<Result<ReadBatchesResponse, Status>>;

    async fn read_batches(
        &self,
        request: Request<ReadBatchesRequest>,
    ) -> Result<Response<Self::ReadBatchesStream>, Status> {
        self.authorise(&request)?;
        let mut after = request.into_inner().after_key;
        let (sender, receiver) = tokio::sync::mpsc::channel(4);
        let log = self.clone();
        tokio::spawn(async move {
            loop {
                let all = log.batches.lock().unwrap().clone();
                let page: Vec<Batch> = all.into_iter().filter(|batch| batch.key > after).take(3).collect();
                if let Some(last) = page.last() {
                    after.clone_from(&last.key);
                }
                let response = ReadBatchesResponse { batches: page, ..Default::default() };
                if sender.send(Ok(response)).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        Ok(Response::new(ReceiverStream::new(receiver)))
    }

    async fn trim(&self, request: Request<TrimRequest>) -> Result<Response<TrimResponse>, Status> {
        *self.trimmed.lock().unwrap() = request.into_inner().up_to_key;
        Ok(Response::new(TrimResponse::default()))
    }

    async fn remove_consumer(
        &self,
        _: Request<RemoveConsumerRequest>,
    ) -> Result<Response<RemoveConsumerResponse>, Status> {
        Ok(Response::new(RemoveConsumerResponse::default()))
    }

    async fn get_status(
        &self,
        request: Request<GetStatusRequest>,
    ) -> Result<Response<GetStatusResponse>, Status> {
        self.authorise(&request)?;
        Ok(Response::new(GetStatusResponse { wal_id: self.wal_id.to_vec(), ..Default::default() }))
    }
}

/// Scenario: two ingestion services with batches and a shared token, one restart in between, before which the second one
/// never heard the confirmation. Guarantee: every batch is taken once, what is durable is confirmed for trimming, also when
/// nothing new comes after the restart, and the receivers of this server are off.
#[tokio::test(flavor = "multi_thread")]
async fn pull_batches_from_several_services_confirms_what_is_durable() {
    let remotes = [
        Batches { token: Some("t"), wal_id: [1; 16], ..Batches::default() },
        Batches { token: Some("t"), wal_id: [2; 16], ..Batches::default() },
    ];
    let mut urls = Vec::new();
    for (i, remote) in remotes.iter().enumerate() {
        for number in 1..=10 {
            remote.push(number, 100 * (i as u128 + 1) + number);
        }
        urls.push(format!("http://{}", serve(Routes::new(BatchServiceServer::new(remote.clone()))).await));
    }
    let source = format!("--ingestion-url={}", urls.join(","));
    let arguments = [source.as_str(), INTERNAL, "--internal-token=t"];
    let server = TestServer::start_with(tempfile::tempdir().unwrap(), &arguments).await;
    assert_eq!(server.grpc.port(), 0, "ingestion services receive, not this server");
    server.api.register().await;
    let reached = |server: &TestServer, expected: u64| {
        let api = server.api.clone();
        async move {
            eventually("pulling", PATIENCE, || async {
                let (_, status) = api.get("/otel/status").await;
                (status["indexed_spans"] == expected).then_some(status)
            })
            .await
        }
    };
    let status = reached(&server, 20).await;
    assert!(status["sources"].as_array().unwrap().iter().all(|source| source["mode"] == "batches"));
    let dir = server.stop().await;
    remotes[0].push(11, 111);
    remotes[1].trimmed.lock().unwrap().clear();
    let server = TestServer::start_with(dir, &arguments).await;
    server.api.login().await;
    let status = reached(&server, 21).await;
    assert_eq!(status["duplicate_spans"], 0);
    for (remote, newest) in remotes.iter().zip([11_u128, 10]) {
        eventually("confirming", PATIENCE, || async {
            (*remote.trimmed.lock().unwrap() == newest.to_be_bytes()).then_some(())
        })
        .await;
    }
    server.stop().await;
}

/// Scenario: an ingestion service has a batch of log records, then one with their span, then the first one again (its
/// client did not see the answer). Guarantee: both arrive, the prompt that came as a log is on the span, once.
#[tokio::test(flavor = "multi_thread")]
async fn pulled_logs_are_joined_to_pulled_spans() {
    let remote = Batches::default();
    let logs = logs_request("split", vec![prompt("from afar")]).encode_to_vec();
    remote.push_message(1, Signal::Logs, &logs);
    remote.push(2, 1);
    remote.push_message(3, Signal::Logs, &logs);
    let addr = serve(Routes::new(BatchServiceServer::new(remote.clone()))).await;
    let source = format!("--ingestion-url=http://{addr}");
    let server = TestServer::start_with(tempfile::tempdir().unwrap(), &[&source, INTERNAL]).await;
    server.api.register().await;
    eventually("pulling", PATIENCE, || async {
        let (_, status) = server.api.get("/otel/status").await;
        (status["indexed_logs"] == 2).then_some(())
    })
    .await;
    let status = drained(&server.api).await;
    assert_eq!((&status["store"]["logs"], &status["duplicate_logs"]), (&1.into(), &1.into()));
    assert_eq!((&status["accepted_spans"], &status["indexed_spans"]), (&1.into(), &1.into()));
    let shown = server.api.read(&format!("/otel/spans/{:032x}/{:016x}", 1, 1)).await;
    let messages = shown["derived"]["input_messages"].as_array().unwrap();
    assert_eq!((messages.len(), &messages[0]["parts"][0]["content"]), (1, &"from afar".into()));
    assert_eq!(shown["derived"]["role"], "llm");
    server.stop().await;
}

/// Scenario: an ingestion service has a batch of a project, and one that says none. Guarantee: spans and log records are of
/// that project, and of the project `default`.
#[tokio::test(flavor = "multi_thread")]
async fn pulled_batches_are_of_the_project_that_they_name() {
    let remote = Batches::default();
    for (number, project) in [(1, "checkout"), (3, "")] {
        let message = request("split", vec![SpanBuilder::new(number, 1, START).build()]).encode_to_vec();
        remote.push_of(number, Signal::Traces, project, &message);
        let logs = logs_request(&format!("split {number}"), vec![prompt("from afar")]).encode_to_vec();
        remote.push_of(number + 1, Signal::Logs, project, &logs);
    }
    let source = format!(
        "--ingestion-url=http://{}",
        serve(Routes::new(BatchServiceServer::new(remote.clone()))).await
    );
    let server = TestServer::start_with(tempfile::tempdir().unwrap(), &[&source, INTERNAL]).await;
    server.api.register().await;
    eventually("pulling", PATIENCE, || async {
        let (_, status) = server.api.get("/otel/status").await;
        (status["indexed_spans"] == 2 && status["indexed_logs"] == 2).then_some(())
    })
    .await;
    for (project, trace, service) in [("checkout", 1, "split 1"), ("default", 3, "split 3")] {
        let spans = server.api.read(&format!("/otel/spans?filter=project%20%3D%20{project}")).await;
        assert_eq!(spans["items"].as_array().unwrap().len(), 1, "{project}");
        assert_eq!(spans["items"][0]["trace_id"], format!("{trace:032x}"), "{project}");
        let logs = server.api.read(&format!("/otel/logs?project={project}")).await;
        assert_eq!(logs["items"].as_array().unwrap().len(), 1, "{project}");
        assert_eq!(
            (&logs["items"][0]["service"], &logs["items"][0]["project"]),
            (&service.into(), &project.into())
        );
    }
    server.stop().await;
}
