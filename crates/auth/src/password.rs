//! What a new password must be: 8 to 512 characters, and none of the most common ones (OWASP ASVS 5.0, 6.2). There are
//! no composition rules, and nothing is trimmed or cut.

use std::collections::HashSet;
use std::sync::LazyLock;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::email::Email;

/// Shortest password, in characters (ASVS 6.2.1).
pub(crate) const PASSWORD_CHARS_MIN: usize = 8;

/// Longest password, in characters (ASVS 6.2.9 asks for at least 64); bounds the work that a request can cause.
pub(crate) const PASSWORD_CHARS_MAX: usize = 512;

/// One digest per line, written by `common_passwords.py`: the first 16 hex digits of SHA-256 of the lower-case password.
static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// Why a new password was refused; each says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Under the minimum.
    #[error("Use a password of at least {PASSWORD_CHARS_MIN} characters.")]
    TooShort,
    /// Over the maximum.
    #[error("Use a password of at most {PASSWORD_CHARS_MAX} characters.")]
    TooLong,
    /// In every attacker's list.
    #[error("This password is one of the most common ones. Choose another.")]
    Common,
    /// The address or its first part.
    #[error("The password must not be the e-mail address. Choose another.")]
    IsEmail,
}

/// Checks a password that somebody wants to use from now on.
pub(crate) fn check_new(password: &SecretString, email: &Email) -> Result<(), WeakPassword> {
    let password = password.expose_secret();
    let length = password.chars().count();
    if length < PASSWORD_CHARS_MIN {
        return Err(WeakPassword::TooShort);
    }
    if length > PASSWORD_CHARS_MAX {
        return Err(WeakPassword::TooLong);
    }
    let lower = password.to_lowercase();
    if is_common(&lower) {
        return Err(WeakPassword::Common);
    }
    let local_part = email.key().split('@').next().unwrap_or_default();
    if lower == email.key() || lower == local_part {
        return Err(WeakPassword::IsEmail);
    }
    Ok(())
}

/// Whether a presented password could be anybody's; saves hashing a novel.
pub(crate) fn is_plausible(password: &SecretString) -> bool {
    // four bytes are the longest character in UTF-8
    password.expose_secret().len() <= PASSWORD_CHARS_MAX * 4
}

fn is_common(lower: &str) -> bool {
    let digest = Sha256::digest(lower.as_bytes());
    COMMON.contains(hex::encode(&digest[..8]).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(password: &str) -> Result<(), WeakPassword> {
        check_new(&SecretString::from(password), &Email::parse("ada.lovelace@example.org").unwrap())
    }

    /// Scenario: too short, too long, common in any case, the address. Guarantee: each refused with its reason.
    #[test]
    fn weak_passwords_are_refused() {
        assert_eq!(check("seven77"), Err(WeakPassword::TooShort));
        assert_eq!(check(&"é".repeat(513)), Err(WeakPassword::TooLong));
        for common in
            ["password", "PassWord123", "12345678", "qwertyuiop", "1qaz2wsx", "trustno1", "changeme1"]
        {
            assert_eq!(check(common), Err(WeakPassword::Common), "{common}");
        }
        assert_eq!(check("Ada.Lovelace@example.org"), Err(WeakPassword::IsEmail));
        assert_eq!(check("ada.lovelace"), Err(WeakPassword::IsEmail));
    }

    /// Scenario: long, blank-padded and non-ASCII passwords. Guarantee: accepted, the limits count characters.
    #[test]
    fn uncommon_passwords_of_any_alphabet_are_accepted() {
        for password in
            ["eight ch", " leading and trailing ", &"é".repeat(512), "пароль-длинный", "🐴🔋📎✅🐴🔋📎✅"]
        {
            assert_eq!(check(password), Ok(()), "{password}");
        }
    }

    /// Scenario: the bundled list. Guarantee: at least the 3,000 that ASVS 6.2.4 asks for.
    #[test]
    fn common_list_is_large_enough() {
        assert!(COMMON.len() >= 3000);
        assert!(COMMON.iter().all(|digest| digest.len() == 16));
    }
}
