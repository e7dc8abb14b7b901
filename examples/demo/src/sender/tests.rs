//! The sender against a real gRPC server on loopback that answers as a test tells it to.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::Response;
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

/// Sends one empty request to a server that answers so; gives the result and the key that the server saw.
async fn send_to(answer: Answer) -> (Result<()>, Option<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let key = Arc::new(Mutex::new(None));
    let fake = Fake { answer, requests: Arc::default(), key: Arc::clone(&key) };
    let server = tokio::spawn(
        Server::builder()
            .add_service(TraceServiceServer::new(fake))
            .serve_with_incoming(TcpListenerStream::new(listener)),
    );
    let mut sender = Sender::connect(&endpoint, "jk_test\n").await.unwrap();
    sender.pause = Duration::ZERO;
    let result = sender.send(Vec::new()).await;
    server.abort();
    let seen = key.lock().unwrap().clone();
    (result, seen)
}

/// The key travels in the header that the server reads, without the line break of a pasted key.
#[tokio::test]
async fn send_with_key_is_accepted() {
    let (result, key) = send_to(|_| Ok(ExportTraceServiceResponse::default())).await;
    result.unwrap();
    assert_eq!(key.as_deref(), Some("jk_test"));
}

/// A refused key is named as the cause, with the way to get a good one.
#[tokio::test]
async fn send_with_wrong_key_says_how_to_get_one() {
    let (result, _) = send_to(|_| Err(Status::unauthenticated("unknown API key"))).await;
    let message = result.unwrap_err().to_string();
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
    send_to(answer).await.0.unwrap();
}

/// Spans that the server takes only in part are an error: the demo's data is meant to be flawless.
#[tokio::test]
async fn send_with_rejected_spans_fails() {
    let answer: Answer = |_| {
        let partial = ExportTracePartialSuccess { rejected_spans: 2, error_message: "bad id".to_owned() };
        Ok(ExportTraceServiceResponse { partial_success: Some(partial) })
    };
    let message = send_to(answer).await.0.unwrap_err().to_string();
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
