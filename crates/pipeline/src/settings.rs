//! The settings of split mode. Nothing here opens a connection.

use std::net::SocketAddr;

use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};

use crate::puller::PullerConfig;

/// Split mode: ingestion services receive, this server pulls from them.
#[derive(Debug, Clone, Args)]
pub struct SplitSettings {
    /// Internal gRPC of the ingestion services, comma-separated, for example `http://ingestion:50052`. Unset: this server
    /// receives itself.
    #[arg(long, env = "JUNJO_INGESTION_URL", value_delimiter = ',')]
    ingestion_url: Vec<String>,
    /// Address where ingestion services have API keys checked (split mode only).
    #[arg(long, env = "JUNJO_INTERNAL_GRPC_ADDR", default_value = "127.0.0.1:50053")]
    pub internal_grpc_addr: SocketAddr,
    /// Token that the internal gRPC of both sides asks for.
    #[arg(long, env = "JUNJO_INTERNAL_TOKEN", hide_env_values = true)]
    internal_token: Option<SecretString>,
    /// Lets ingestion services without a token have keys checked on an address off loopback (private networks only).
    #[arg(long, env = "JUNJO_INTERNAL_ALLOW_UNAUTHENTICATED", value_parser = clap::builder::FalseyValueParser::new())]
    pub internal_allow_unauthenticated: bool,
    /// Name of this server at the ingestion services, which keep what it has not confirmed.
    #[arg(long, env = "JUNJO_CONSUMER_ID", default_value = "junjo-server")]
    consumer_id: String,
}

impl SplitSettings {
    /// Whether ingestion services receive instead of this process.
    pub fn is_on(&self) -> bool {
        self.urls().next().is_some()
    }

    /// The token. An empty one is none: it would let everybody in who sends none.
    pub fn token(&self) -> Option<&SecretString> {
        self.internal_token.as_ref().filter(|token| !token.expose_secret().is_empty())
    }

    /// One configuration for each ingestion service.
    pub(crate) fn pullers(&self) -> impl Iterator<Item = PullerConfig> {
        self.urls().map(|url| PullerConfig {
            url: url.to_owned(),
            token: self.token().map(|token| token.expose_secret().to_owned()),
            consumer_id: self.consumer_id.clone(),
        })
    }

    /// The ingestion services. A variable that is set to nothing counts as unset, as compose files pass it on.
    fn urls(&self) -> impl Iterator<Item = &str> {
        self.ingestion_url.iter().map(|url| url.trim()).filter(|url| !url.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: a compose file passes on variables that are not set. Guarantee: an empty token is no token, and an empty
    /// list of services is the embedded mode.
    #[test]
    fn split_settings_take_empty_for_unset() {
        let split = |url: &str, token: &str| SplitSettings {
            ingestion_url: url.split(',').map(str::to_owned).collect(),
            internal_grpc_addr: SocketAddr::from(([127, 0, 0, 1], 0)),
            internal_token: Some(token.into()),
            internal_allow_unauthenticated: false,
            consumer_id: "c".to_owned(),
        };
        assert!(!split("", "").is_on());
        assert!(split("", "").token().is_none());
        assert_eq!(split("http://a, http://b,", "t").urls().collect::<Vec<_>>(), ["http://a", "http://b"]);
        assert_eq!(split("", "t").token().map(secrecy::ExposeSecret::expose_secret), Some("t"));
    }
}
