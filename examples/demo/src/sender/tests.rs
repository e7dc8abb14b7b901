//! The sender against a real gRPC server on loopback that answers as a test tells it to.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{LogsService, LogsServiceServer};
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsPartialSuccess, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::logs::v1::ResourceLogs;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server;

use super::*;

/// What the fake server answers to the n-th request (from 0).
type Answer = fn(u32) -> Result<ExportTraceServiceResponse, Status>;

struct Fake {
    answer: Answer,
    requests: Arc<AtomicU32>,
    key: Arc<Mutex<Option<String>>>,
}

#[tonic::async_trait]
impl TraceService for Fake {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let key = request.metadata().get(API_KEY_HEADER).and_then(|key| key.to_str().ok()).map(str::to_owned);
        *self.key.lock().unwrap() = key;
        (self.answer)(self.requests.fetch_add(1, Ordering::Relaxed)).map(Response::new)
    }
}

/// Takes log records as its text says: none when there is one.
struct FakeLogs {
    refusal: &'static str,
    requests: Arc<AtomicU32>,
}

#[tonic::async_trait]
impl LogsService for FakeLogs {
    async fn export(
        &self,
        _: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let partial = ExportLogsPartialSuccess {
            rejected_log_records: i64::from(!self.refusal.is_empty()),
            error_message: self.refusal.to_owned(),
        };
        Ok(Response::new(ExportLogsServiceResponse { partial_success: Some(partial) }))
    }
}

/// What came of sending: the result, the key that the server saw, and how often each signal was sent.
struct Sent {
    result: Result<()>,
    key: Option<String>,
    span_requests: u32,
    log_requests: u32,
}

/// Sends `logs` after no spans, to a server that answers so.
async fn send(answer: Answer, refusal: &'static str, logs: Vec<ResourceLogs>) -> Sent {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let key = Arc::new(Mutex::new(None));
    let (span_requests, log_requests) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let traces_service = Fake { answer, requests: Arc::clone(&span_requests), key: Arc::clone(&key) };
    let logs_service = FakeLogs { refusal, requests: Arc::clone(&log_requests) };
    let server = tokio::spawn(
        Server::builder()
            .add_service(TraceServiceServer::new(traces_service))
            .add_service(LogsServiceServer::new(logs_service))
            .serve_with_incoming(TcpListenerStream::new(listener)),
    );
    let mut sender = Sender::connect(&endpoint, "jk_test\n").await.unwrap();
    sender.pause = Duration::ZERO;
    let result = sender.send(Telemetry { spans: Vec::new(), logs }).await;
    server.abort();
    let key = key.lock().unwrap().clone();
    let count = |requests: &AtomicU32| requests.load(Ordering::Relaxed);
    Sent { result, key, span_requests: count(&span_requests), log_requests: count(&log_requests) }
}

/// Sends no log records.
async fn send_to(answer: Answer) -> Sent {
    send(answer, "", Vec::new()).await
}

/// The key travels in the header that the server reads, without the line break of a pasted key.
#[tokio::test]
async fn send_with_key_is_accepted() {
    let sent = send_to(|_| Ok(ExportTraceServiceResponse::default())).await;
    sent.result.unwrap();
    assert_eq!(sent.key.as_deref(), Some("jk_test"));
}

/// Log records follow their spans in a request of their own; a trace without any sends none.
#[tokio::test]
async fn send_with_logs_sends_both_signals() {
    let answer: Answer = |_| Ok(ExportTraceServiceResponse::default());
    let sent = send(answer, "", vec![ResourceLogs::default()]).await;
    sent.result.unwrap();
    assert_eq!((sent.span_requests, sent.log_requests), (1, 1));
    assert_eq!(send_to(answer).await.log_requests, 0);
}

/// Log records that the server takes only in part are an error, as spans are.
#[tokio::test]
async fn send_with_rejected_log_records_fails() {
    let sent =
        send(|_| Ok(ExportTraceServiceResponse::default()), "bad time", vec![ResourceLogs::default()]).await;
    assert_eq!(sent.result.unwrap_err().to_string(), "the server rejected 1 log records: bad time");
}

/// A refused key is named as the cause, with the way to get a good one.
#[tokio::test]
async fn send_with_wrong_key_says_how_to_get_one() {
    let sent = send_to(|_| Err(Status::unauthenticated("unknown API key"))).await;
    let message = sent.result.unwrap_err().to_string();
    assert!(message.contains("refused the API key (unknown API key)"), "{message}");
    assert!(message.contains("JUNJO_API_KEY=<key> make demo"), "{message}");
}

/// A server that is still starting is asked again instead of losing the trace.
#[tokio::test]
async fn send_to_starting_server_is_repeated() {
    let answer: Answer = |nth| match nth {
        0 | 1 => Err(Status::unavailable("starting")),
        _ => Ok(ExportTraceServiceResponse::default()),
    };
    let sent = send_to(answer).await;
    sent.result.unwrap();
    assert_eq!(sent.span_requests, 3);
}

/// Spans that the server takes only in part are an error: the demo's data is meant to be flawless.
#[tokio::test]
async fn send_with_rejected_spans_fails() {
    let answer: Answer = |_| {
        let partial = ExportTracePartialSuccess { rejected_spans: 2, error_message: "bad id".to_owned() };
        Ok(ExportTraceServiceResponse { partial_success: Some(partial) })
    };
    let message = send_to(answer).await.result.unwrap_err().to_string();
    assert_eq!(message, "the server rejected 2 spans: bad id");
}

/// Nothing listens on the port: one sentence that names the address and the command that starts a server.
#[tokio::test]
async fn connect_without_server_says_how_to_start_one() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let message = Sender::connect(&endpoint, "jk_test").await.err().unwrap().to_string();
    assert_eq!(message, format!("no server answers on {endpoint}; start one with: make run"));
}

/// An address without its scheme is named as such, not reported as a server that is down.
#[tokio::test]
async fn connect_without_scheme_says_what_an_address_looks_like() {
    let message = Sender::connect("127.0.0.1:50051", "jk_test").await.err().unwrap().to_string();
    assert!(message.starts_with("127.0.0.1:50051 is not an address like http://"), "{message}");
}
