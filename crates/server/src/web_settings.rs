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
    /// Other origins that may use the API with a cookie, comma-separated (default: http://localhost:5151 and :5153, where
    /// pages are developed; none once there is a public URL).
    #[arg(long, env = "JUNJO_ALLOW_ORIGINS", value_delimiter = ',')]
    allow_origins: Option<Vec<String>>,
}

/// Where pages are developed: Vite's server, and that of the contract's page.
const DEVELOPMENT_ORIGINS: [&str; 2] = ["http://localhost:5151", "http://localhost:5153"];

impl WebSettings {
    /// Other origins that may use the API with a cookie. A server with a public URL is not one that pages are developed with.
    pub(crate) fn allowed_origins(&self) -> Vec<String> {
        let development = || DEVELOPMENT_ORIGINS.map(str::to_owned).to_vec();
        let unset = || if self.public_url.is_some() { Vec::new() } else { development() };
        self.allow_origins.clone().unwrap_or_else(unset)
    }

    /// Whether there is a proxy in front, as far as the settings tell.
    pub(crate) fn is_proxied(&self) -> bool {
        self.public_url.is_some() || !self.trusted_proxies.is_empty()
    }

    /// What to believe about proxies.
    pub(crate) fn proxy_trust(&self) -> ProxyTrust {
        ProxyTrust { public_url: self.public_url.clone(), trusted_proxies: self.trusted_proxies.clone() }
    }
}
