//! Sends spans over OTLP/gRPC with an API key, and says in a sentence what is wrong when that fails.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::trace::v1::ResourceSpans;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};

const API_KEY_HEADER: &str = "x-junjo-api-key";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// A server that starts or is overloaded answers UNAVAILABLE; it gets this many chances, one pause apart.
const ATTEMPTS: u32 = 10;
const PAUSE_BETWEEN_ATTEMPTS: Duration = Duration::from_secs(1);

/// How to come by an API key, for every message that asks for one.
pub(crate) const HOW_TO_GET_A_KEY: &str = "Open the server's page (http://localhost:1324 unless you changed it), sign \
    in, create a key under API keys, then run:\n\n    JUNJO_API_KEY=<key> make demo";

pub(crate) struct Sender {
    client: TraceServiceClient<Channel>,
    api_key: MetadataValue<Ascii>,
    pause: Duration,
}

impl Sender {
    /// Connects to `endpoint` (`http://host:port`); nothing is sent yet, so a wrong key shows at the first send.
    pub(crate) async fn connect(endpoint: &str, api_key: &str) -> Result<Self> {
        let api_key =
            api_key.trim().parse().map_err(|_| anyhow!("the API key has characters that no API key has"))?;
        if !endpoint.starts_with("http://") {
            bail!("{endpoint} is not an address like http://127.0.0.1:50051 (the demo speaks without TLS)");
        }
        let channel = Endpoint::from_shared(endpoint.to_owned())
            .with_context(|| format!("{endpoint} is not an address like http://127.0.0.1:50051"))?
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            .connect()
            .await
            .with_context(|| format!("no server answers on {endpoint}; start one with: make run"))?;
        Ok(Self { client: TraceServiceClient::new(channel), api_key, pause: PAUSE_BETWEEN_ATTEMPTS })
    }

    /// Sends one export request and waits until the server has acknowledged it.
    pub(crate) async fn send(&mut self, resource_spans: Vec<ResourceSpans>) -> Result<()> {
        let message = ExportTraceServiceRequest { resource_spans };
        for attempt in 1..=ATTEMPTS {
            let mut request = Request::new(message.clone());
            request.metadata_mut().insert(API_KEY_HEADER, self.api_key.clone());
            match self.client.export(request).await {
                Ok(response) => return check_accepted(response.into_inner().partial_success),
                Err(status) if status.code() == Code::Unavailable && attempt < ATTEMPTS => {
                    tokio::time::sleep(self.pause).await;
                }
                Err(status) => return Err(explain(&status)),
            }
        }
        bail!("the server stayed unavailable")
    }
}

fn check_accepted(
    partial: Option<opentelemetry_proto::tonic::collector::trace::v1::ExportTracePartialSuccess>,
) -> Result<()> {
    match partial {
        Some(partial) if partial.rejected_spans > 0 => {
            bail!("the server rejected {} spans: {}", partial.rejected_spans, partial.error_message)
        }
        _ => Ok(()),
    }
}

fn explain(status: &Status) -> anyhow::Error {
    let said = status.message();
    match status.code() {
        Code::Unauthenticated | Code::PermissionDenied => {
            anyhow!("the server refused the API key ({said}). {HOW_TO_GET_A_KEY}")
        }
        Code::Unavailable => anyhow!("the server cannot take spans now: {said}"),
        Code::DeadlineExceeded | Code::Cancelled => {
            anyhow!("the server did not answer within {} s", REQUEST_TIMEOUT.as_secs())
        }
        Code::Unimplemented | Code::Unknown | Code::Internal => {
            anyhow!(
                "what answers there does not speak OTLP over gRPC as expected ({:?}: {said})",
                status.code()
            )
        }
        code => anyhow!("the server refused the spans ({code:?}: {said})"),
    }
}

#[cfg(test)]
mod tests;
