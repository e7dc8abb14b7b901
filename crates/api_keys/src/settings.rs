//! The settings of API keys: flags and environment variables, each doc comment the help text.

use std::time::Duration;

use clap::Args;

/// API keys.
#[derive(Debug, Clone, Args)]
// every feature has a struct of this name, and groups are told apart by it
#[group(skip)]
pub struct Settings {
    /// API keys that one account may have.
    #[arg(long, env = "JUNJO_API_KEYS_PER_USER_MAX", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    api_keys_per_user_max: u32,
}

impl Settings {
    pub(crate) fn config(&self) -> ApiKeysConfig {
        ApiKeysConfig { keys_per_user_max: self.api_keys_per_user_max, ..ApiKeysConfig::default() }
    }
}

/// What the feature is opened with.
#[derive(Clone, Copy, Debug)]
pub struct ApiKeysConfig {
    /// Keys that one account may have.
    pub keys_per_user_max: u32,
    /// How long a found key is trusted without asking the database; at most 10 s.
    pub known_ttl: Duration,
    /// How long a key that does not exist is refused without asking the database.
    pub unknown_ttl: Duration,
}

impl Default for ApiKeysConfig {
    fn default() -> Self {
        Self {
            keys_per_user_max: 10,
            known_ttl: Duration::from_secs(10),
            unknown_ttl: Duration::from_secs(2),
        }
    }
}
