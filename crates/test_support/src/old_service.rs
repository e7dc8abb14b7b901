//! A double of Junjo's existing ingestion service, as its contract describes it: `ReadSpans` alone, spans after a key in the
//! order of keys, rows that it cannot decode skipped but counted, nothing ever removed. It receives nothing: tests say what
//! it has written, and when.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use junjo_rpc::ingestion::internal_ingestion_service_server::{
    InternalIngestionService, InternalIngestionServiceServer,
};
use junjo_rpc::ingestion::{ReadSpansRequest, ReadSpansResponse};
use prost::Message as _;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status};

use crate::{SpanBuilder, request};

/// Name of the service that all its spans are of.
const SERVICE: &str = "legacy";

/// The double; clones share what it holds.
#[derive(Clone, Default)]
pub struct OldServiceDouble {
    rows: Arc<Mutex<BTreeMap<u128, Option<SpanBuilder>>>>,
    /// Added to each span that is read, so that it has the size of a real one.
    padding: String,
}

impl OldServiceDouble {
    /// A double whose spans have an attribute of that many bytes more.
    pub fn with_padding(bytes: usize) -> Self {
        Self { padding: "x".repeat(bytes), ..Self::default() }
    }

    /// Writes a row under the key of a millisecond and what tells it apart from others of that millisecond; `None` is a row that
    /// the service cannot decode.
    pub fn write(&self, millis: u64, entropy: u128, span: Option<SpanBuilder>) {
        self.rows().insert((u128::from(millis) << 80) | entropy, span);
    }

    /// Rows that it holds.
    pub fn len(&self) -> usize {
        self.rows().len()
    }

    /// Whether nothing was written yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Serves on a free port of loopback until the runtime ends.
    pub async fn serve(&self) -> std::io::Result<SocketAddr> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let service = InternalIngestionServiceServer::new(self.clone());
        let serving = tonic::transport::Server::builder().add_service(service);
        tokio::spawn(serving.serve_with_incoming(TcpListenerStream::new(listener)));
        Ok(address)
    }

    fn rows(&self) -> MutexGuard<'_, BTreeMap<u128, Option<SpanBuilder>>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, key: u128, span: SpanBuilder, resource: &[u8]) -> ReadSpansResponse {
        let span = if self.padding.is_empty() { span } else { span.with("padding", &self.padding) };
        ReadSpansResponse {
            key_ulid: key.to_be_bytes().to_vec(),
            span_bytes: span.build().encode_to_vec(),
            resource_bytes: resource.to_vec(),
        }
    }
}

#[tonic::async_trait]
impl InternalIngestionService for OldServiceDouble {
    type ReadSpansStream = tokio_stream::Iter<std::vec::IntoIter<Result<ReadSpansResponse, Status>>>;

    async fn read_spans(
        &self,
        asked: Request<ReadSpansRequest>,
    ) -> Result<Response<Self::ReadSpansStream>, Status> {
        let asked = asked.into_inner();
        let first =
            asked.start_key_ulid.try_into().map_or(0, |key| u128::from_be_bytes(key).saturating_add(1));
        let rows: Vec<_> = {
            let rows = self.rows();
            let page = rows.range(first..).take(asked.batch_size as usize);
            page.map(|(key, span)| (*key, span.clone())).collect()
        };
        let resource = request(SERVICE, Vec::new()).resource_spans.pop().and_then(|spans| spans.resource);
        let resource = resource.map(|resource| resource.encode_to_vec()).unwrap_or_default();
        let spans = rows.into_iter().filter_map(|(key, span)| Some(Ok(self.answer(key, span?, &resource))));
        Ok(Response::new(tokio_stream::iter(spans.collect::<Vec<_>>())))
    }
}
