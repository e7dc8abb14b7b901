//! The settings of the playground's vendor: environment variables, each doc comment the help text.

use clap::Args;
use secrecy::SecretString;

/// Where Gemini's API is.
const GEMINI: &str = "https://generativelanguage.googleapis.com";

/// The playground of the old page.
#[derive(Debug, Clone, Args)]
// every feature has a struct of this name, and groups are told apart by it
#[group(skip)]
pub struct Settings {
    /// Key of Gemini's API, for the playground of the old page. Only from the environment: arguments are seen by everybody on
    /// the machine.
    #[arg(long, env = "GEMINI_API_KEY", hide_env_values = true, hide = true)]
    pub(crate) gemini_api_key: Option<SecretString>,
    /// Address of Gemini's API.
    #[arg(long, env = "GEMINI_BASE_URL", default_value = GEMINI)]
    pub(crate) gemini_base_url: String,
}
