//! Sends one request exactly as a case says, over raw HTTP/1.1 or over HTTP/2 with frames of our own, and returns all
//! that came back.

use std::io::Write as _;
use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use bytes::Bytes;
use http::HeaderMap;
use http_body_util::{BodyExt as _, StreamBody};
use prost::Message as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::client::GrpcService as _;
use tonic::transport::Endpoint;
use tonic_types::Status as RpcStatus;

use super::case::{Format, Packing, Sent, Signal};
use crate::harness::PATIENCE;

/// What a client got.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// gRPC: the response message without its frame.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The code of gRPC, from the trailers or, when there is no body, from the headers.
    pub(crate) fn grpc_code(&self) -> i32 {
        self.header("grpc-status").expect("a gRPC answer").parse().unwrap()
    }

    /// `grpc-message`, decoded.
    pub(crate) fn grpc_message(&self) -> String {
        let (text, mut bytes) = (self.header("grpc-message").unwrap_or_default().as_bytes(), Vec::new());
        let mut at = 0;
        while at < text.len() {
            if text[at] == b'%' {
                let digits = std::str::from_utf8(&text[at + 1..at + 3]).unwrap();
                bytes.push(u8::from_str_radix(digits, 16).unwrap());
                at += 3;
            } else {
                bytes.push(text[at]);
                at += 1;
            }
        }
        String::from_utf8(bytes).unwrap()
    }

    /// A binary trailer; base64 with or without padding, as gRPC allows both.
    pub(crate) fn binary(&self, name: &str) -> Option<Vec<u8>> {
        let text = self.header(name)?;
        Some(STANDARD_NO_PAD.decode(text).or_else(|_| STANDARD.decode(text)).unwrap())
    }

    /// The `google.rpc.Status` of an HTTP answer, in the encoding that its content type says.
    pub(crate) fn rpc_status(&self) -> (i32, String) {
        match self.header("content-type") {
            Some("application/x-protobuf") => {
                let status = RpcStatus::decode(&self.body[..]).unwrap();
                (status.code, status.message)
            }
            Some("application/json") => {
                let status: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
                let code = i32::try_from(status["code"].as_i64().unwrap()).unwrap();
                (code, status["message"].as_str().unwrap().to_owned())
            }
            other => panic!("{other:?} is no content type of an error: {self:?}"),
        }
    }
}

/// The body as it travels.
fn packed(sent: &Sent) -> Vec<u8> {
    match sent.packing {
        Packing::Plain => sent.body.clone(),
        Packing::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            encoder.write_all(&sent.body).unwrap();
            encoder.finish().unwrap()
        }
        Packing::Deflate => {
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(&sent.body).unwrap();
            encoder.finish().unwrap()
        }
        Packing::Zstd => zstd::encode_all(&sent.body[..], 3).unwrap(),
    }
}

/// The name of a compression in a header.
fn encoding(packing: Packing) -> Option<&'static str> {
    match packing {
        Packing::Plain => None,
        Packing::Gzip => Some("gzip"),
        Packing::Deflate => Some("deflate"),
        Packing::Zstd => Some("zstd"),
    }
}

fn filled_in(value: &str, key: &str) -> String {
    if let Some((before, rest)) = value.split_once("{basic:") {
        let (pair, after) = rest.split_once('}').unwrap();
        return format!("{before}{}{after}", STANDARD.encode(pair.replace("key", key)));
    }
    value.replace("{key}", key)
}

/// The case's headers, with what every client adds unless the case says otherwise.
fn headers(sent: &Sent, key: &str, content_type: &str, encoding_header: &str) -> Vec<(String, String)> {
    let with_key = |(name, value): &(&str, String)| ((*name).to_owned(), filled_in(value, key));
    let mut headers: Vec<(String, String)> = sent.headers.iter().map(with_key).collect();
    let mut add = |name: &str, value: &str| {
        if !headers.iter().any(|(known, _)| known == name) {
            headers.push((name.to_owned(), value.to_owned()));
        }
    };
    add("content-type", content_type);
    if let Some(encoding) = encoding(sent.packing) {
        add(encoding_header, encoding);
    }
    headers
}

