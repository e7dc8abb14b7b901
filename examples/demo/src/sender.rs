//! Sends spans and log records over OTLP/gRPC with an API key, and says in a sentence what is wrong when that fails.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Response, Status};

use crate::telemetry::Telemetry;

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
    traces: TraceServiceClient<Channel>,
    logs: LogsServiceClient<Channel>,
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
        Ok(Self {
            traces: TraceServiceClient::new(channel.clone()),
            logs: LogsServiceClient::new(channel),
            api_key,
            pause: PAUSE_BETWEEN_ATTEMPTS,
        })
    }

    /// Sends one trace, its spans first, and waits until the server has acknowledged all of it.
    pub(crate) async fn send(&self, telemetry: Telemetry) -> Result<()> {
        let spans = ExportTraceServiceRequest { resource_spans: telemetry.spans };
        let answer =
            self.until_acknowledged(spans, async |request| self.traces.clone().export(request).await).await?;
        let rejected = answer.partial_success.map(|partial| (partial.rejected_spans, partial.error_message));
        check_accepted("spans", rejected)?;
        if telemetry.logs.is_empty() {
            return Ok(());
        }
        let logs = ExportLogsServiceRequest { resource_logs: telemetry.logs };
        let answer =
            self.until_acknowledged(logs, async |request| self.logs.clone().export(request).await).await?;
        let rejected =
            answer.partial_success.map(|partial| (partial.rejected_log_records, partial.error_message));
        check_accepted("log records", rejected)
    }

    /// Exports `message` with the key, again and again while the server is unavailable.
    async fn until_acknowledged<M: Clone, A>(
        &self,
        message: M,
        export: impl AsyncFn(Request<M>) -> Result<Response<A>, Status>,
    ) -> Result<A> {
        for attempt in 1..=ATTEMPTS {
            let mut request = Request::new(message.clone());
            request.metadata_mut().insert(API_KEY_HEADER, self.api_key.clone());
            match export(request).await {
                Ok(response) => return Ok(response.into_inner()),
                Err(status) if status.code() == Code::Unavailable && attempt < ATTEMPTS => {
                    tokio::time::sleep(self.pause).await;
                }
                Err(status) => return Err(explain(&status)),
            }
        }
        bail!("the server stayed unavailable")
    }
}

/// `rejected` is how many the server did not take, and why.
fn check_accepted(what: &str, rejected: Option<(i64, String)>) -> Result<()> {
    match rejected {
        Some((count, reason)) if count > 0 => bail!("the server rejected {count} {what}: {reason}"),
        _ => Ok(()),
    }
}

fn explain(status: &Status) -> anyhow::Error {
    let said = status.message();
    match status.code() {
        Code::Unauthenticated | Code::PermissionDenied => {
            anyhow!("the server refused the API key ({said}). {HOW_TO_GET_A_KEY}")
        }
        Code::Unavailable => anyhow!("the server cannot take telemetry now: {said}"),
        Code::DeadlineExceeded | Code::Cancelled => {
            anyhow!("the server did not answer within {} s", REQUEST_TIMEOUT.as_secs())
        }
        Code::Unimplemented | Code::Unknown | Code::Internal => {
            anyhow!(
                "what answers there does not speak OTLP over gRPC as expected ({:?}: {said})",
                status.code()
            )
        }
        code => anyhow!("the server refused the telemetry ({code:?}: {said})"),
    }
}

#[cfg(test)]
mod tests;
