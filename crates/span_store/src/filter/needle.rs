//! Texts that are looked for where clients keep JSON inside of JSON texts: prompts, answers and tool arguments are mostly
//! sent so. There a quote stands behind backslashes, one more at each level, and many writers spell what is not ASCII as
//! `\uXXXX`. An ordinary text is spelled the same everywhere, and is not looked for twice.

/// Backslashes that are asked for in a row; more are found all the same.
const BACKSLASHES_MAX: usize = 500;
/// Longest text, in characters, that is also looked for as JSON spells it.
const CHARS_MAX: usize = 2_000;

/// A text with the ways to spell it inside of JSON, in lower case.
#[derive(Debug, PartialEq)]
pub(crate) struct JsonNeedle(Vec<Item>);

/// One character, behind backslashes that belong to the text.
#[derive(Debug, PartialEq)]
struct Item {
    /// Backslashes before it, at least.
    backslashes: usize,
    /// Spellings as it is.
    raw: Vec<char>,
    /// Spellings behind one more backslash, the parts of each behind one too.
    escaped: Vec<Vec<String>>,
}

impl JsonNeedle {
    /// `None` for a text that JSON spells as it is, and for a very long one.
    pub(crate) fn new(text: &str) -> Option<Self> {
        if text.chars().all(|c| is_plain(c) && c != '\\') || text.chars().nth(CHARS_MAX).is_some() {
            return None;
        }
        let (mut items, mut backslashes) = (Vec::new(), 0);
        for c in text.chars() {
            if c == '\\' {
                backslashes = (backslashes + 2).min(BACKSLASHES_MAX);
            } else {
                items.push(Item::new(std::mem::take(&mut backslashes), c));
            }
        }
        if backslashes > 0 {
            items.push(Item { backslashes, raw: Vec::new(), escaped: Vec::new() });
        }
        Some(Self(items))
    }

    /// A regular expression for texts in lower case. It means the same to DuckDB's as [`Self::is_in`] does.
    pub(crate) fn pattern(&self) -> String {
        self.0.iter().map(Item::pattern).collect()
    }

    /// Whether `text`, in lower case, holds it.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        text.char_indices().any(|(at, _)| {
            let rest = self.0.iter().try_fold(&text[at..], |rest, item| item.strip(rest));
            rest.is_some()
        })
    }
}

impl Item {
    fn new(backslashes: usize, c: char) -> Self {
        let short = match c {
            '"' => Some("\""),
            '\n' => Some("n"),
            '\r' => Some("r"),
            '\t' => Some("t"),
            '\u{8}' => Some("b"),
            '\u{c}' => Some("f"),
            _ => None,
        };
        let mut cases = vec![c];
        for other in [single(c.to_lowercase()), single(c.to_uppercase())].into_iter().flatten() {
            if !cases.contains(&other) {
                cases.push(other);
            }
        }
        if is_plain(c) {
            return Self { backslashes, raw: vec![c.to_ascii_lowercase()], escaped: Vec::new() };
        }
        let mut escaped: Vec<Vec<String>> = short.map(|short| vec![short.to_owned()]).into_iter().collect();
        if c != '"' {
            escaped.extend(cases.iter().map(|case| {
                case.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("u{unit:04x}")).collect()
            }));
        }
        let raw = if c.is_ascii() { Vec::new() } else { cases };
        Self { backslashes, raw, escaped }
    }

    fn pattern(&self) -> String {
        let mut ways: Vec<String> = Vec::new();
        let raw: String = self.raw.iter().map(|c| literal(*c)).collect();
        match (self.raw.len(), self.escaped.is_empty()) {
            (0, true) => ways.push(run(self.backslashes)),
            (0, false) => {}
            (1, _) => ways.push(run(self.backslashes) + &raw),
            _ => ways.push(format!("{}[{raw}]", run(self.backslashes))),
        }
        for parts in &self.escaped {
            let parts = parts
                .iter()
                .enumerate()
                .map(|(index, part)| run(if index == 0 { self.backslashes + 1 } else { 1 }) + part);
            ways.push(parts.collect());
        }
        if ways.len() == 1 { ways.remove(0) } else { format!("(?:{})", ways.join("|")) }
    }

    /// What follows behind the item at the start of `text`.
    fn strip<'t>(&self, text: &'t str) -> Option<&'t str> {
        let behind = text.trim_start_matches('\\');
        let found = text.len() - behind.len();
        if found >= self.backslashes && (found == 0 || self.backslashes > 0) {
            if self.raw.is_empty() && self.escaped.is_empty() {
                return Some(behind);
            }
            if let Some(rest) = self.raw.iter().find_map(|c| behind.strip_prefix(*c)) {
                return Some(rest);
            }
        }
        if found <= self.backslashes {
            return None;
        }
        self.escaped.iter().find_map(|parts| {
            let (first, others) = parts.split_first()?;
            others.iter().try_fold(behind.strip_prefix(first.as_str())?, |rest, part| {
                let behind = rest.trim_start_matches('\\');
                behind.strip_prefix(part.as_str()).filter(|_| behind.len() < rest.len())
            })
        })
    }
}

