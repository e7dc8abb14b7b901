//! A filter as the tree of its conditions. Neither text nor SQL is known here.

use super::fields::Field;
use super::value::{Literal, Op};

/// One condition, or several that belong together.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    All(Vec<Expr>),
    Any(Vec<Expr>),
    Not(Box<Expr>),
    Compare { field: Field, op: Op, value: Literal },
    OneOf { field: Field, values: Vec<Literal> },
    Exists(Field),
}

impl Expr {
    /// Whether `test` is true of a field that is named anywhere in it.
    pub(super) fn any_field(&self, test: &dyn Fn(&Field) -> bool) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(|part| part.any_field(test)),
            Self::Not(part) => part.any_field(test),
            Self::Compare { field, .. } | Self::OneOf { field, .. } | Self::Exists(field) => test(field),
        }
    }
}
