//! Who asks.

use secrecy::SecretString;

/// Who signs in on both servers.
#[derive(Debug, Clone)]
pub struct Login {
    /// The address.
    pub email: String,
    /// The password; the same on both, as after an import.
    pub password: SecretString,
}
