//! The settings of API keys: flags and environment variables, each doc comment the help text.

use clap::Args;

use crate::service::ApiKeysConfig;

/// API keys.
#[derive(Debug, Clone, Args)]
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
