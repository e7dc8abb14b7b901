//! OTLP/HTTP: `POST /v1/{traces,logs,metrics}` in protobuf or JSON, on a port of its own or merged into another router.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::any;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use junjo_span_model::Signal;
use tonic::Code;

use crate::answer;
use crate::cors::{self, CorsPolicy};
use crate::decompress::{self, Encoding};
use crate::receiver::{Export, Format, Outcome, Receiver};
use crate::refusal::{RETRY_DELAY, Refusal};
use crate::upload::Upload;

/// Everything under `/v1/`, a trailing slash included, with CORS headers of its own.
///
/// It has no fallback, so that it can be merged into any router, and it bounds bodies itself, so that the body limits of
/// that router do not matter. Layers that would (time limits, sessions, other CORS rules) belong around the other routes.
pub fn router(receiver: Receiver, cors: CorsPolicy) -> Router {
    let mut router = Router::new().route("/v1/{*path}", any(not_found));
    for signal in [Signal::Traces, Signal::Logs, Signal::Metrics] {
        let path = format!("/v1/{}", signal.as_str());
        let export = any(move |state, request| export(signal, state, request));
        router = router.route(&format!("{path}/"), export.clone()).route(&path, export);
    }
    router.with_state(receiver).layer(from_fn_with_state(cors, cors::apply))
}

/// What a client is told when a handler died: the data may be sound, so that it is worth a retry.
pub fn panic_answer() -> Response {
    refuse(&Refusal::Unavailable("the server failed on this request: try again".to_owned()), Format::Json)
}

async fn export(signal: Signal, State(receiver): State<Receiver>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    // errors are told in the encoding of the request, or else in the one that people can read
    let format = format_of(&head.headers);
    if head.method != Method::POST {
        let text = "telemetry is sent with POST".to_owned();
        let told = format.unwrap_or(Format::Json);
        let mut response = failure(StatusCode::METHOD_NOT_ALLOWED, Code::Unimplemented, text, told);
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST, OPTIONS"));
        return response;
    }
    let mut upload = Upload::new(body);
    match receive(signal, &receiver, &head.headers, &mut upload).await {
        Ok((outcome, format)) => respond(StatusCode::OK, format, answer::success(signal, &outcome, format)),
        Err(refusal) => {
            receiver.record_refusal(signal, &refusal);
            // who waits for "100 Continue" has sent nothing yet
            if !head.headers.contains_key(header::EXPECT) {
                let limits = receiver.limits();
                upload.discard(limits.message_bytes_max, limits.discard_time_max).await;
            }
            refuse(&refusal, format.unwrap_or(Format::Json))
        }
    }
}

async fn receive(
    signal: Signal,
    receiver: &Receiver,
    headers: &HeaderMap,
    upload: &mut Upload,
) -> Result<(Outcome, Format), Refusal> {
    let sender = receiver.authenticate(headers).await?;
    let format = format_of(headers).ok_or(Refusal::UnsupportedContentType)?;
    let encoding = headers.get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?"));
    let encoding = Encoding::parse(encoding)?;
    let (admission, share) = (receiver.admission(), receiver.admission().share(&sender.key_id));
    let message = upload.read_http(receiver.limits(), admission, share).await?;
    let outcome = receiver.receive(Export { signal, sender, encoding, format, message }).await?;
    Ok((outcome, format))
}

/// The encoding that a content type names; its parameters (`charset`) do not matter.
fn format_of(headers: &HeaderMap) -> Option<Format> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let essence = value.split(';').next().unwrap_or_default().trim();
    [Format::Protobuf, Format::Json]
        .into_iter()
        .find(|format| essence.eq_ignore_ascii_case(format.content_type()))
}

async fn not_found(request: Request) -> Response {
    let text = "there is no such path: send to /v1/traces, /v1/logs or /v1/metrics".to_owned();
    let format = format_of(request.headers()).unwrap_or(Format::Json);
    failure(StatusCode::NOT_FOUND, Code::NotFound, text, format)
}

fn refuse(refusal: &Refusal, format: Format) -> Response {
    let mut response = failure(refusal.http_status(), refusal.rpc_code(), refusal.to_string(), format);
    let headers = response.headers_mut();
    match refusal {
        Refusal::Unavailable(_) => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_DELAY.as_secs()));
        }
        Refusal::Unauthenticated(_) => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        Refusal::UnsupportedEncoding(_) => {
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(decompress::SUPPORTED));
        }
        _ => {}
    }
    response
}

fn failure(status: StatusCode, code: Code, message: String, format: Format) -> Response {
    respond(status, format, answer::failure(code, message, format))
}

fn respond(status: StatusCode, format: Format, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let content_type = HeaderValue::from_static(format.content_type());
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}
