//! The settings of `/otel`: flags and environment variables, each doc comment the help text.

use clap::Args;
use junjo_web::client::PublicUrl;

/// Where senders reach this server.
#[derive(Debug, Clone, Default, Args)]
// every feature has a struct of this name, and groups are told apart by it
#[group(skip)]
pub struct Settings {
    /// Address under which senders reach OTLP/gRPC, for example `https://otlp.example.com:4317`, where a proxy, a container or
    /// an ingestion service stands in between. The page's snippets name it.
    #[arg(long, env = "JUNJO_PUBLIC_OTLP_GRPC_URL", value_parser = PublicUrl::parse)]
    pub(crate) public_otlp_grpc_url: Option<PublicUrl>,
    /// The same for OTLP/HTTP, without /v1/traces (default: JUNJO_PUBLIC_URL, if set: that port takes OTLP/HTTP too).
    #[arg(long, env = "JUNJO_PUBLIC_OTLP_HTTP_URL", value_parser = PublicUrl::parse)]
    pub(crate) public_otlp_http_url: Option<PublicUrl>,
}
