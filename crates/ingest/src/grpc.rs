//! OTLP/gRPC: three unary methods, framed here so that a key is checked before a byte is buffered, memory is reserved
//! before a message is, and an oversized message gets a status that clients do not retry.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::post;
use bytes::{BufMut as _, Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use junjo_span_model::Signal;
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsPartialSuccess, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message as _;
use tonic::Status;

use crate::admission::Share;
use crate::body::read_grpc_message;
use crate::decompress::Encoding;
use crate::receiver::{Export, Outcome, Receiver};
use crate::refusal::Refusal;

const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
const METRICS: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

/// The OTLP/gRPC services; any other method answers UNIMPLEMENTED.
pub fn router(receiver: Receiver) -> Router {
    Router::new()
        .route(TRACES, post(|state, request| export(Signal::Traces, state, request)))
        .route(LOGS, post(|state, request| export(Signal::Logs, state, request)))
        .route(METRICS, post(|state, request| export(Signal::Metrics, state, request)))
        .fallback(|| async {
            Status::unimplemented("only the OTLP Export methods are served here").into_http::<Body>()
        })
        .with_state(receiver)
}

async fn export(signal: Signal, State(receiver): State<Receiver>, request: Request) -> Response {
    if !is_grpc(request.headers()) {
        let mut response = Response::new(Body::from("this port speaks OTLP/gRPC\n"));
        *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return response;
    }
    match receive(signal, &receiver, request).await {
        Ok(outcome) => success(&partial_success(signal, &outcome)),
        Err(refusal) => {
            receiver.record_refusal(signal, &refusal);
            refusal.to_status().into_http()
        }
    }
}

async fn receive(signal: Signal, receiver: &Receiver, request: Request) -> Result<Outcome, Refusal> {
    let key_id = receiver.authenticate(request.headers()).await?;
    let encoding = request.headers().get("grpc-encoding").map(|value| value.to_str().unwrap_or("?"));
    let encoding = Encoding::parse(encoding)?;
    let mut body = request.into_body();
    let mut share = Share::default();
    let limits = receiver.limits();
    let read = read_grpc_message(&mut body, limits, receiver.admission(), &mut share);
    let frame = tokio::time::timeout(limits.body_time_max, read)
        .await
        .map_err(|_| Refusal::Unavailable("the message took too long to arrive: try again".to_owned()))??;
    let encoding = if frame.compressed { encoding } else { Encoding::Identity };
    if frame.compressed && encoding == Encoding::Identity {
        return Err(Refusal::Invalid(
            "the message is flagged as compressed, but grpc-encoding is missing".to_owned(),
        ));
    }
    let export = Export { signal, key_id, encoding, body: frame.message };
    receiver.receive(export, &mut share).await
}

fn is_grpc(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
}

/// The response message: empty when everything was accepted, as the specification demands.
fn partial_success(signal: Signal, outcome: &Outcome) -> Vec<u8> {
    let rejected = i64::from(outcome.rejected);
    let error_message = outcome.message.clone();
    match signal {
        _ if outcome.rejected == 0 => Vec::new(),
        Signal::Traces => ExportTraceServiceResponse {
            partial_success: Some(ExportTracePartialSuccess { rejected_spans: rejected, error_message }),
        }
        .encode_to_vec(),
        Signal::Logs => ExportLogsServiceResponse {
            partial_success: Some(ExportLogsPartialSuccess { rejected_log_records: rejected, error_message }),
        }
        .encode_to_vec(),
        Signal::Metrics => Vec::new(),
    }
}

/// A unary response: one uncompressed message, then the trailers of success.
fn success(message: &[u8]) -> Response {
    let mut frame = BytesMut::with_capacity(5 + message.len());
    frame.put_u8(0);
    frame.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
    frame.put_slice(message);
    let trailers = std::future::ready(Some(Ok(HeaderMap::from_iter([(
        http::HeaderName::from_static("grpc-status"),
        HeaderValue::from_static("0"),
    )]))));
    let body = Full::<Bytes>::new(frame.freeze()).with_trailers(trailers);
    let mut response = Response::new(Body::new(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    response
}
