//! The server's own log and traces. Traces are off unless an endpoint is set, and never go into our own receiver.

use anyhow::{Context as _, bail};
use junjo_web::logged;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{WithExportConfig as _, WithTonicConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tonic::metadata::{AsciiMetadataKey, MetadataMap};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt};

use crate::settings::{ListenSettings, WatchSettings};

/// Spans of these targets would describe the export of spans.
const LOOP_GUARD: &str = "info,opentelemetry=off,tonic=off,h2=off,hyper=off,hyper_util=off,tower=off";

/// What has to be flushed before the process ends.
pub(crate) struct Watch {
    provider: Option<SdkTracerProvider>,
}

impl Watch {
    /// Sends what is buffered.
    pub(crate) fn stop(self) {
        if let Some(provider) = self.provider
            && let Err(error) = provider.shutdown()
        {
            tracing::warn!(error = logged(&error), "own traces could not be flushed");
        }
    }
}

/// Installs the log, and the trace exporter when one is configured.
pub(crate) fn start(watch: &WatchSettings, listen: &ListenSettings) -> anyhow::Result<Watch> {
    let filter = EnvFilter::try_new(&watch.log)
        .with_context(|| format!("JUNJO_LOG={:?} is not a log filter", watch.log))?;
    let log = if watch.log_format == "json" {
        fmt::layer().json().flatten_event(true).with_current_span(false).with_span_list(false).boxed()
    } else {
        fmt::layer().boxed()
    };
    let provider =
        watch.traces_endpoint.as_deref().map(|endpoint| provider(endpoint, watch, listen)).transpose()?;
    let traces = provider.as_ref().map(|provider| {
        tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("junjo-server"))
            .with_filter(EnvFilter::new(LOOP_GUARD))
    });
    tracing_subscriber::registry().with(log.with_filter(filter)).with(traces).init();
    Ok(Watch { provider })
}

fn provider(
    endpoint: &str,
    watch: &WatchSettings,
    listen: &ListenSettings,
) -> anyhow::Result<SdkTracerProvider> {
    let uri: http::Uri =
        endpoint.parse().with_context(|| format!("JUNJO_TRACES_ENDPOINT={endpoint:?} is not a URL"))?;
    let is_own = listen.otlp_grpc_addr.iter().any(|own| Some(own.port()) == uri.port_u16())
        && uri.host().is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]" | "0.0.0.0"));
    if is_own {
        bail!(
            "JUNJO_TRACES_ENDPOINT={endpoint} is this server's own receiver: send its traces to another one"
        );
    }
    let mut metadata = MetadataMap::new();
    for header in &watch.traces_headers {
        let (name, value) =
            header.split_once('=').context("JUNJO_TRACES_HEADERS has the form name=value,name=value")?;
        let name = AsciiMetadataKey::from_bytes(name.trim().as_bytes())
            .with_context(|| format!("JUNJO_TRACES_HEADERS: {name:?} is not a header name"))?;
        metadata.insert(
            name,
            value.trim().parse().context("JUNJO_TRACES_HEADERS: a value is not printable ASCII")?,
        );
    }
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint)
        .with_metadata(metadata)
        .build()
        .context("the exporter of JUNJO_TRACES_ENDPOINT cannot be built")?;
    let resource = Resource::builder().with_service_name("junjo-server").build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}
