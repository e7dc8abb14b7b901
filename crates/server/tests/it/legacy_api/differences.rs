//! The documented differences: the table of that name in `docs/legacy-api.md`. Its first column names what a difference is called
//! in `compare.rs`, with `*` for anything; the last one has the reason.

use std::collections::BTreeSet;
use std::path::Path;

/// The document.
pub(super) fn document() -> String {
    let path = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../../docs/legacy-api.md");
    std::fs::read_to_string(path).unwrap()
}

/// The rows below the heading `heading`, cell by cell.
pub(super) fn table(document: &str, heading: &str) -> Vec<Vec<String>> {
    let section = document.split(&format!("## {heading}\n")).nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    rows.map(|row| row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// What may differ from the recorded answers.
pub(super) struct Documented {
    /// Patterns, one row's after the other's.
    patterns: Vec<String>,
}

impl Documented {
    pub(super) fn read() -> Self {
        let rows = table(&document(), "Differences");
        assert!(
            rows.iter().all(|row| row.len() == 3 && !row[2].is_empty()),
            "each difference has its reason"
        );
        let patterns = rows
            .iter()
            .flat_map(|row| row[0].split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>());
        Self { patterns: patterns.collect() }
    }

    /// Every difference is documented, and every documented one was found.
    pub(super) fn check(&self, found: &BTreeSet<String>) {
        let is_documented = |name: &String| self.patterns.iter().any(|pattern| matches(pattern, name));
        let unknown: Vec<&String> = found.iter().filter(|name| !is_documented(name)).collect();
        assert!(unknown.is_empty(), "not in the list of differences:\n{unknown:#?}");
        let is_found = |pattern: &&String| found.iter().any(|name| matches(pattern, name));
        let stale: Vec<&String> = self.patterns.iter().filter(|pattern| !is_found(pattern)).collect();
        assert!(stale.is_empty(), "no difference of this kind any more:\n{stale:#?}");
    }
}

/// Whether `name` is `pattern`, in which each `*` stands for any text.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    for part in between {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// Scenario: patterns with and without a star. Guarantee: a star stands for anything, and nothing else does.
#[test]
fn stars_stand_for_anything() {
    for (pattern, name, expected) in [
        ("a:b", "a:b", true),
        ("a:b", "a:bc", false),
        ("*:b", "group/id:b", true),
        ("a*c*e", "abcde", true),
        ("a*c*e", "abde", false),
        ("*.x", "body[].y", false),
    ] {
        assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
    }
}
