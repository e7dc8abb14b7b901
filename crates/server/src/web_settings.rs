//! The settings of the browser's side.

use clap::Args;
use junjo_web::client::{ProxyTrust, PublicUrl, parse_network};

/// The browser's side.
#[derive(Debug, Clone, Args)]
pub(crate) struct WebSettings {
    /// Address under which browsers reach the server, for example `https://junjo.example.com`.
    #[arg(long, env = "JUNJO_PUBLIC_URL", value_parser = PublicUrl::parse)]
    pub(crate) public_url: Option<PublicUrl>,
    /// Reverse proxies whose X-Forwarded headers are believed: addresses or networks, comma-separated.
    #[arg(long, env = "JUNJO_TRUSTED_PROXIES", value_delimiter = ',', value_parser = parse_network)]
    pub(crate) trusted_proxies: Vec<ipnet::IpNet>,
    /// Other origins that may use the API with a cookie, comma-separated.
    #[arg(
        long,
        env = "JUNJO_ALLOW_ORIGINS",
        value_delimiter = ',',
        default_value = "http://localhost:5151,http://localhost:5153"
    )]
    pub(crate) allow_origins: Vec<String>,
}

impl WebSettings {
    /// What to believe about proxies.
    pub(crate) fn proxy_trust(&self) -> ProxyTrust {
        ProxyTrust { public_url: self.public_url.clone(), trusted_proxies: self.trusted_proxies.clone() }
    }
}
