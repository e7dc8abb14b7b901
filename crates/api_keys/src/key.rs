//! What a key is.
//!
//! | part | characters | meaning |
//! |---|---|---|
//! | `jj_` | 3 | names the product, for people and secret scanners |
//! | start | 8 | with `jj_` the visible prefix: unique, shown in lists |
//! | rest | 35 | known to nobody but the holder |
//!
//! Start and rest are drawn uniformly from 62 letters and digits: 43 of them are 256 random bits. So much entropy needs no
//! slow hash: SHA-256 at rest is enough, and a lookup by hash leaks nothing useful through its timing.

use std::sync::Arc;

use rand::distr::{Alphanumeric, SampleString};
use rand::{CryptoRng, Rng};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

/// How every key of ours begins.
pub const KEY_PREFIX: &str = "jj_";

/// The length of every key of ours.
pub const KEY_CHARS: usize = KEY_PREFIX.len() + RANDOM_CHARS;

/// Longest text that is hashed as a key; room for keys of other products.
pub(crate) const PRESENTED_BYTES_MAX: usize = 256;

/// 62^43 is just over 2^256.
const RANDOM_CHARS: usize = 43;

/// Random characters in the visible prefix: 47 bits for telling keys apart, which leaves 208 secret ones.
const VISIBLE_RANDOM_CHARS: usize = 8;

/// 71 bits: ids are not secret, only unique.
const ID_CHARS: usize = 12;

/// The SHA-256 of a key.
pub(crate) type KeyHash = [u8; 32];

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ApiKeyScope)]
pub enum Scope {
    /// Sending telemetry.
    #[default]
    Ingest,
    /// Reading telemetry: GET under `/otel`.
    Read,
}

impl Scope {
    /// As stored and as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Read => "read",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Ingest, Self::Read].into_iter().find(|scope| scope.as_str() == text)
    }
}

/// Which key a request came with. Cheap to clone; safe to log and to store with the data.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyIdentity {
    /// The key's id, 12 characters.
    pub id: Arc<str>,
    /// What its creator called it.
    pub name: Arc<str>,
    /// The project that what it sends belongs to.
    pub project: Arc<str>,
}

/// A key in the clear, on its way to the one answer that shows it.
#[derive(Debug)]
pub(crate) struct PlainKey(SecretString);

impl PlainKey {
    pub(crate) fn generate(rng: &mut (impl Rng + CryptoRng)) -> Self {
        let mut key = String::with_capacity(KEY_CHARS);
        key.push_str(KEY_PREFIX);
        Alphanumeric.append_string(rng, &mut key, RANDOM_CHARS);
        Self(key.into())
    }

    pub(crate) fn reveal(&self) -> &str {
        self.0.expose_secret()
    }

    /// The part that lists show.
    pub(crate) fn visible_prefix(&self) -> &str {
        &self.reveal()[..KEY_PREFIX.len() + VISIBLE_RANDOM_CHARS]
    }

    pub(crate) fn hash(&self) -> KeyHash {
        hash_of(self.reveal())
    }
}

pub(crate) fn hash_of(presented: &str) -> KeyHash {
    Sha256::digest(presented.as_bytes()).into()
}

pub(crate) fn new_id(rng: &mut impl Rng) -> String {
    Alphanumeric.sample_string(rng, ID_CHARS)
}

/// Whether `text` has the form of [`new_id`].
pub(crate) fn is_id(text: &str) -> bool {
    text.len() == ID_CHARS && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    /// Scenario: many keys from a seeded generator. Guarantee: fixed length and alphabet, no two alike, Debug silent.
    #[test]
    fn keys_have_a_fixed_form_and_hide_themselves() {
        let mut rng = StdRng::seed_from_u64(7);
        let mut seen = std::collections::HashSet::new();
        for _ in 0..1000 {
            let key = PlainKey::generate(&mut rng);
            let text = key.reveal();
            assert_eq!(text.len(), 46);
            let random = text.strip_prefix("jj_").unwrap();
            assert!(random.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            assert!(text.starts_with(key.visible_prefix()) && key.visible_prefix().len() == 11);
            assert!(!format!("{key:?}").contains(random));
            assert!(seen.insert(text.to_owned()));
        }
        let id = new_id(&mut rng);
        assert!(id.len() == 12 && is_id(&id) && !is_id("../../../etc"));
    }

    /// Scenario: hash a known text. Guarantee: plain SHA-256, so that another implementation can check keys.
    #[test]
    fn hash_is_plain_sha256() {
        let expected = [0xba, 0x78, 0x16, 0xbf];
        assert_eq!(hash_of("abc")[..4], expected);
    }
}
