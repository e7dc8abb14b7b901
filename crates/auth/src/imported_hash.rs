//! bcrypt hashes of accounts that came from another server. They are verified until their owners sign in, which replaces them by
//! argon2id; nothing here makes one.

/// bcrypt reads no byte behind this one; the server that made the hashes refused longer passwords.
const PASSWORD_BYTES_MAX: usize = 72;
/// The work of a hash is 2 to this; more would let one sign-in hold a core for seconds.
const COST_MAX: u32 = 14;
/// Salt and digest behind the third dollar.
const TAIL_CHARS: usize = 53;
/// A hash of the usual cost that no password has: what it costs is spent on accounts without an imported hash.
const DECOY: &str = "$2a$10$.....................................................";

/// Whether a stored hash is one of these.
pub(crate) fn is_imported(stored: &str) -> bool {
    stored.starts_with("$2")
}

/// Whether a hash of another server can be stored: bcrypt of a reasonable cost.
pub(crate) fn is_usable(hash: &str) -> bool {
    let mut parts = hash.splitn(4, '$').skip(1);
    let (version, cost, tail) = (parts.next(), parts.next(), parts.next());
    let is_known = version.is_some_and(|version| ["2a", "2b", "2y"].contains(&version));
    let is_cheap = cost
        .filter(|digits| digits.len() == 2)
        .and_then(|digits| digits.parse::<u32>().ok())
        .is_some_and(|cost| (4..=COST_MAX).contains(&cost));
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'/';
    is_known && is_cheap && tail.is_some_and(|tail| tail.len() == TAIL_CHARS && tail.bytes().all(is_base64))
}

/// Whether `password` is the one of `hash`; without one the work is that of the usual hash, and the answer no. CPU work of tens of
/// milliseconds.
pub(crate) fn verify(password: &[u8], hash: Option<&str>) -> bool {
    let compared = &password[..password.len().min(PASSWORD_BYTES_MAX)];
    let is_match = bcrypt::verify(compared, hash.unwrap_or(DECOY)).unwrap_or(false);
    // the other server signed nobody in without a password, and its hashes say nothing about longer ones
    is_match && hash.is_some() && !password.is_empty() && password.len() <= PASSWORD_BYTES_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the Go server: cost 10, password "correct horse".
    fn made(password: &str) -> String {
        bcrypt::hash_with_salt(password, 4, [3; 16]).unwrap().format_for_version(bcrypt::Version::TwoA)
    }

    /// Scenario: right, wrong, empty and over-long passwords. Guarantee: only the right one, whatever bcrypt cuts off.
    #[test]
    fn only_the_right_password_matches() {
        let hash = made("correct horse");
        assert!(is_imported(&hash) && is_usable(&hash));
        assert!(verify(b"correct horse", Some(&hash)));
        assert!(!verify(b"wrong horse", Some(&hash)));
        assert!(!verify(b"correct horse", None));
        assert!(!verify(b"", Some(&made(""))), "an empty password never signs in");
        let longest = "x".repeat(72);
        assert!(verify(longest.as_bytes(), Some(&made(&longest))));
        assert!(!verify(format!("{longest}y").as_bytes(), Some(&made(&longest))));
    }

    /// Scenario: the decoy. Guarantee: a well-formed hash of the Go server's cost, so that the work is really done.
    #[test]
    fn decoy_costs_as_much_as_a_real_hash() {
        assert!(is_usable(DECOY));
        assert_eq!(bcrypt::verify("anything", DECOY).ok(), Some(false));
        assert!(DECOY.starts_with("$2a$10$"));
    }

    /// Scenario: texts that are no hash, and a cost that would take hours. Guarantee: none is usable.
    #[test]
    fn other_texts_are_not_usable() {
        let good = made("x");
        assert!(is_usable(&good));
        for text in [
            "",
            "plain text",
            "$2a$",
            &good[..59],
            &format!("{good}x"),
            &good.replace("$04$", "$31$"),
            &good.replace("$2a$", "$2z$"),
            &good.replace("$04$", "$4$"),
            "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$aGFzaA",
        ] {
            assert!(!is_usable(text), "{text}");
        }
    }
}
