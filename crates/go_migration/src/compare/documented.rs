//! The differences that are meant, each with its reason: `differences.json` beside this file.

use serde::Deserialize;

/// One of them. In `route` and `field` a `*` stands for any text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Method and path, as `GET /users`.
    pub route: String,
    /// What differs: `status`, `cookie.session.Secure`, `body[].Key`.
    pub field: String,
    /// Why it is right so.
    pub reason: String,
}

/// The list.
#[derive(Debug, Clone, Default)]
pub struct Documented {
    entries: Vec<Entry>,
}

impl Documented {
    /// The list of this version.
    pub fn bundled() -> Self {
        Self::parse(include_str!("differences.json")).expect("the bundled list is checked by a test")
    }

    /// A list of entries in JSON.
    pub fn parse(json: &str) -> serde_json::Result<Self> {
        Ok(Self { entries: serde_json::from_str(json)? })
    }

    /// The reason, if a difference is meant.
    pub fn reason(&self, route: &str, field: &str) -> Option<&str> {
        let entry =
            self.entries.iter().find(|entry| matches(&entry.route, route) && matches(&entry.field, field));
        entry.map(|entry| entry.reason.as_str())
    }
}

/// Whether `text` is `pattern`, in which each `*` stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    for part in between {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: the bundled list. Guarantee: it can be read, and everything in it has a reason.
    #[test]
    fn bundled_list_has_reasons() {
        let list = Documented::bundled();
        assert!(list.entries.iter().all(|entry| entry.reason.len() > 10), "{list:?}");
        assert!(list.reason("GET /api_keys", "body[].Key").is_some());
        assert_eq!(list.reason("GET /api_keys", "status"), None);
    }

    /// Scenario: patterns with and without a star. Guarantee: a star stands for anything, and nothing else does.
    #[test]
    fn stars_stand_for_anything() {
        for (pattern, text, expected) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("*.b", "x.y.b", true),
            ("a*c", "abx", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
