//! OTLP/gRPC with raw messages: what is sent is exactly what the test says, well-formed or not.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Buf as _, BufMut as _, Bytes};
use http::uri::PathAndQuery;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message as _;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::AsciiMetadataValue;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

/// A client of one receiver.
#[derive(Clone)]
pub struct OtlpClient {
    channel: Channel,
    key: Option<String>,
    compression: Option<CompressionEncoding>,
}

impl OtlpClient {
    /// A client that connects with its first call and again after a broken connection.
    pub fn new(addr: SocketAddr, key: Option<&str>) -> Self {
        let endpoint = Endpoint::from_shared(format!("http://{addr}")).expect("an address makes a valid URL");
        let channel = endpoint.connect_timeout(Duration::from_secs(2)).connect_lazy();
        Self { channel, key: key.map(str::to_owned), compression: None }
    }

    /// The same client, compressing.
    #[must_use]
    pub fn compressed(mut self, encoding: CompressionEncoding) -> Self {
        self.compression = Some(encoding);
        self
    }

    /// Exports spans.
    pub async fn export(
        &self,
        request: &ExportTraceServiceRequest,
    ) -> Result<ExportTraceServiceResponse, Status> {
        let answer = self.call("trace.v1.TraceService", request.encode_to_vec().into()).await?;
        ExportTraceServiceResponse::decode(answer).map_err(|error| Status::internal(error.to_string()))
    }

    /// Sends any bytes to the `Export` method of a service such as `trace.v1.TraceService`.
    pub async fn call(&self, service: &str, message: Bytes) -> Result<Bytes, Status> {
        let path = format!("/opentelemetry.proto.collector.{service}/Export");
        let key = self.key.as_deref().map(|key| ("x-junjo-api-key", key));
        self.unary(&path, key, message).await
    }

    /// Sends an empty message to any method, with one header or none.
    pub async fn call_path(&self, path: &str, header: Option<(&'static str, &str)>) -> Result<Bytes, Status> {
        self.unary(path, header, Bytes::new()).await
    }

    async fn unary(
        &self,
        path: &str,
        header: Option<(&'static str, &str)>,
        message: Bytes,
    ) -> Result<Bytes, Status> {
        let mut grpc = tonic::client::Grpc::new(self.channel.clone());
        if let Some(encoding) = self.compression {
            grpc = grpc.send_compressed(encoding);
        }
        grpc.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
        let path = PathAndQuery::try_from(path).map_err(|error| Status::internal(error.to_string()))?;
        let mut request = Request::new(message);
        if let Some((name, value)) = header {
            let value: AsciiMetadataValue =
                value.parse().map_err(|_| Status::internal("the header is not ASCII"))?;
            request.metadata_mut().insert(name, value);
        }
        request.set_timeout(Duration::from_secs(30));
        Ok(grpc.unary(request, path, RawCodec).await?.into_inner())
    }
}

/// Messages as bytes.
#[derive(Debug, Clone, Copy, Default)]
struct RawCodec;

impl Codec for RawCodec {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for RawCodec {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item);
        Ok(())
    }
}

impl Decoder for RawCodec {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        let length = buffer.remaining();
        Ok(Some(buffer.copy_to_bytes(length)))
    }
}
