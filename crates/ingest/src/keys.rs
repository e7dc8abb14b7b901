//! API keys of requests: where they are looked for, and the check that the server wires in.

use std::future::Future;
use std::pin::Pin;

use base64::Engine as _;
use http::HeaderMap;
use junjo_wal::Sender;
use secrecy::SecretString;

/// What a key turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyOutcome {
    /// A valid ingest key: who it is.
    Valid(Sender),
    /// Unknown or revoked.
    Invalid,
    /// Its time is over.
    Expired,
    /// A key for something else than ingest.
    WrongScope,
    /// The check itself failed: the client must try again, never drop its data.
    Unavailable,
}

/// Checks API keys; an outside edge, because keys belong to a feature and receivers to none.
pub trait KeyCheck: Send + Sync + 'static {
    /// Checks one presented key.
    fn check<'a>(&'a self, key: &'a str) -> Pin<Box<dyn Future<Output = KeyOutcome> + Send + 'a>>;
}

/// A key of another server, which the programs that hold it go on sending.
#[derive(Debug)]
pub struct ForeignKey {
    /// The whole key.
    pub secret: SecretString,
    /// What it was called there.
    pub name: String,
    /// Unix nanoseconds; `None`: now.
    pub created_at_unix_nano: Option<i64>,
}

/// What became of keys to take over.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ImportedKeys {
    /// Added now.
    pub added: usize,
    /// Imported before; left as they are, also where they were revoked since then.
    pub again: usize,
    /// Left out: the key's name, and why, as the end of a sentence.
    pub refused: Vec<(String, &'static str)>,
}

/// Takes keys over; an outside edge like [`KeyCheck`].
pub trait KeyImport: Send + Sync + 'static {
    /// Takes `keys` over, all or none. Doing it twice changes nothing.
    fn import(&self, keys: Vec<ForeignKey>) -> Importing<'_>;
}

/// The outcome of [`KeyImport::import`], to wait for.
pub type Importing<'a> =
    Pin<Box<dyn Future<Output = Result<ImportedKeys, Box<dyn std::error::Error + Send + Sync>>> + Send + 'a>>;

/// The key of a request: `x-junjo-api-key`, then `x-api-key`, then `authorization` (Bearer, or Basic's password or
/// else user).
pub(crate) fn presented_key(headers: &HeaderMap) -> Option<String> {
    for name in ["x-junjo-api-key", "x-api-key"] {
        if let Some(value) = headers.get(name) {
            return value.to_str().ok().map(|key| key.trim().to_owned());
        }
    }
    let value = headers.get(http::header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = base64::engine::general_purpose::STANDARD.decode(rest).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (user, password) = text.split_once(':').unwrap_or((text.as_str(), ""));
    Some(if password.is_empty() { user } else { password }.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_of(pairs: &[(&'static str, &str)]) -> Option<String> {
        let headers = pairs.iter().map(|(name, value)| {
            (http::HeaderName::from_static(name), http::HeaderValue::from_str(value).unwrap())
        });
        presented_key(&headers.collect())
    }

    /// Scenario: keys in every place at once and alone. Guarantee: the documented order.
    #[test]
    fn presented_key_follows_the_documented_order() {
        let basic = "Basic cGs6c2stc2VjcmV0"; // pk:sk-secret
        let all = [("x-junjo-api-key", "a"), ("x-api-key", "b"), ("authorization", "Bearer c")];
        assert_eq!(key_of(&all), Some("a".to_owned()));
        assert_eq!(key_of(&all[1..]), Some("b".to_owned()));
        assert_eq!(key_of(&all[2..]), Some("c".to_owned()));
        assert_eq!(key_of(&[("authorization", "bearer  c ")]), Some("c".to_owned()));
        assert_eq!(key_of(&[("authorization", basic)]), Some("sk-secret".to_owned()));
        assert_eq!(key_of(&[("authorization", "Basic cGs6")]), Some("pk".to_owned()));
        assert_eq!(key_of(&[("authorization", "Basic %%%")]), None);
        assert_eq!(key_of(&[("authorization", "Digest x")]), None);
        assert_eq!(key_of(&[]), None);
    }
}
