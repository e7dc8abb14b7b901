//! The kind of a failure: what many failed spans have in common, so that they can be counted together. Pure.
//!
//! | part | what it is |
//! |---|---|
//! | type | class of the exception, or `error.type` |
//! | message | that of the exception, else of the status, with texts, numbers, ids and addresses replaced |
//! | place | service, name of the span (likewise), and the topmost stack frame that is the application's own, without its line |
//!
//! The fingerprint is the FNV-1a hash of the parts; it stays the same between versions as long as [`super::DERIVE_VERSION`] does.

use super::exceptions::EXCEPTION_EVENT;
use crate::otlp::value::Span;
use crate::scalar;

/// Characters of a message that tell failures apart; what follows is context.
const MESSAGE_CHARS_MAX: usize = 200;
/// Bytes of a stack trace that are looked at, from its end that is nearest to the failure.
const STACK_BYTES_MAX: usize = 64 << 10;
/// Folders of code that is not the application's own.
const FOREIGN: [&str; 10] = [
    "site-packages",
    "dist-packages",
    "/lib/python",
    "node_modules",
    "node:",
    "<frozen ",
    "/rustc/",
    "/.cargo/",
    "java.base/",
    "/usr/local/go/",
];

/// One failure.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    message: String,
    fingerprint: u64,
}

impl Failure {
    /// The message, and the fingerprint as 16 hexadecimal digits.
    pub(super) fn parts(self) -> (String, String) {
        (self.message, format!("{:016x}", self.fingerprint))
    }
}

/// What the failed `span` of `service` failed with.
pub(super) fn of(service: &str, error_type: Option<&str>, span: &Span<'_>) -> Failure {
    let exception = span.events.iter().find(|event| event.name == EXCEPTION_EVENT);
    let said = |key: &str| {
        let pairs = &exception?.attributes;
        pairs.iter().rfind(|pair| pair.key == key).and_then(|pair| scalar::str(&pair.value))
    };
    let message = said("exception.message").unwrap_or(&span.status_message);
    let frame = said("exception.stacktrace").and_then(own_frame).unwrap_or_default();
    let message = normalised(message);
    let name = normalised(&span.name);
    let parts = [service, &name, error_type.unwrap_or_default(), &message, &frame];
    Failure { fingerprint: fnv(parts), message }
}

/// 64-bit FNV-1a (draft-eastlake-fnv) over the parts with a zero byte behind each.
fn fnv(parts: [&str; 5]) -> u64 {
    let bytes = parts.into_iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The text in one line with `<url>` for addresses, `<text>` for what is quoted, `<id>` for ids and `<n>` for numbers.
fn normalised(text: &str) -> String {
    let mut found = String::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() && found.chars().count() < MESSAGE_CHARS_MAX {
        let end = word_end(rest);
        let (word, behind) = rest.split_at(end);
        match quoted(rest, found.chars().last()) {
            Some(length) => {
                found.push_str("<text>");
                rest = &rest[length..];
                continue;
            }
            None if word.is_empty() => {
                let letter = rest.chars().next().unwrap_or(' ');
                let is_blank = letter.is_whitespace();
                if !is_blank {
                    found.push(letter);
                } else if !found.ends_with(' ') {
                    found.push(' ');
                }
                rest = &rest[letter.len_utf8()..];
                continue;
            }
            None => {}
        }
        if (word == "http" || word == "https") && behind.starts_with("://") {
            found.push_str("<url>");
            let length =
                rest.find(|c: char| c.is_whitespace() || "\"'<>)]}".contains(c)).unwrap_or(rest.len());
            rest = &rest[length..];
            continue;
        }
        found.push_str(placeholder(word).unwrap_or(word));
        rest = behind;
    }
    let end = found.trim_end().len();
    found.truncate(end);
    found.chars().take(MESSAGE_CHARS_MAX).collect()
}

/// Where the letters, digits and joints of the first word end.
fn word_end(text: &str) -> usize {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.find(|c| !is_part(c)).unwrap_or(text.len())
}

/// The length of a quoted text at the start. An apostrophe behind a letter quotes nothing.
fn quoted(text: &str, before: Option<char>) -> Option<usize> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    if quote == '\'' && before.is_some_and(char::is_alphanumeric) {
        return None;
    }
    text[1..].find(quote).map(|length| length + 2)
}

