//! A server with spans of some routes, for tests that search.

use junjo_test_support::{SpanBuilder, request};
use opentelemetry_proto::tonic::trace::v1::Span;

use crate::harness::TestServer;
use crate::otel::calls::START;

pub(crate) fn routed(trace: u128, route: &str) -> Span {
    SpanBuilder::new(trace, 1, START + u64::try_from(trace).unwrap()).with("http.route", route).build()
}

/// A server with three traces of two routes.
pub(crate) async fn server() -> TestServer {
    let server = TestServer::start().await;
    let key = server.set_up().await;
    let spans = vec![routed(1, "/a"), routed(2, "/b, \"quoted\""), routed(3, "/a")];
    server.client(&key).export(&request("shop", spans)).await.unwrap();
    server.api.drained().await;
    server
}
