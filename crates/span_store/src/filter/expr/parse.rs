//! Tokens of a filter into an expression, with a limit on terms and nesting.

use super::check::checked;
use super::error::{FilterError, error};
use super::fields::Field;
use super::guess::unknown_field;
use super::lex::{Token, TokenKind, tokens};
use super::tree::Expr;
use super::value::{Literal, Op};

/// Conditions in one filter: each costs every row that the time range leaves.
pub const FILTER_TERMS_MAX: usize = 64;
/// Nesting of parentheses and `not`.
pub const FILTER_DEPTH_MAX: usize = 16;

pub(super) fn parse(text: &str) -> Result<Expr, FilterError> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, terms: 0 };
    let expr = parser.any(0)?;
    match parser.peek().kind {
        TokenKind::End => Ok(expr),
        _ => Err(parser.unexpected("and, or, or the end")),
    }
}

struct Parser {
    /// Ends with [`TokenKind::End`], which is never consumed.
    tokens: Vec<Token>,
    at: usize,
    terms: usize,
}

impl Parser {
    fn any(&mut self, depth: usize) -> Result<Expr, FilterError> {
        let mut parts = vec![self.all(depth)?];
        while self.accept_word("or") {
            parts.push(self.all(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expr::Any(parts) })
    }

    fn all(&mut self, depth: usize) -> Result<Expr, FilterError> {
        let mut parts = vec![self.not(depth)?];
        while self.accept_word("and") {
            parts.push(self.not(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expr::All(parts) })
    }

    fn not(&mut self, depth: usize) -> Result<Expr, FilterError> {
        if depth > FILTER_DEPTH_MAX {
            let message = format!("the filter nests deeper than {FILTER_DEPTH_MAX}");
            return Err(error(self.peek().place, message));
        }
        if self.accept_word("not") {
            return Ok(Expr::Not(Box::new(self.not(depth + 1)?)));
        }
        if self.accept(&TokenKind::Open) {
            let inner = self.any(depth + 1)?;
            self.expect(&TokenKind::Close, ")")?;
            return Ok(inner);
        }
        self.term()
    }

    fn term(&mut self) -> Result<Expr, FilterError> {
        self.terms += 1;
        if self.terms > FILTER_TERMS_MAX {
            let message = format!("the filter has more than {FILTER_TERMS_MAX} conditions");
            return Err(error(self.peek().place, message));
        }
        if self.accept_word("exists") {
            self.expect(&TokenKind::Open, "( after exists")?;
            let field = self.field()?;
            self.expect(&TokenKind::Close, ")")?;
            return Ok(Expr::Exists(field));
        }
        let field = self.field()?;
        if self.accept_word("exists") {
            return Ok(Expr::Exists(field));
        }
        if self.accept_word("not") {
            return if self.accept_word("in") {
                Ok(Expr::Not(Box::new(self.one_of(field)?)))
            } else {
                Err(self.unexpected("in"))
            };
        }
        if self.accept_word("in") {
            return self.one_of(field);
        }
        let op = self.op()?;
        let value = self.value(&field, op)?;
        Ok(Expr::Compare { field, op, value })
    }

    fn one_of(&mut self, field: Field) -> Result<Expr, FilterError> {
        self.expect(&TokenKind::Open, "( after in")?;
        let mut values = vec![self.value(&field, Op::Equal)?];
        while self.accept(&TokenKind::Comma) {
            self.terms += 1;
            if self.terms > FILTER_TERMS_MAX {
                let message = format!("the filter has more than {FILTER_TERMS_MAX} values");
                return Err(error(self.peek().place, message));
            }
            values.push(self.value(&field, Op::Equal)?);
        }
        self.expect(&TokenKind::Close, ")")?;
        Ok(Expr::OneOf { field, values })
    }

    fn field(&mut self) -> Result<Field, FilterError> {
        let token = self.peek().clone();
        let (TokenKind::Word(name) | TokenKind::QuotedField(name)) = token.kind else {
            return Err(self.unexpected("a field"));
        };
        let field = Field::named(&name).ok_or_else(|| unknown_field(&name, token.place))?;
        self.at += 1;
        Ok(field)
    }

    fn op(&mut self) -> Result<Op, FilterError> {
        if self.accept_word("contains") {
            return Ok(Op::Contains);
        }
        let TokenKind::Operator(spelling) = self.peek().kind else {
            return Err(self.unexpected("=, !=, <, <=, >, >=, contains, in or exists"));
        };
        self.at += 1;
        Ok(match spelling {
            "=" => Op::Equal,
            "!=" => Op::NotEqual,
            "<" => Op::Less,
            "<=" => Op::LessOrEqual,
            ">" => Op::Greater,
            _ => Op::GreaterOrEqual,
        })
    }

    fn value(&mut self, field: &Field, op: Op) -> Result<Literal, FilterError> {
        let token = self.peek().clone();
        let literal = match token.kind {
            TokenKind::Text(text) => Literal::Text(text),
            TokenKind::Word(word) if field.wants_text() => Literal::Text(word),
            TokenKind::Word(word) => literal_of(word),
            _ => return Err(self.unexpected("a value")),
        };
        self.at += 1;
        checked(field, op, literal).map_err(|message| error(token.place, message))
    }

    fn peek(&self) -> &Token {
        // the last token is the end, which nothing accepts
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    fn accept(&mut self, kind: &TokenKind) -> bool {
        let is_it = self.peek().kind == *kind;
        self.at += usize::from(is_it);
        is_it
    }

    fn accept_word(&mut self, keyword: &str) -> bool {
        let is_it = matches!(&self.peek().kind, TokenKind::Word(word) if word.eq_ignore_ascii_case(keyword));
        self.at += usize::from(is_it);
        is_it
    }

    fn expect(&mut self, kind: &TokenKind, shown: &str) -> Result<(), FilterError> {
        if self.accept(kind) { Ok(()) } else { Err(self.unexpected(shown)) }
    }

    fn unexpected(&self, expected: &str) -> FilterError {
        let token = self.peek();
        let found = match &token.kind {
            TokenKind::Word(text) | TokenKind::QuotedField(text) => format!("{text:?}"),
            TokenKind::Text(text) => format!("the text {text:?}"),
            TokenKind::Operator(text) => format!("{text:?}"),
            TokenKind::Open => "\"(\"".to_owned(),
            TokenKind::Close => "\")\"".to_owned(),
            TokenKind::Comma => "\",\"".to_owned(),
            TokenKind::End => "the end".to_owned(),
        };
        error(token.place, format!("expected {expected}, found {found}"))
    }
}

/// A bare word as the narrowest value that it spells.
fn literal_of(word: String) -> Literal {
    match word.as_str() {
        "true" => Literal::Bool(true),
        "false" => Literal::Bool(false),
        _ => {
            if let Ok(number) = word.parse() {
                return Literal::Int(number);
            }
            let is_number = word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
            match word.parse::<f64>() {
                Ok(number) if is_number && number.is_finite() => Literal::Float(number),
                _ => Literal::Text(word),
            }
        }
    }
}
