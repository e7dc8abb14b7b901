//! Text of a filter into tokens with their positions.

use super::error::{FilterError, error};

/// Longest filter that is read, in bytes; people write far shorter ones.
pub const FILTER_BYTES_MAX: usize = 4096;

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    /// Where it starts, in characters from 1, and how many it has.
    pub(super) place: (usize, usize),
    pub(super) kind: TokenKind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    /// A bare word: keyword, field, number or value.
    Word(String),
    /// A field prefix followed by a quoted key: `attributes."a key"`.
    QuotedField(String),
    /// A quoted text.
    Text(String),
    /// `=`, `!=`, `<`, …
    Operator(&'static str),
    Open,
    Close,
    Comma,
    End,
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, FilterError> {
    if text.len() > FILTER_BYTES_MAX {
        let message = format!("the filter is longer than {FILTER_BYTES_MAX} bytes");
        return Err(error((1, text.chars().count()), message));
    }
    let mut lexer = Lexer { chars: text.chars().collect(), at: 0 };
    let mut found = Vec::new();
    loop {
        let token = lexer.next()?;
        let is_end = token.kind == TokenKind::End;
        found.push(token);
        if is_end {
            return Ok(found);
        }
    }
}

/// Names of fields with commas between them. A key that begins with a quote is read as in filters, so that it may hold a
/// comma; of any other everything up to the next comma belongs to it. Empty names are passed over.
pub(super) fn names(text: &str) -> Result<Vec<String>, FilterError> {
    let mut lexer = Lexer { chars: text.chars().collect(), at: 0 };
    let mut names = Vec::new();
    while let Some(first) = lexer.peek() {
        if first.is_whitespace() || first == ',' {
            lexer.at += 1;
            continue;
        }
        let mut name = String::new();
        while let Some(c) = lexer.peek().filter(|c| *c != ',') {
            if matches!(c, '"' | '\'') && matches!(name.as_str(), "attributes." | "resource.") {
                name.push_str(&lexer.quoted(c)?);
                lexer.skip_blanks();
                if lexer.peek().is_some_and(|c| c != ',') {
                    return Err(error((lexer.at + 1, 1), "a comma comes behind a quoted key".to_owned()));
                }
                names.push(std::mem::take(&mut name));
            } else {
                name.push(c);
                lexer.at += 1;
            }
        }
        if !name.is_empty() {
            names.push(name.trim_end().to_owned());
        }
    }
    Ok(names)
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
}

impl Lexer {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn next(&mut self) -> Result<Token, FilterError> {
        self.skip_blanks();
        let position = self.at + 1;
        let Some(first) = self.peek() else {
            return Ok(Token { place: (position, 0), kind: TokenKind::End });
        };
        let kind = match first {
            '(' => self.single(TokenKind::Open),
            ')' => self.single(TokenKind::Close),
            ',' => self.single(TokenKind::Comma),
            '"' | '\'' => TokenKind::Text(self.quoted(first)?),
            '=' | '!' | '<' | '>' => TokenKind::Operator(self.operator()?),
            other if is_word(other) => self.word()?,
            other => return Err(error((position, 1), format!("{other:?} is not expected here"))),
        };
        Ok(Token { place: (position, self.at + 1 - position), kind })
    }

    fn single(&mut self, kind: TokenKind) -> TokenKind {
        self.at += 1;
        kind
    }

    fn operator(&mut self) -> Result<&'static str, FilterError> {
        const OPERATORS: [(&str, &str); 8] = [
            ("==", "="),
            ("!=", "!="),
            ("<=", "<="),
            (">=", ">="),
            ("<>", "!="),
            ("=", "="),
            ("<", "<"),
            (">", ">"),
        ];
        for (spelling, operator) in OPERATORS {
            if self.chars[self.at..].iter().copied().take(spelling.len()).eq(spelling.chars()) {
                self.at += spelling.len();
                return Ok(operator);
            }
        }
        Err(error((self.at + 1, 1), "use =, !=, <, <=, > or >=".to_owned()))
    }

    fn word(&mut self) -> Result<TokenKind, FilterError> {
        let start = self.at;
        while self.peek().is_some_and(is_word) {
            self.at += 1;
        }
        let mut word: String = self.chars[start..self.at].iter().collect();
        match self.peek() {
            Some(quote @ ('"' | '\'')) if word.ends_with('.') => {
                word.push_str(&self.quoted(quote)?);
                Ok(TokenKind::QuotedField(word))
            }
            _ => Ok(TokenKind::Word(word)),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<String, FilterError> {
        let start = self.at + 1;
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(c) = self.peek() else {
                return Err(error((start, self.at + 1 - start), "this text has no closing quote".to_owned()));
            };
            self.at += 1;
            match c {
                c if c == quote => return Ok(text),
                '\0' => return Err(error((self.at, 1), "a text cannot hold a zero character".to_owned())),
                '\\' => text.push(self.escaped()?),
                c => text.push(c),
            }
        }
    }

    fn escaped(&mut self) -> Result<char, FilterError> {
        let c = self.peek();
        self.at += 1;
        match c {
            Some('n') => Ok('\n'),
            Some('r') => Ok('\r'),
            Some('t') => Ok('\t'),
            Some(c @ ('\\' | '"' | '\'')) => Ok(c),
            _ => Err(error((self.at, 1), r#"after \ comes one of n r t \ " '"#.to_owned())),
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '+' | ':' | '/' | '@' | '$')
}