/// Whether JSON spells it as it is, in whatever way.
fn is_plain(c: char) -> bool {
    (' '..='\x7f').contains(&c) && c != '"'
}

/// The one character that a change of case leads to.
fn single(mut chars: impl Iterator<Item = char>) -> Option<char> {
    chars.next().filter(|_| chars.next().is_none())
}

/// At least `count` backslashes.
fn run(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => r"\\+".to_owned(),
        count => format!(r"\\{{{count},}}"),
    }
}

fn literal(c: char) -> String {
    if c.is_ascii_punctuation() && c != '_' { format!(r"\{c}") } else { c.to_string() }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use duckdb::Connection;
    use proptest::prelude::*;

    use super::*;

    /// Texts as clients write them into JSON, several times over, by two kinds of writers.
    fn nested(text: &str, writers: &[bool]) -> String {
        writers.iter().fold(text.to_owned(), |text, escapes_unicode| {
            let json = serde_json::Value::from(text.as_str()).to_string();
            let json = json[1..json.len() - 1].to_owned();
            if !escapes_unicode {
                return json;
            }
            let mut units = [0; 2];
            let mut escaped = String::new();
            for c in json.chars() {
                if c.is_ascii() {
                    escaped.push(c);
                } else {
                    for unit in c.encode_utf16(&mut units) {
                        write!(escaped, r"\u{unit:04x}").unwrap();
                    }
                }
            }
            escaped
        })
    }

    fn is_found(connection: &Connection, needle: &str, text: &str) -> [bool; 2] {
        let needle = JsonNeedle::new(needle).unwrap();
        let sql = format!("SELECT regexp_matches(lower(?), '{}')", needle.pattern().replace('\'', "''"));
        let found = connection.query_row(&sql, [text], |row| row.get(0)).unwrap();
        [found, needle.is_in(&text.to_lowercase())]
    }

    /// Scenario: quotes, line breaks, umlauts, Chinese and emoji in other case, up to three levels of JSON deep. Guarantee: found
    /// by DuckDB and by us; a text that is not there is not.
    #[test]
    fn needle_is_found_at_each_level() {
        let connection = Connection::open_in_memory().unwrap();
        let text = "Grüße an Herrn Müller: sag \"Hallo\"\nzweite Zeile 你好 🚀 C:\\new\\";
        for writers in [
            &[false][..],
            &[false, false],
            &[true, false],
            &[true, true, false],
            &[false, true, false],
            &[false, false, false],
            &[true, false, false],
        ] {
            let stored = nested(text, writers);
            for needle in
                ["Müller", "MÜLLER", "\"hallo\"", "sag \"Hallo\"\nZweite", "你好", "🚀 c:\\NEW", "GRÜSSE"]
            {
                let expected = needle != "GRÜSSE";
                assert_eq!(is_found(&connection, needle, &stored), [expected; 2], "{needle} in {stored}");
            }
        }
        assert_eq!(is_found(&connection, "\"hallo\"", r#"{"x":"hallo"}"#), [false; 2]);
        assert_eq!(is_found(&connection, &"\\".repeat(600), &"\\".repeat(499)), [false; 2]);
        assert_eq!(is_found(&connection, "ÜBER", r"\\u00fcber"), [true; 2]);
    }

    /// Scenario: what people mostly look for, and too much of it. Guarantee: it is looked for as it is, and nothing is added.
    #[test]
    fn plain_texts_have_no_other_spelling() {
        for text in ["", "gpt-4o", "GET /chat?x=[1]&y={2}", "it's 100 % (plain)", &"ü".repeat(CHARS_MAX + 1)]
        {
            assert_eq!(JsonNeedle::new(text), None, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

        /// Scenario: any text inside any JSON. Guarantee: DuckDB takes the pattern, and it is found as a part of itself, by us
        /// as well.
        #[test]
        fn any_text_is_found(
            before in "[a-z :]{0,3}", text in ".{1,12}", after in "[a-z :]{0,3}",
            writers in proptest::collection::vec(any::<bool>(), 1..3),
        ) {
            prop_assume!(JsonNeedle::new(&text).is_some());
            let connection = Connection::open_in_memory().unwrap();
            // what the store writes itself keeps what is not ASCII
            let writers: Vec<bool> = writers.into_iter().chain([false]).collect();
            let stored = nested(&format!("{before}{text}{after}"), &writers);
            let needle = JsonNeedle::new(&text).unwrap();
            prop_assert!(needle.is_in(&stored.to_lowercase()), "{} in {}", needle.pattern(), stored);
            prop_assert_eq!(is_found(&connection, &text, &stored), [true, true]);
        }
    }
}