/// What stands for a word that differs from failure to failure.
fn placeholder(word: &str) -> Option<&'static str> {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    if digits == 0 {
        return None;
    }
    let bare: String = word.chars().filter(|c| *c != '-').collect();
    let hex = bare.strip_prefix("0x").unwrap_or(&bare);
    if bare.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some("<n>");
    }
    let is_hex = hex.len() >= 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    // words of many digits and letters are ids of some vendor; "gpt-4o" and "utf8" are names
    let is_id = bare.len() >= 12 && digits >= 4;
    if is_hex || is_id {
        return Some("<id>");
    }
    // a number with its unit
    let unit = bare.trim_start_matches(|c: char| c.is_ascii_digit());
    (unit.len() <= 2 && word.starts_with(|c: char| c.is_ascii_digit())).then_some("<n>")
}

/// The frame nearest to the failure that is the application's own, else the nearest one, without line and column.
fn own_frame(stack: &str) -> Option<String> {
    let is_python = stack.contains("Traceback (most recent call last)") || stack.contains("\n  File \"");
    let from = if is_python { stack.len().saturating_sub(STACK_BYTES_MAX) } else { 0 };
    let from = (from..=stack.len()).find(|at| stack.is_char_boundary(*at))?;
    let part = &stack[from..];
    let end = (0..=part.len().min(STACK_BYTES_MAX)).rev().find(|at| part.is_char_boundary(*at))?;
    let mut frames: Vec<&str> = part[..end].lines().map(str::trim).filter(|line| is_frame(line)).collect();
    if is_python {
        frames.reverse();
    }
    let own = frames.iter().find(|frame| !FOREIGN.iter().any(|folder| frame.contains(folder)));
    own.or(frames.first()).map(|frame| without_lines(frame))
}

fn is_frame(line: &str) -> bool {
    line.starts_with("at ") || line.starts_with("File \"")
}

fn without_lines(frame: &str) -> String {
    frame.chars().filter(|c| !c.is_ascii_digit()).take(MESSAGE_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: messages that differ in numbers, ids, texts and addresses. Guarantee: they read the same, and names stay.
    #[test]
    fn normalised_leaves_what_failures_have_in_common() {
        for (text, kind) in [
            ("timeout after 30s (attempt 3 of 5)", "timeout after <n> (attempt <n> of <n>)"),
            ("no order 'A-17' for user \"bob\"", "no order <text> for user <text>"),
            ("GET https://api.example.com/v1/x?id=7 failed: 503", "GET <url> failed: <n>"),
            ("request req_011CQabc9z8Y7 was refused", "request <id> was refused"),
            ("9f8b7c6d-1234-4abc-9def-001122334455 is gone", "<id> is gone"),
            ("object at 0x7f3a2b1c00 died", "object at <id> died"),
            ("the model gpt-4o doesn't exist, can't go on", "the model gpt-4o doesn't exist, can't go on"),
            ("  two\n lines\t here ", "two lines here"),
            ("é'\u{fc}' 1", "é'\u{fc}' <n>"),
            ("", ""),
        ] {
            assert_eq!(normalised(text), kind);
        }
        assert_eq!(normalised(&"wort ".repeat(1_000)).chars().count(), MESSAGE_CHARS_MAX - 1);
    }

    /// Scenario: stack traces of Python, JavaScript and Java with frames of libraries nearest to the failure. Guarantee: the
    /// application's own frame, whatever its line.
    #[test]
    fn own_frame_is_the_applications() {
        let python = |line: u8| {
            format!(
                "Traceback (most recent call last):\n  File \"/app/main.py\", line 3, in <module>\n    run()\n  \
                 File \"/app/shop.py\", line {line}, in pay\n    post()\n  File \"/x/site-packages/httpx/_client.py\", line 9, in post\n"
            )
        };
        let frame = own_frame(&python(10)).unwrap();
        assert!(frame.contains("/app/shop.py") && frame.ends_with("in pay"), "{frame}");
        assert_eq!(Some(frame), own_frame(&python(99)));
        let script = "Error: x\n    at post (/a/node_modules/u/i.js:1:2)\n    at pay (/a/src/shop.ts:10:3)";
        assert_eq!(own_frame(script).as_deref(), Some("at pay (/a/src/shop.ts::)"));
        let java = "E: x\n\tat java.base/java.net.Http.get(Http.java:1)\n\tat shop.Pay.run(Pay.java:20)";
        assert_eq!(own_frame(java).as_deref(), Some("at shop.Pay.run(Pay.java:)"));
        assert_eq!(own_frame("no frames"), None);
    }
}
