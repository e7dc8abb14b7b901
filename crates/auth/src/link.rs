//! One-time links: what their token is. The page reads it from the address's fragment, which browsers never send.
//!
//! | part | characters | meaning |
//! |---|---|---|
//! | `jl_` | 3 | names the product, for people and secret scanners |
//! | rest | 43 | 256 random bits, base64url |
//!
//! Only its SHA-256 is stored: so much entropy needs no slow hash.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::{CryptoRng, Rng};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// How every token begins.
const TOKEN_PREFIX: &str = "jl_";

/// Longest text that is looked at as a token.
const PRESENTED_BYTES_MAX: usize = 256;

/// An invitation lives this long unless told otherwise.
pub(crate) const INVITATION_HOURS_DEFAULT: u32 = 72;

/// The longest that an invitation may live: a forgotten one must not stay a door.
pub(crate) const INVITATION_HOURS_MAX: u32 = 7 * 24;

/// A reset link replaces a password that works, so it is short-lived.
pub(crate) const RESET_LIFETIME: Duration = Duration::from_hours(1);

/// The SHA-256 of a token.
pub(crate) type TokenHash = [u8; 32];

/// A token in the clear, on its way to the one answer that shows it.
#[derive(Debug)]
pub(crate) struct Token(SecretString);

impl Token {
    pub(crate) fn generate(rng: &mut (impl Rng + CryptoRng)) -> Self {
        let bytes: [u8; 32] = rng.random();
        Self(format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)).into())
    }

    pub(crate) fn reveal(&self) -> &str {
        self.0.expose_secret()
    }

    pub(crate) fn hash(&self) -> TokenHash {
        Sha256::digest(self.reveal().as_bytes()).into()
    }

    /// The address of the page that takes the token, below the server's own.
    pub(crate) fn page_path(&self) -> String {
        format!("/link#{}", self.reveal())
    }
}

/// The hash of a presented token; nothing when it cannot be one.
pub(crate) fn hash_of(presented: &SecretString) -> Option<TokenHash> {
    let text = presented.expose_secret();
    let is_plausible = text.len() <= PRESENTED_BYTES_MAX && text.starts_with(TOKEN_PREFIX);
    is_plausible.then(|| Sha256::digest(text.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    /// Scenario: tokens from a seeded generator. Guarantee: fixed form, no two alike, found by hash, Debug silent.
    #[test]
    fn tokens_have_a_fixed_form_and_hide_themselves() {
        let mut rng = StdRng::seed_from_u64(7);
        let (first, second) = (Token::generate(&mut rng), Token::generate(&mut rng));
        assert_ne!(first.reveal(), second.reveal());
        assert_eq!((first.reveal().len(), &first.reveal()[..3]), (46, "jl_"));
        assert_eq!(hash_of(&first.reveal().to_owned().into()), Some(first.hash()));
        assert!(!format!("{first:?}").contains(&first.reveal()[3..]));
        assert_eq!(hash_of(&"".into()), None);
        assert_eq!(hash_of(&format!("jl_{}", "x".repeat(300)).into()), None);
    }
}
