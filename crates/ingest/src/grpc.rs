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
use tonic::Status;

use crate::answer;
use crate::decompress::{self, Encoding};
use crate::receiver::{Export, Format, Outcome, Receiver};
use crate::refusal::Refusal;
use crate::upload::{GrpcMessage, Upload};

const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
const METRICS: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

/// Every method that [`router`] serves, as the path of its requests.
pub const METHODS: [&str; 3] = [TRACES, LOGS, METRICS];

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
        Ok(outcome) => success(&answer::success(signal, &outcome, Format::Protobuf)),
        Err(refusal) => {
            receiver.record_refusal(signal, &refusal);
            let mut response: Response = refusal.to_status().into_http();
            if matches!(refusal, Refusal::UnsupportedEncoding(_)) {
                let supported = HeaderValue::from_static(decompress::SUPPORTED);
                response.headers_mut().insert("grpc-accept-encoding", supported);
            }
            response
        }
    }
}

async fn receive(signal: Signal, receiver: &Receiver, request: Request) -> Result<Outcome, Refusal> {
    let sender = receiver.authenticate(request.headers()).await?;
    let encoding = request.headers().get("grpc-encoding").map(|value| value.to_str().unwrap_or("?"));
    let encoding = Encoding::parse(encoding)?;
    let mut upload = Upload::new(request.into_body());
    let (admission, share) = (receiver.admission(), receiver.admission().share(&sender.key_id));
    let GrpcMessage { is_compressed, message } =
        upload.read_grpc(receiver.limits(), admission, share).await?;
    let encoding = if is_compressed { encoding } else { Encoding::Identity };
    if is_compressed && encoding == Encoding::Identity {
        return Err(Refusal::Invalid(
            "the message is flagged as compressed, but grpc-encoding is missing".to_owned(),
        ));
    }
    receiver.receive(Export { signal, sender, encoding, format: Format::Protobuf, message }).await
}

fn is_grpc(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
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
