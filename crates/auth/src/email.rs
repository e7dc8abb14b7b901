//! E-mail addresses as account names. We never send mail, so the check only keeps out what cannot be an address.

use std::fmt;

/// Longest address that mail systems accept (RFC 5321 section 4.5.3.1.3, without the brackets).
const ADDRESS_BYTES_MAX: usize = 254;

/// Longest part before the `@` (RFC 5321 section 4.5.3.1.1).
const LOCAL_PART_BYTES_MAX: usize = 64;

/// A plausible address. `Debug` hides it: addresses do not belong in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Email {
    address: String,
    key: String,
}

impl Email {
    /// The address in `text` without surrounding blanks, or nothing if it cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        let address = text.trim();
        let (local, domain) = address.rsplit_once('@')?;
        let is_clean = !address.chars().any(|character| character.is_whitespace() || character.is_control());
        let is_sized =
            (1..=LOCAL_PART_BYTES_MAX).contains(&local.len()) && address.len() <= ADDRESS_BYTES_MAX;
        let is_domain = !domain.is_empty() && domain.split('.').all(|label| !label.is_empty());
        let is_plausible = is_clean && is_sized && is_domain && !local.contains('@');
        is_plausible.then(|| Self { address: address.to_owned(), key: address.to_lowercase() })
    }

    /// As the person typed it.
    pub fn as_str(&self) -> &str {
        &self.address
    }

    /// The same for all spellings that differ only in case.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Email(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: spellings that differ in case and blanks. Guarantee: one key, the typed address kept, Debug silent.
    #[test]
    fn spellings_share_a_key() {
        let email = Email::parse("  Ada@Example.ORG ").unwrap();
        assert_eq!((email.as_str(), email.key()), ("Ada@Example.ORG", "ada@example.org"));
        assert_eq!(email.key(), Email::parse("ada@example.org").unwrap().key());
        assert!(!format!("{email:?}").to_lowercase().contains("ada"));
        assert!(Email::parse("root@localhost").is_some());
    }

    /// Scenario: texts that are no address. Guarantee: refused.
    #[test]
    fn implausible_addresses_are_refused() {
        let long = format!("{}@example.org", "x".repeat(65));
        for text in ["", "ada", "@x.org", "ada@", "a b@x.org", "a@b@x.org", "a@x..org", "a\n@x.org", &long] {
            assert!(Email::parse(text).is_none(), "{text:?}");
        }
    }
}
