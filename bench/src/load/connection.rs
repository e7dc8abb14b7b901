//! One connection to a receiver: HTTP/2 with gRPC framing, or HTTP/1.1 as OTLP/HTTP has it.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue, TE};
use http::{HeaderMap, Method, Request, Response, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::TcpStream;

use crate::corpus::FRAME_HEAD;

/// Body bytes that HTTP/2 takes over before the socket has: a whole request, so that no sender waits half-way.
const SEND_BUFFER_BYTES: usize = 8 << 20;
/// Longest wait for one answer.
const CALL_LIMIT: Duration = Duration::from_mins(1);
const GRPC_PATH: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const HTTP_PATH: &str = "/v1/traces";

/// How requests travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Protocol {
    /// OTLP/gRPC
    Grpc,
    /// OTLP/HTTP with protobuf
    Http,
}

/// Where to send and how hard.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) addr: SocketAddr,
    pub(crate) protocol: Protocol,
    pub(crate) key: Option<String>,
    pub(crate) gzip: bool,
    pub(crate) connections: usize,
    /// Requests that wait for their answer on one connection.
    pub(crate) in_flight: usize,
}

/// What became of a request.
pub(crate) enum Answer {
    /// Acknowledged, every span.
    Acked,
    /// To be sent again later.
    Refused,
    /// Anything else, as a sentence.
    Failed(String),
}

/// An open connection. Clones of an HTTP/2 one share it.
#[derive(Clone)]
pub(crate) struct Connection {
    sender: Sender,
    uri: Uri,
    headers: HeaderMap,
}

#[derive(Clone)]
enum Sender {
    Http2(http2::SendRequest<Full<Bytes>>),
    /// One request at a time: the lock is never waited for, because each connection has one lane.
    Http1(std::sync::Arc<tokio::sync::Mutex<http1::SendRequest<Full<Bytes>>>>),
}

impl Connection {
    pub(crate) async fn open(target: &Target) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(target.addr)
            .await
            .with_context(|| format!("cannot connect to {}", target.addr))?;
        stream.set_nodelay(true)?;
        let (sender, path) = match target.protocol {
            Protocol::Grpc => {
                let (sender, driver) = http2::Builder::new(TokioExecutor::new())
                    .timer(TokioTimer::new())
                    .max_send_buf_size(SEND_BUFFER_BYTES)
                    .handshake(TokioIo::new(stream))
                    .await?;
                tokio::spawn(driver);
                (Sender::Http2(sender), GRPC_PATH)
            }
            Protocol::Http => {
                let (sender, driver) = http1::handshake(TokioIo::new(stream)).await?;
                tokio::spawn(driver);
                (Sender::Http1(std::sync::Arc::new(tokio::sync::Mutex::new(sender))), HTTP_PATH)
            }
        };
        let uri = format!("http://{}{path}", target.addr).parse()?;
        Ok(Self { sender, uri, headers: headers(target)? })
    }

    /// Sends one gRPC frame (or the message in it) and waits for the answer.
    pub(crate) async fn send(&mut self, framed: Bytes) -> Answer {
        match tokio::time::timeout(CALL_LIMIT, self.call(framed)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => Answer::Failed(format!("the call broke: {error}")),
            Err(_) => Answer::Failed(format!("no answer within {CALL_LIMIT:?}")),
        }
    }

    async fn call(&mut self, framed: Bytes) -> hyper::Result<Answer> {
        let body = if let Sender::Http2(_) = self.sender { framed } else { framed.slice(FRAME_HEAD..) };
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        match &mut self.sender {
            Sender::Http2(sender) => {
                sender.ready().await?;
                grpc_answer(sender.send_request(request).await?).await
            }
            Sender::Http1(sender) => {
                let mut sender = sender.lock().await;
                sender.ready().await?;
                http_answer(sender.send_request(request).await?).await
            }
        }
    }
}

fn headers(target: &Target) -> anyhow::Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    match target.protocol {
        Protocol::Grpc => {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
            headers.insert(TE, HeaderValue::from_static("trailers"));
            if target.gzip {
                headers.insert(HeaderName::from_static("grpc-encoding"), HeaderValue::from_static("gzip"));
            }
        }
        Protocol::Http => {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"));
            headers.insert(http::header::HOST, target.addr.to_string().parse()?);
            if target.gzip {
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
        }
    }
    if let Some(key) = &target.key {
        headers.insert(HeaderName::from_static("x-junjo-api-key"), key.parse()?);
    }
    Ok(headers)
}

/// gRPC: OK with an empty response message is an acknowledgement of every span; UNAVAILABLE (14) and
/// RESOURCE_EXHAUSTED (8) ask to try again.
async fn grpc_answer(response: Response<Incoming>) -> hyper::Result<Answer> {
    let early = status_of(response.headers());
    let collected = response.into_body().collect().await?;
    let status = early.or_else(|| collected.trailers().and_then(status_of));
    let message = collected.to_bytes();
    Ok(match status.as_ref().map(|(code, _)| code.as_str()) {
        Some("0") if message.len() <= FRAME_HEAD => Answer::Acked,
        Some("0") => Answer::Failed("only a part of the spans was accepted".to_owned()),
        Some("8" | "14") => Answer::Refused,
        _ => Answer::Failed(status.map_or("an answer without a status".to_owned(), |(code, message)| {
            format!("gRPC status {code}: {message}")
        })),
    })
}

fn status_of(headers: &HeaderMap) -> Option<(String, String)> {
    let text = |name| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    Some((text("grpc-status")?, text("grpc-message").unwrap_or_default()))
}

/// OTLP/HTTP: 200 with an empty message, or 429 and 503 to try again.
async fn http_answer(response: Response<Incoming>) -> hyper::Result<Answer> {
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    Ok(match status.as_u16() {
        200 if body.is_empty() => Answer::Acked,
        200 => Answer::Failed("only a part of the spans was accepted".to_owned()),
        429 | 503 => Answer::Refused,
        _ => Answer::Failed(format!("{status}: {}", String::from_utf8_lossy(&body))),
    })
}
