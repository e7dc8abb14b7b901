//! Filters written back as text, and shapes of them, for the fuzz target that compares. Not for programs.

use junjo_span_model::SpanStatus;

use super::SpanExpr;
use super::fields::{AttributeOwner, Field, FieldKind, KINDS};
use super::tree::Expr;
use super::value::{Literal, Op};
use crate::filter::needle::JsonNeedle;

impl SpanExpr {
    /// A text that means the same. Durations are written in nanoseconds, which are exact.
    pub(crate) fn canonical(&self) -> String {
        written(&self.0)
    }

    /// The exact opposite.
    pub(crate) fn negated(&self) -> Self {
        Self(Expr::Not(Box::new(self.0.clone())))
    }

    /// The same with other attribute keys and texts.
    pub(crate) fn reworded(&self) -> Self {
        Self(reworded(&self.0))
    }

    /// Conditions, each value of a list counted.
    pub(crate) fn terms(&self) -> usize {
        terms(&self.0)
    }

    /// Levels of nesting.
    pub(crate) fn depth(&self) -> usize {
        depth(&self.0)
    }
}

fn terms(expr: &Expr) -> usize {
    match expr {
        Expr::All(parts) | Expr::Any(parts) => parts.iter().map(terms).sum(),
        Expr::Not(part) => terms(part),
        Expr::OneOf { values, .. } => values.len(),
        Expr::Compare { .. } | Expr::Exists(_) => 1,
    }
}

fn depth(expr: &Expr) -> usize {
    match expr {
        Expr::All(parts) | Expr::Any(parts) => 1 + parts.iter().map(depth).max().unwrap_or(0),
        Expr::Not(part) => 1 + depth(part),
        Expr::OneOf { .. } | Expr::Compare { .. } | Expr::Exists(_) => 1,
    }
}

fn reworded(expr: &Expr) -> Expr {
    let field = |field: &Field| match field {
        Field::Promoted(field) => Field::Promoted(field),
        Field::Attribute { owner, .. } => Field::Attribute { owner: *owner, key: "k".to_owned() },
    };
    let value = |value: &Literal| match value {
        // what JSON spells in other ways becomes one condition more
        Literal::Text(text) if JsonNeedle::new(text).is_some() => Literal::Text("\"".to_owned()),
        Literal::Text(_) => Literal::Text("t".to_owned()),
        other => other.clone(),
    };
    match expr {
        Expr::All(parts) => Expr::All(parts.iter().map(reworded).collect()),
        Expr::Any(parts) => Expr::Any(parts.iter().map(reworded).collect()),
        Expr::Not(part) => Expr::Not(Box::new(reworded(part))),
        Expr::Compare { field: of, op, value: with } => {
            Expr::Compare { field: field(of), op: *op, value: value(with) }
        }
        Expr::OneOf { field: of, values } => {
            Expr::OneOf { field: field(of), values: values.iter().map(value).collect() }
        }
        Expr::Exists(of) => Expr::Exists(field(of)),
    }
}

/// Without a parenthesis that the expression could not have come from: the text nests no deeper than its source did.
fn written(expr: &Expr) -> String {
    match expr {
        Expr::Any(parts) => joined(parts, " or ", |part| matches!(part, Expr::Any(_))),
        Expr::All(parts) => joined(parts, " and ", |part| matches!(part, Expr::All(_) | Expr::Any(_))),
        Expr::Not(part) => match &**part {
            Expr::OneOf { field, values } => list(field, "not in", values),
            part => format!("not {}", enclosed(part, matches!(part, Expr::All(_) | Expr::Any(_)))),
        },
        Expr::OneOf { field, values } => list(field, "in", values),
        Expr::Exists(field) => format!("{} exists", name(field)),
        Expr::Compare { field, op, value } => {
            format!("{} {} {}", name(field), spelling(*op), literal(field, value))
        }
    }
}

fn joined(parts: &[Expr], with: &str, needs_parentheses: fn(&Expr) -> bool) -> String {
    let parts: Vec<String> = parts.iter().map(|part| enclosed(part, needs_parentheses(part))).collect();
    parts.join(with)
}

fn enclosed(part: &Expr, in_parentheses: bool) -> String {
    if in_parentheses { format!("({})", written(part)) } else { written(part) }
}

fn list(field: &Field, word: &str, values: &[Literal]) -> String {
    let values: Vec<String> = values.iter().map(|value| literal(field, value)).collect();
    format!("{} {word} ({})", name(field), values.join(", "))
}

fn name(field: &Field) -> String {
    match field {
        Field::Promoted(field) if field.kind == FieldKind::Millis => "duration_ns".to_owned(),
        Field::Promoted(field) => field.name.to_owned(),
        Field::Attribute { owner: AttributeOwner::Span, key } => format!("attributes.{}", quoted(key)),
        Field::Attribute { owner: AttributeOwner::Resource, key } => format!("resource.{}", quoted(key)),
    }
}

const fn spelling(op: Op) -> &'static str {
    match op {
        Op::Equal => "=",
        Op::NotEqual => "!=",
        Op::Less => "<",
        Op::LessOrEqual => "<=",
        Op::Greater => ">",
        Op::GreaterOrEqual => ">=",
        Op::Contains => "contains",
    }
}

fn literal(field: &Field, value: &Literal) -> String {
    let words: &[&str] = match field {
        Field::Promoted(field) if field.kind == FieldKind::Status => &SpanStatus::WORDS,
        Field::Promoted(field) if field.kind == FieldKind::SpanKind => &KINDS,
        _ => &[],
    };
    match value {
        Literal::Text(text) => quoted(text),
        Literal::Int(number) => match usize::try_from(*number).ok().and_then(|number| words.get(number)) {
            Some(word) => (*word).to_owned(),
            None => number.to_string(),
        },
        Literal::Float(number) => format!("{number:?}"),
        Literal::Bool(value) => value.to_string(),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
}