/// One HTTP/1.1 request on a connection of its own. The answer is read while the body is still being sent.
pub(crate) async fn http(addr: SocketAddr, sent: &Sent, key: &str) -> Answer {
    let content_type = match sent.format {
        Format::Protobuf => "application/x-protobuf",
        Format::Json => "application/json",
    };
    let body = packed(sent);
    let lines = headers(sent, key, content_type, "content-encoding");
    let lines: String = lines.into_iter().map(|(name, value)| name + ": " + &value + "\r\n").collect();
    let head = format!("{} {} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{lines}", sent.method, sent.path);
    let bytes = match sent.chunk {
        None => [format!("{head}content-length: {}\r\n\r\n", body.len()).as_bytes(), &body].concat(),
        Some(size) => {
            let mut bytes = format!("{head}transfer-encoding: chunked\r\n\r\n").into_bytes();
            for chunk in body.chunks(size) {
                bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                bytes.extend_from_slice(chunk);
                bytes.extend_from_slice(b"\r\n");
            }
            bytes.extend_from_slice(b"0\r\n\r\n");
            bytes
        }
    };
    let (mut reader, mut writer) = TcpStream::connect(addr).await.unwrap().into_split();
    let mut answer = Vec::new();
    let exchange = async {
        // a server that has answered may have stopped to listen
        let (_, read) = tokio::join!(writer.write_all(&bytes), reader.read_to_end(&mut answer));
        read
    };
    let read = tokio::time::timeout(PATIENCE, exchange).await.expect("an answer in time");
    assert!(read.is_ok() || !answer.is_empty(), "the connection broke without an answer: {read:?}");
    parse(&answer)
}

/// The parts of an HTTP/1.1 response that the server ended by closing the connection.
fn parse(bytes: &[u8]) -> Answer {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a response head");
    let mut lines = std::str::from_utf8(&bytes[..end]).unwrap().split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        headers.append(name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap());
    }
    Answer { status, headers, body: bytes[end + 4..].to_vec() }
}

/// Frames `message` as gRPC does.
pub(crate) fn frame(flag: u8, message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[flag][..], &length, message].concat()
}

/// One unary call; headers and trailers come together in [`Answer::headers`].
pub(crate) async fn grpc(addr: SocketAddr, sent: &Sent, key: &str) -> Answer {
    let service = match sent.signal {
        Signal::Traces => "trace.v1.TraceService",
        Signal::Logs => "logs.v1.LogsService",
        Signal::Metrics => "metrics.v1.MetricsService",
    };
    let path = if sent.path.starts_with("/v1/") {
        format!("/opentelemetry.proto.collector.{service}/Export")
    } else {
        sent.path.clone()
    };
    let body = if sent.is_framed {
        sent.body.clone()
    } else {
        frame(u8::from(sent.packing != Packing::Plain), &packed(sent))
    };
    let mut request = http::Request::builder().method(sent.method).uri(path).header("te", "trailers");
    for (name, value) in headers(sent, key, "application/grpc", "grpc-encoding") {
        request = request.header(name, value);
    }
    let chunks: Vec<_> = body
        .chunks(sent.chunk.unwrap_or(1 << 20))
        .map(|chunk| Ok::<_, std::convert::Infallible>(http_body::Frame::data(Bytes::copy_from_slice(chunk))))
        .collect();
    let body = tonic::body::Body::new(StreamBody::new(tokio_stream::iter(chunks)));
    let mut channel = Endpoint::from_shared(format!("http://{addr}")).unwrap().connect().await.unwrap();
    let call = async {
        std::future::poll_fn(|context| channel.poll_ready(context)).await.unwrap();
        let response = channel.call(request.body(body).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap();
        let mut headers = head.headers;
        headers.extend(body.trailers().cloned().unwrap_or_default());
        let framed = body.to_bytes();
        Answer { status: head.status.as_u16(), headers, body: framed.get(5..).unwrap_or_default().to_vec() }
    };
    tokio::time::timeout(PATIENCE, call).await.expect("an answer in time")
}
