//! The filter language for spans: what `filter=` of the API means. It knows no request and runs no query.
//!
//! ```text
//! filter     = or
//! or         = and { "or" and }
//! and        = not { "and" not }
//! not        = "not" not | "(" or ")" | term
//! term       = field op value | field "contains" value | field ["not"] "in" "(" value { "," value } ")"
//!            | field "exists" | "exists" "(" field ")"
//! op         = "=" | "!=" | "<" | "<=" | ">" | ">="
//! field      = a promoted field (`fields.rs`) | "attributes." key | "resource." key
//! key        = letters, digits and _ . - : / @ $, or a quoted text
//! value      = text in '…' or "…" with \ escapes | number | true | false | a bare word
//! ```
//!
//! Words of the language are read in any case. `contains` ignores case. `!=`, `not` and `not in` are exact opposites:
//! they also match spans that do not have the field.

#[cfg(any(test, feature = "fuzzing"))]
mod canonical;
pub(crate) mod fields;
mod lex;
mod parse;
mod sql;
#[cfg(test)]
mod tests;

pub use fields::{AttributeOwner, Field, FieldKind, KINDS, PromotedField, nanos_of_millis};
pub(crate) use sql::{Fragment, Relation, group_value, in_json, literal, named, numeric_value};

/// Longest filter that is read, in bytes; people write far shorter ones.
pub const FILTER_BYTES_MAX: usize = 4096;
/// Conditions in one filter: each costs every row that the time range leaves.
pub const FILTER_TERMS_MAX: usize = 64;
/// Nesting of parentheses and `not`.
pub const FILTER_DEPTH_MAX: usize = 16;

/// A condition on one span.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanExpr(Expr);

#[derive(Debug, Clone, PartialEq)]
enum Expr {
    All(Vec<Expr>),
    Any(Vec<Expr>),
    Not(Box<Expr>),
    Compare { field: Field, op: Op, value: Literal },
    OneOf { field: Field, values: Vec<Literal> },
    Exists(Field),
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `=`
    Equal,
    /// `!=`: the opposite of `=`, so also true without the field.
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// The text is part of the field's, in any case.
    Contains,
}

/// A value in a filter.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// A text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// Another number, finite.
    Float(f64),
    /// A truth value.
    Bool(bool),
}

/// Why a filter cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at position {position})")]
pub struct FilterError {
    /// Where, in characters from 1.
    pub position: usize,
    /// What is wrong and what was expected.
    pub message: String,
}

impl SpanExpr {
    /// Reads a filter.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        parse::parse(text).map(Self)
    }

    /// One comparison; the error says why field, operator and value do not go together.
    pub fn compare(field: Field, op: Op, value: Literal) -> Result<Self, String> {
        let value = fields::checked(&field, op, value)?;
        Ok(Self(Expr::Compare { field, op, value }))
    }

    /// True where the span has the field.
    pub fn exists(field: Field) -> Self {
        Self(Expr::Exists(field))
    }

    /// True where all of `parts` are.
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut parts: Vec<Expr> = parts.into_iter().map(|part| part.0).collect();
        if parts.len() > 1 { Some(Self(Expr::All(parts))) } else { parts.pop().map(Self) }
    }

    /// Whether it looks at attributes, which only the archive and the log have.
    pub fn needs_payload(&self) -> bool {
        self.0.any_field(&|field| matches!(field, Field::Attribute { .. }))
    }

    /// Whether it looks at fields that log records may fill: whole spans have them as the span itself said.
    pub(crate) fn reads_hints(&self) -> bool {
        self.0.any_field(&|field| matches!(field, Field::Promoted(field) if field.is_hinted))
    }

    /// The condition as SQL for one of the two relations of spans.
    pub(crate) fn to_sql(&self, relation: Relation) -> Fragment {
        sql::condition(&self.0, relation)
    }
}

impl Expr {
    fn any_field(&self, test: &dyn Fn(&Field) -> bool) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(|part| part.any_field(test)),
            Self::Not(part) => part.any_field(test),
            Self::Compare { field, .. } | Self::OneOf { field, .. } | Self::Exists(field) => test(field),
        }
    }
}
