//! The settings of accounts and sessions: flags and environment variables, each doc comment the help text.

use std::time::Duration;

use clap::Args;
use junjo_web::client::PublicUrl;

use crate::config::AuthConfig;

/// Accounts and sessions.
#[derive(Debug, Clone, Args)]
// every feature has a struct of this name, and groups are told apart by it
#[group(skip)]
pub struct Settings {
    /// Hours without a request after which a session ends.
    #[arg(long, env = "JUNJO_SESSION_IDLE_HOURS", default_value_t = 24, value_parser = clap::value_parser!(u64).range(1..=720))]
    session_idle_hours: u64,
    /// Days after which a session ends in any case.
    #[arg(long, env = "JUNJO_SESSION_DAYS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=365))]
    session_days: u64,
    /// Days for which security events are kept.
    #[arg(long, env = "JUNJO_AUDIT_RETENTION_DAYS", default_value_t = 400, value_parser = clap::value_parser!(u64).range(1..=3650))]
    audit_retention_days: u64,
}

impl Settings {
    /// The feature's configuration on a server with this address, which other origins may use with a cookie.
    pub fn config(&self, public_url: Option<PublicUrl>, allowed_origins: Vec<String>) -> AuthConfig {
        AuthConfig {
            public_url,
            allowed_origins,
            session_idle_timeout: Duration::from_hours(self.session_idle_hours),
            session_absolute_timeout: Duration::from_hours(24 * self.session_days),
            audit_retention: Duration::from_hours(24 * self.audit_retention_days),
            ..AuthConfig::default()
        }
    }
}
