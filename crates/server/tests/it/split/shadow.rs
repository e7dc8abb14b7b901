//! Shadow mode (docs/migrating-from-go.md): this server and the Go backend read the same ingestion service, which keeps everything
//! meanwhile; afterwards the cut-over.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use junjo_rpc::ingestion::ReadSpansRequest;
use junjo_rpc::ingestion::internal_ingestion_service_client::InternalIngestionServiceClient;
use junjo_test_support::{OtlpClient, eventually};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use serde_json::Value;
use tonic::Request;
use tonic::metadata::MetadataValue;

use super::go_service::{Ingestion, TOKEN, build, free_port, spans, start_server, status_of, status_when};
use crate::harness::{Api, PATIENCE};

/// Spans that the Go backend asks for at a time.
const PAGE: usize = 100;
/// Requests of three spans before the Go backend reads, and then while it does.
const BEFORE: u64 = 40;
const MEANWHILE: u64 = 5;

/// A double of the Go backend's poller, which does not run here: it reads span by span, from its own position on, and confirms nothing.
#[derive(Default)]
struct GoBackend {
    position: Vec<u8>,
    read: Vec<(Vec<u8>, Vec<u8>)>,
}

impl GoBackend {
    /// Reads as long as pages are full.
    async fn poll(&mut self, ingestion: SocketAddr) {
        let mut client =
            InternalIngestionServiceClient::connect(format!("http://{ingestion}")).await.unwrap();
        loop {
            let asked = ReadSpansRequest {
                start_key_ulid: self.position.clone(),
                batch_size: u32::try_from(PAGE).unwrap(),
            };
            let mut asked = Request::new(asked);
            let token = MetadataValue::try_from(format!("Bearer {TOKEN}")).unwrap();
            asked.metadata_mut().insert("authorization", token);
            let mut page = client.read_spans(asked).await.unwrap().into_inner();
            let mut count = 0;
            while let Some(found) = page.message().await.unwrap() {
                let span = Span::decode(found.span_bytes.as_slice()).unwrap();
                self.read.push((span.trace_id, span.span_id));
                self.position = found.key_ulid;
                count += 1;
            }
            if count < PAGE {
                return;
            }
        }
    }

    /// Every span once.
    fn assert_read(&self, count: u64) {
        let different: BTreeSet<_> = self.read.iter().collect();
        assert_eq!((self.read.len() as u64, different.len() as u64), (count, count));
    }
}

/// What the ingestion service says once our server has confirmed everything that it has.
async fn confirmed(program: &std::path::Path, internal: SocketAddr) -> Value {
    eventually("confirming", PATIENCE, || async {
        let status = status_of(program, internal).await;
        let consumer = &status["consumers"][0]["confirmedKey"];
        (consumer.is_string() && *consumer == status["newestKey"]).then_some(status)
    })
    .await
}

async fn send(ingestion: &Ingestion, key: &str, traces: std::ops::RangeInclusive<u64>) {
    let client = OtlpClient::new(ingestion.grpc, Some(key));
    for trace in traces {
        client.export(&spans(trace)).await.unwrap();
    }
}

/// Scenario: an ingestion service that does not trim, this server beside the Go backend, which comes later and is slower; then the
/// ingestion service is started again with trimming, as after a cut-over. Guarantee: both read every span once, nothing that this
/// server has confirmed is gone before the Go backend has read it, and after the cut-over the log shrinks and nothing is lost.
#[tokio::test(flavor = "multi_thread")]
async fn both_servers_read_the_same_ingestion_service() {
    let (programs, data, wal) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let Some(program) = build(programs.path()).await else { return };
    let backend = free_port();
    let ports = ("127.0.0.1:0".parse().unwrap(), backend);
    let keep_all = [("JUNJO_INGESTION_TRIM", "false")];
    let ingestion = Ingestion::start_with(&program, wal.path(), ports, &keep_all).await;
    let internal = ingestion.internal;
    let server = start_server(data.path(), internal, backend).await;
    let api = Api::new(server.http);
    api.register().await;
    let key = api.create_key().await;
    send(&ingestion, &key, 1..=BEFORE).await;
    let mut sent = 3 * BEFORE;
    status_when(&api, "shadowing", |status| status["indexed_spans"] == sent).await;

    let status = confirmed(&program, internal).await;
    assert_eq!(status["liveBatches"], BEFORE.to_string(), "nothing is trimmed: {status}");
    let mut go = GoBackend::default();
    go.poll(internal).await;
    go.assert_read(sent);
    send(&ingestion, &key, BEFORE + 1..=BEFORE + MEANWHILE).await;
    sent += 3 * MEANWHILE;
    go.poll(internal).await;
    go.assert_read(sent);
    status_when(&api, "shadowing on", |status| status["indexed_spans"] == sent).await;
    let status = confirmed(&program, internal).await;
    assert_eq!(status["liveBatches"], (BEFORE + MEANWHILE).to_string(), "{status}");

    ingestion.terminate().await;
    let ingestion = Ingestion::start(&program, wal.path(), internal, backend).await;
    let next = BEFORE + MEANWHILE + 1;
    send(&ingestion, &key, next..=next).await;
    sent += 3;
    let status = status_when(&api, "cutting over", |status| status["indexed_spans"] == sent).await;
    assert_eq!((&status["store"]["spans"], &status["duplicate_spans"]), (&sent.into(), &0.into()));
    let all = serde_json::Value::from(next.to_string());
    eventually("trimming", PATIENCE, || async {
        let status = status_of(&program, internal).await;
        (status["storedBatches"] == all && status.get("liveBatches").is_none()).then_some(())
    })
    .await;
    let mut late = GoBackend::default();
    late.poll(internal).await;
    late.assert_read(0);
    assert_eq!(server.terminate().await.0, Some(0));
    ingestion.terminate().await;
}
