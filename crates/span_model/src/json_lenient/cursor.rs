//! A place in a text, and whether the text ended too early. Knows bytes and blanks, not JSON.

/// Longest note that a client leaves where it cut a text, such as `... (truncated 12345 characters)`.
const CUT_NOTE_BYTES_MAX: usize = 80;

/// The text holds something that is no JSON.
#[derive(Debug)]
pub(super) struct NotJson;

/// A place in a text.
pub(super) struct Cursor<'t> {
    text: &'t str,
    at: usize,
    /// Where the blanks at the end of the text begin.
    end: usize,
    /// How many values were open where the text ended; `None` while it has not.
    open_levels: Option<usize>,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, end: text.trim_ascii_end().len(), open_levels: None }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// What is left.
    pub(super) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// What is left, without the blanks at the end of the text.
    pub(super) fn rest_trimmed(&self) -> &'t str {
        &self.text[self.at..self.end.max(self.at)]
    }

    /// Goes on by `bytes`, which must end between two characters.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.at += bytes;
    }

    pub(super) fn skip_blanks(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Whether nothing is left, or nothing but a note that the text was cut.
    pub(super) fn is_at_end(&self) -> bool {
        let rest = self.rest_trimmed().trim_ascii_start();
        if rest.is_empty() {
            return true;
        }
        let is_mark = rest.starts_with("...") || rest.starts_with('…');
        let is_note = || {
            let inner = rest.strip_prefix(['[', '(', '<']).unwrap_or_default();
            inner.get(..9).is_some_and(|word| word.eq_ignore_ascii_case("truncated"))
        };
        rest.len() <= CUT_NOTE_BYTES_MAX && (is_mark || is_note())
    }

    /// The text ended here.
    pub(super) fn cut(&mut self) {
        self.open_levels.get_or_insert(0);
    }

    /// One more value was open where the text ended.
    pub(super) fn leave_open(&mut self) {
        self.open_levels = Some(self.open_levels.unwrap_or(0) + 1);
    }

    pub(super) fn is_cut(&self) -> bool {
        self.open_levels.is_some()
    }

    pub(super) fn open_levels(&self) -> usize {
        self.open_levels.unwrap_or(0)
    }
}
