//! The differences that are meant, each with its reason: the tables of `docs/legacy-api.md`, which users read, the command
//! `compare` and the contract suite alike.

use std::collections::BTreeSet;

/// The document.
const DOCUMENT: &str = include_str!("../../../../docs/legacy-api.md");

/// A table of the document: what it shows it in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// What recorded answers of the Go server show.
    Recorded,
    /// What only two running servers with data of their own show.
    Running,
}

impl Where {
    fn heading(self) -> &'static str {
        match self {
            Self::Recorded => "Differences",
            Self::Running => "Between two running servers",
        }
    }
}

#[derive(Debug, Clone)]
struct Entry {
    at: Where,
    /// A name of differences, as [`Documented::reason`] takes them, in which `*` stands for any text.
    pattern: String,
    reason: String,
}

/// The list.
#[derive(Debug, Clone, Default)]
pub struct Documented {
    entries: Vec<Entry>,
}

impl Documented {
    /// The list of this version.
    pub fn bundled() -> Self {
        Self::read(DOCUMENT)
    }

    /// The list in a document: tables with the patterns, in backquotes, in their first column and the reason in their last one.
    pub fn read(document: &str) -> Self {
        let mut entries = Vec::new();
        for at in [Where::Recorded, Where::Running] {
            for row in table(document, at.heading()) {
                let (Some(names), Some(reason)) = (row.first(), row.last()) else { continue };
                let patterns = names.split('`').skip(1).step_by(2);
                entries.extend(patterns.map(|pattern| Entry {
                    at,
                    pattern: pattern.to_owned(),
                    reason: reason.clone(),
                }));
            }
        }
        Self { entries }
    }

    /// Why a difference is meant, if it is. Its name is the route, what is special about the request in brackets, a colon, and the
    /// field: `POST /users (bad JSON):body.message`, `GET /users:status`.
    pub fn reason(&self, name: &str) -> Option<&str> {
        self.entries.iter().find(|entry| matches(&entry.pattern, name)).map(|entry| entry.reason.as_str())
    }

    /// Patterns of a table that stand for none of `names`.
    pub fn stale(&self, at: Where, names: &BTreeSet<String>) -> Vec<&str> {
        let is_stale =
            |entry: &&Entry| entry.at == at && !names.iter().any(|name| matches(&entry.pattern, name));
        self.entries.iter().filter(is_stale).map(|entry| entry.pattern.as_str()).collect()
    }
}

/// The rows of the table below a heading of any level, cell by cell.
pub fn table(document: &str, heading: &str) -> Vec<Vec<String>> {
    let is_heading = |line: &&str| line.starts_with('#');
    let lines = document
        .lines()
        .skip_while(|line| !is_heading(line) || line.trim_start_matches('#').trim() != heading);
    let rows = lines.skip(1).take_while(|line| !is_heading(line)).filter(|line| line.starts_with('|'));
    let cells = |row: &str| -> Vec<String> {
        row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()
    };
    rows.skip(2).map(cells).collect()
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

    /// Scenario: the bundled list. Guarantee: both tables are found, every row has three cells, and a reason.
    #[test]
    fn bundled_list_has_reasons() {
        for at in [Where::Recorded, Where::Running] {
            let rows = table(DOCUMENT, at.heading());
            assert!(rows.len() > 5, "{at:?}");
            for row in rows {
                assert!(row.len() == 3 && row[2].len() > 10, "{row:?}");
            }
        }
        let list = Documented::bundled();
        assert!(list.reason("GET /api_keys:body[].Key").is_some());
        assert_eq!(list.reason("GET /api_keys:status"), None);
        assert_eq!(list.reason("GET /otel/service/:service/root-spans:body.missing"), None);
    }

    /// Scenario: a list with patterns that were met and others. Guarantee: the others are stale, each in its table.
    #[test]
    fn what_was_not_met_is_stale() {
        let list = Documented::read(
            "# D\n## Differences\n| a | b |\n|---|---|\n| `x:*` `y:b` | c |\n### Between two running servers\n| a | b |\n|---|---|\n| `z:` | d |\n",
        );
        let met = BTreeSet::from(["x:status".to_owned()]);
        assert_eq!(list.stale(Where::Recorded, &met), ["y:b"]);
        assert_eq!(list.stale(Where::Running, &met), ["z:"]);
        assert_eq!(list.reason("z:"), Some("d"));
    }

    /// Scenario: patterns with and without a star. Guarantee: a star stands for anything, and nothing else does.
    #[test]
    fn stars_stand_for_anything() {
        for (pattern, text, expected) in [
            ("a:b", "a:b", true),
            ("a:b", "a:bc", false),
            ("*.b", "x.y.b", true),
            ("*.x", "body[].y", false),
            ("a*c*e", "abcde", true),
            ("a*c*e", "abde", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
