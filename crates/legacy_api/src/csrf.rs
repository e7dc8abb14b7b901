//! The csrf cookie of the Go server. Whoever has it passes, as there: what keeps other sites out is the check of `Origin` around
//! every route (`junjo_auth::protect`).

use std::time::Duration;

use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use rand::distr::{Alphanumeric, SampleString as _};

use crate::error::LegacyError;

/// The cookie's name.
const COOKIE: &str = "csrf";
/// The header that may carry the token.
const HEADER: HeaderName = HeaderName::from_static("x-csrf-token");
/// Length of a token.
const TOKEN_CHARS: usize = 32;
/// Longest token that is given back to who sent it.
const TOKEN_CHARS_MAX: usize = 64;
/// How long a browser keeps it.
const LIFETIME: Duration = Duration::from_hours(24);

/// The token of this request: the cookie's, or a new one.
///
/// # Errors
/// 400 for a method that changes something without the cookie, 403 where only the header came.
pub(crate) fn token(method: &Method, headers: &HeaderMap) -> Result<String, LegacyError> {
    let sent = cookie(headers, COOKIE);
    let is_safe = [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE].contains(method);
    if !is_safe && sent.is_none() {
        return Err(if headers.contains_key(HEADER) {
            LegacyError::message(StatusCode::FORBIDDEN, "invalid csrf token")
        } else {
            LegacyError::message(StatusCode::BAD_REQUEST, "missing value in cookies")
        });
    }
    let kept = sent.filter(|token| is_plain(token)).map(str::to_owned);
    Ok(kept.unwrap_or_else(|| Alphanumeric.sample_string(&mut rand::rng(), TOKEN_CHARS)))
}

/// Adds the cookie to an answer, `Secure` exactly where the browser speaks https.
pub(crate) fn issue(token: &str, now: DateTime<Utc>, is_https: bool, headers: &mut HeaderMap) {
    let expires = (now + LIFETIME).format("%a, %d %b %Y %H:%M:%S GMT");
    let secure = if is_https { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={token}; Expires={expires}; HttpOnly{secure}; SameSite=Strict");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        headers.append(header::SET_COOKIE, cookie);
        headers.append(header::VARY, HeaderValue::from_static("Cookie"));
    }
}

/// The value of a cookie.
fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(other, _)| *other == name).map(|(_, value)| value);
    values.next()
}

fn is_plain(token: &str) -> bool {
    (1..=TOKEN_CHARS_MAX).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
    }

    /// Scenario: cookies with and without a token, among others, and tokens that are not ours. Guarantee: ours comes back, another
    /// one is replaced by a new one, and nothing of it is echoed.
    #[test]
    fn only_plain_tokens_come_back() {
        let with = |cookie: &str| token(&Method::POST, &headers(&[(header::COOKIE, cookie)])).unwrap();
        assert_eq!(with("session=x; csrf=abc123"), "abc123");
        assert_eq!(with("csrf=; a=b").len(), TOKEN_CHARS);
        assert_eq!(with("csrf=a\"b").len(), TOKEN_CHARS);
        assert_eq!(with(&format!("csrf={}", "a".repeat(65))).len(), TOKEN_CHARS);
    }
}
