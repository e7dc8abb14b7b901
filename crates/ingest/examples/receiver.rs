//! Both receivers with one fixed key, for trying real exporters against them:
//! `cargo run -p junjo-ingest --example receiver -- 127.0.0.1:14317 127.0.0.1:14318 dev-key /tmp/receiver`.
//! It says what it received when it is interrupted.

use std::error::Error;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use junjo_ingest::{
    CorsPolicy, IngestLimits, KeyCheck, KeyOutcome, Receiver, Sender, grpc_router, http_router,
};
use junjo_memory::Memory;
use junjo_span_model::Signal;
use junjo_wal::{Sequence, Wal, WalOptions};
use junjo_web::SystemClock;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;

struct OneKey(String);

impl KeyCheck for OneKey {
    fn check<'a>(&'a self, key: &'a str) -> Pin<Box<dyn Future<Output = KeyOutcome> + Send + 'a>> {
        let outcome = if key == self.0 {
            KeyOutcome::Valid(Sender::in_default_project("example"))
        } else {
            KeyOutcome::Invalid
        };
        Box::pin(std::future::ready(outcome))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [grpc_addr, http_addr, key, dir] = arguments.as_slice() else {
        return Err("usage: receiver GRPC_ADDR HTTP_ADDR KEY DATA_DIR".into());
    };
    std::fs::create_dir_all(dir)?;
    let wal = Wal::open(&WalOptions::in_dir(Path::new(dir)), Sequence(0))?;
    let receiver = Receiver::new(SystemClock::shared(), IngestLimits::default(), Memory::of_its_own());
    receiver.open(wal.clone(), Arc::new(OneKey(key.clone())));

    let grpc = TcpListenerStream::new(TcpListener::bind(grpc_addr).await?);
    let grpc = tonic::transport::Server::builder()
        .add_routes(tonic::service::Routes::from(grpc_router(receiver.clone())))
        .serve_with_incoming(grpc);
    let http = TcpListener::bind(http_addr).await?;
    let http = axum::serve(http, http_router(receiver.clone(), CorsPolicy::default()));
    eprintln!("OTLP/gRPC on {grpc_addr}, OTLP/HTTP on {http_addr}");
    tokio::select! {
        ended = grpc => ended?,
        ended = http => ended?,
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    for signal in [Signal::Traces, Signal::Logs, Signal::Metrics] {
        eprintln!("{}: {:?}", signal.as_str(), receiver.stats().totals(signal));
    }
    for rejection in receiver.stats().recent_rejections() {
        eprintln!("{} {} x{}: {}", rejection.signal, rejection.reason, rejection.count, rejection.detail);
    }
    wal.close().await;
    Ok(())
}
