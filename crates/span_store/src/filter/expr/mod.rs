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
//! value      = text in '…' or "…" with \ escapes | number | number unit | true | false | a bare word
//! unit       = of a duration: ns us ms s m h d, also several (`1m30s`); of a whole number: k M G, kB MB GB, KiB MiB GiB
//! ```
//!
//! `duration` is another name of `duration_ms`; without a unit its values are milliseconds. Sizes in bytes (`10KB`) are also read where
//! an attribute is compared by order.
//!
//! Words of the language are read in any case. `contains` ignores case. `!=`, `not` and `not in` are exact opposites:
//! they also match spans that do not have the field.

#[cfg(any(test, feature = "fuzzing"))]
mod canonical;
mod check;
mod error;
pub(crate) mod fields;
mod guess;
mod lex;
mod parse;
mod sql;
#[cfg(test)]
mod tests;
mod tree;
mod units;
mod value;

pub use check::nanos_of_millis;
pub use error::FilterError;
pub use fields::{AttributeOwner, Field, FieldKind, KINDS, PromotedField};
pub use lex::FILTER_BYTES_MAX;
pub use parse::{FILTER_DEPTH_MAX, FILTER_TERMS_MAX};
pub(crate) use sql::{Fragment, Relation, group_value, in_json, literal, named, numeric_value};
pub use value::{Literal, Op};

use tree::Expr;

/// A condition on one span.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanExpr(Expr);

impl SpanExpr {
    /// Reads a filter.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        parse::parse(text).map(Self)
    }

    /// One comparison; the error says why field, operator and value do not go together.
    pub fn compare(field: Field, op: Op, value: Literal) -> Result<Self, String> {
        let value = check::checked(&field, op, value)?;
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

    /// Whether it looks at attributes, which only the archive and the wal have.
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
