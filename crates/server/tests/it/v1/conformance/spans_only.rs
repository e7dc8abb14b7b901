//! Junjo's existing interface in front of our service: `ReadSpans` is passed on, everything else is unknown, so that the
//! puller has to read span by span what the same receiver stored.

use std::net::SocketAddr;

use junjo_rpc::ingestion::internal_ingestion_service_client::InternalIngestionServiceClient;
use junjo_rpc::ingestion::internal_ingestion_service_server::{
    InternalIngestionService, InternalIngestionServiceServer,
};
use junjo_rpc::ingestion::{ReadSpansRequest, ReadSpansResponse};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Response, Status, Streaming};

struct SpansOnly(InternalIngestionServiceClient<Channel>);

#[tonic::async_trait]
impl InternalIngestionService for SpansOnly {
    type ReadSpansStream = Streaming<ReadSpansResponse>;

    async fn read_spans(
        &self,
        request: Request<ReadSpansRequest>,
    ) -> Result<Response<Self::ReadSpansStream>, Status> {
        self.0.clone().read_spans(request.into_inner()).await
    }
}

/// Serves for the rest of the test; `service` is the internal address of ours.
pub(crate) async fn serve(service: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let channel = Endpoint::from_shared(format!("http://{service}")).unwrap().connect_lazy();
    let client = InternalIngestionServiceClient::new(channel).max_decoding_message_size(80 << 20);
    let server = InternalIngestionServiceServer::new(SpansOnly(client)).max_encoding_message_size(80 << 20);
    let serving = tonic::transport::Server::builder().add_service(server);
    tokio::spawn(serving.serve_with_incoming(TcpListenerStream::new(listener)));
    addr
}
