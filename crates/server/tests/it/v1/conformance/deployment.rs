//! The ways to run the product that the table is checked against.

use std::net::SocketAddr;

use junjo_test_support::eventually;
use serde_json::Value;

use super::go_service::{self, GoService};
use super::relay::Relay;
use super::spans_only;
use crate::harness::{Api, PATIENCE, TestServer};

/// A way to receive, and a way to pull.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The server receives itself.
    Embedded,
    /// The same over HTTP on the main port.
    MainPort,
    /// The Go service receives; whole requests are pulled.
    SplitGo,
    /// The Go service receives; spans are pulled one by one, as from Junjo's existing service.
    SplitLegacy,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Embedded, Self::MainPort, Self::SplitGo, Self::SplitLegacy];

    /// Whether the Go service receives.
    pub(crate) fn is_split(self) -> bool {
        matches!(self, Self::SplitGo | Self::SplitLegacy)
    }

    /// Members of a span's page that do not survive: `ReadSpans` carries spans and resources only.
    pub(crate) fn lost(self) -> &'static [&'static str] {
        if self == Self::SplitLegacy { &["scope"] } else { &[] }
    }
}

/// Settings of both sides.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) server: Vec<&'static str>,
    pub(crate) go: Vec<(&'static str, &'static str)>,
}

/// Everything that runs for one kind.
pub(crate) struct Deployment {
    pub(crate) kind: Kind,
    pub(crate) server: TestServer,
    /// A good ingest key.
    pub(crate) key: String,
    pub(crate) go: Option<Split>,
}

/// The Go service and the wires between it and the server.
pub(crate) struct Split {
    pub(crate) service: GoService,
    /// Service to server: are keys good?
    pub(crate) keys: Relay,
    /// Server to service: what is new?
    pub(crate) pull: Relay,
    /// Where [`Split::pull`] leads.
    pub(crate) source: SocketAddr,
    pub(crate) dir: tempfile::TempDir,
}

impl Deployment {
    /// Starts everything; `None` when it needs Go and there is none.
    pub(crate) async fn start(kind: Kind, options: Options) -> Option<Self> {
        if !kind.is_split() {
            let server = TestServer::start_with(tempfile::tempdir().unwrap(), &options.server).await;
            let key = server.set_up().await;
            return Some(Self { kind, server, key, go: None });
        }
        let program = go_service::binary()?;
        let (keys, pull) = (Relay::new().await, Relay::new().await);
        let dir = tempfile::tempdir().unwrap();
        let mut variables = options.go;
        let (mut arguments, url) = (options.server, format!("--ingestion-url=http://{}", pull.addr));
        arguments.extend([url.as_str(), "--internal-grpc-addr=127.0.0.1:0"]);
        if kind == Kind::SplitGo {
            variables.push(("JUNJO_INTERNAL_TOKEN", "between us"));
            arguments.push("--internal-token=between us");
        }
        let service = GoService::start(program, dir.path(), keys.addr, &variables).await;
        let source =
            if kind == Kind::SplitGo { service.internal } else { spans_only::serve(service.internal).await };
        pull.connect(source);
        let server = TestServer::start_with(tempfile::tempdir().unwrap(), &arguments).await;
        keys.connect(server.internal);
        let key = server.set_up().await;
        Some(Self { kind, server, key, go: Some(Split { service, keys, pull, source, dir }) })
    }

    /// Where OTLP/gRPC is.
    pub(crate) fn grpc(&self) -> SocketAddr {
        self.go.as_ref().map_or(self.server.grpc, |split| split.service.grpc)
    }

    /// Where OTLP/HTTP is.
    pub(crate) fn http(&self) -> SocketAddr {
        match (&self.go, self.kind) {
            (Some(split), _) => split.service.http,
            (None, Kind::MainPort) => self.server.http,
            (None, _) => self.server.otlp_http,
        }
    }

    /// Stops everything.
    pub(crate) async fn stop(self) {
        self.server.stop().await;
        if let Some(split) = self.go {
            split.service.kill().await;
        }
    }

    /// Data points that the receiver says to have counted.
    pub(crate) async fn metric_points(&self) -> u64 {
        let Some(split) = &self.go else {
            let status = self.server.api.read("/otel/status").await;
            return status["metric_points_received"].as_u64().unwrap();
        };
        let (code, page) = Api::new(split.service.metrics).get("/metrics").await;
        assert_eq!(code, 200);
        let name = r#"junjo_ingest_items_total{outcome="accepted",signal="metrics"} "#;
        let line = page.as_str().unwrap().lines().find_map(|line| line.strip_prefix(name));
        line.expect("a counter of data points").parse().unwrap()
    }

    /// Waits until `spans` were ever acknowledged and all of them are queryable, and returns the status.
    pub(crate) async fn drained(&self, spans: u64) -> Value {
        let api = &self.server.api;
        eventually(&format!("{spans} spans in {:?}", self.kind), PATIENCE, || async {
            let (code, status) = api.get("/otel/status").await;
            let is_drained = status["accepted_spans"] == spans && status["indexed_spans"] == spans;
            (code == 200 && status["index"] == "ok" && is_drained).then_some(status)
        })
        .await
    }
}
