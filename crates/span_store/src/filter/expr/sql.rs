//! Expressions as SQL. Values are parameters; attribute keys are escaped literals, because DuckDB prepares a path once
//! only when it is one.

use duckdb::types::Value;
use junjo_span_model::{KeyValue, SpanId, SpanStatus, TraceId, Value as OtlpValue, attributes_json};

use super::fields::{AttributeOwner, Field, FieldKind, KINDS, PromotedField};
use super::tree::Expr;
use super::value::{Literal, Op};
use crate::filter::needle::JsonNeedle;
use crate::row::{span_number, trace_halves};

/// Where spans are read from: the id columns differ, and only whole spans have attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    /// The table `spans`.
    Index,
    /// The columns of an archive file.
    Archive,
}

/// A piece of SQL with the values of its parameters in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fragment {
    pub(crate) text: String,
    pub(crate) values: Vec<Value>,
}

impl Fragment {
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(crate) fn bind(&mut self, value: Value) {
        self.values.push(value);
    }
}

/// The condition, true or not true (NULL counts as not).
pub(super) fn condition(expr: &Expr, relation: Relation) -> Fragment {
    let mut out = Fragment::default();
    write(expr, relation, &mut out);
    out
}

fn write(expr: &Expr, relation: Relation, out: &mut Fragment) {
    match expr {
        Expr::All(parts) => join(parts, " AND ", relation, out),
        Expr::Any(parts) => join(parts, " OR ", relation, out),
        Expr::Not(part) => {
            // what is NULL inside is not true, so its opposite is
            out.push("(NOT coalesce(");
            write(part, relation, out);
            out.push(", false))");
        }
        Expr::Exists(field) => {
            out.push("(");
            write_exists(field, out);
            out.push(")");
        }
        Expr::OneOf { field, values } => {
            out.push("(");
            for (index, value) in values.iter().enumerate() {
                out.push(if index == 0 { "" } else { " OR " });
                write_compare(field, Op::Equal, value, relation, out);
            }
            out.push(")");
        }
        Expr::Compare { field, op: Op::NotEqual, value } => {
            out.push("(NOT coalesce(");
            write_compare(field, Op::Equal, value, relation, out);
            out.push(", false))");
        }
        Expr::Compare { field, op, value } => write_compare(field, *op, value, relation, out),
    }
}

fn join(parts: &[Expr], with: &str, relation: Relation, out: &mut Fragment) {
    out.push("(");
    for (index, part) in parts.iter().enumerate() {
        out.push(if index == 0 { "" } else { with });
        write(part, relation, out);
    }
    out.push(")");
}

fn write_exists(field: &Field, out: &mut Fragment) {
    match field {
        Field::Promoted(field) if !field.nullable => out.push("true"),
        Field::Promoted(field) => {
            out.push(field.column);
            out.push(" IS NOT NULL");
        }
        Field::Attribute { owner, key } => {
            push_prefilter(*owner, key, out);
            out.push(&format!("json_exists({}, {})", json_column(*owner), pointer(*owner, key)));
        }
    }
}

fn write_compare(field: &Field, op: Op, value: &Literal, relation: Relation, out: &mut Fragment) {
    out.push("(");
    match field {
        Field::Promoted(field) => write_promoted(field, op, value, relation, out),
        Field::Attribute { owner, key } => {
            push_prefilter(*owner, key, out);
            let text = format!("json_extract_string({}, {})", json_column(*owner), pointer(*owner, key));
            write_attribute(&text, op, value, out);
        }
    }
    out.push(")");
}

fn write_promoted(field: &PromotedField, op: Op, value: &Literal, relation: Relation, out: &mut Fragment) {
    match field.kind {
        FieldKind::TraceId | FieldKind::SpanId | FieldKind::ParentSpanId => {
            write_id(field, value, relation, out);
        }
        _ if op == Op::Contains => {
            out.push(&format!("contains(lower({}), lower(?))", field.column));
            out.bind(Value::Text(text_of(value)));
        }
        _ => {
            out.push(&format!("{} {} ?", field.column, symbol(op)));
            out.bind(match value {
                Literal::Text(text) => Value::Text(text.clone()),
                Literal::Int(number) => Value::BigInt(*number),
                Literal::Float(number) => Value::Double(*number),
                Literal::Bool(value) => Value::Boolean(*value),
            });
        }
    }
}

fn write_id(field: &PromotedField, value: &Literal, relation: Relation, out: &mut Fragment) {
    let Literal::Text(text) = value else {
        out.push("false");
        return;
    };
    match (relation, field.kind) {
        (Relation::Index, FieldKind::TraceId) => {
            let (hi, lo) = trace_halves(text.parse().unwrap_or(TraceId([0; 16])));
            out.push("trace_hi = ? AND trace_lo = ?");
            out.bind(Value::UBigInt(hi));
            out.bind(Value::UBigInt(lo));
        }
        (Relation::Index, _) => {
            out.push(&format!("{} = ?", field.column));
            out.bind(Value::UBigInt(span_number(text.parse().unwrap_or(SpanId([0; 8])))));
        }
        (Relation::Archive, FieldKind::TraceId) => {
            out.push("trace_id = ?");
            out.bind(Value::Blob(text.parse().unwrap_or(TraceId([0; 16])).0.to_vec()));
        }
        (Relation::Archive, _) => {
            out.push(&format!("{} = ?", field.column));
            out.bind(Value::Blob(text.parse().unwrap_or(SpanId([0; 8])).0.to_vec()));
        }
    }
}

/// `text` is the attribute's value as text: a JSON text without its quotes, anything else as it is spelled.
fn write_attribute(text: &str, op: Op, value: &Literal, out: &mut Fragment) {
    match (op, value) {
        (Op::Contains, _) => {
            let wanted = text_of(value);
            out.push(&format!("(contains(lower({text}), lower(?)){})", in_json(text, &wanted)));
            out.bind(Value::Text(wanted));
        }
        (Op::Equal | Op::NotEqual, Literal::Int(number)) => {
            // 200 also finds 200.0; beyond 2^53 only the exact spelling counts
            out.push(&format!("({text} = ? OR try_cast({text} AS DOUBLE) = ?)"));
            out.bind(Value::Text(number.to_string()));
            let is_exact = number.unsigned_abs() < 1 << 53;
            out.bind(if is_exact { Value::Double(*number as f64) } else { Value::Null });
        }
        (_, Literal::Int(number)) if number.unsigned_abs() < 1 << 53 => {
            // exact: every integer beyond, rounded to a double, is still beyond
            out.push(&format!("try_cast({text} AS DOUBLE) {} ?", symbol(op)));
            out.bind(Value::Double(*number as f64));
        }
        (_, Literal::Int(number)) => {
            // as integers where both are, for which no double is exact
            let symbol = symbol(op);
            out.push(&format!(
                "coalesce(try_cast({text} AS HUGEINT) {symbol} ?, try_cast({text} AS DOUBLE) {symbol} ?)"
            ));
            out.bind(Value::HugeInt(i128::from(*number)));
            out.bind(Value::Double(*number as f64));
        }
        (_, Literal::Float(number)) => {
            out.push(&format!("try_cast({text} AS DOUBLE) {} ?", symbol(op)));
            out.bind(Value::Double(*number));
        }
        (_, Literal::Bool(value)) => {
            out.push(&format!("{text} = ?"));
            out.bind(Value::Text(value.to_string()));
        }
        (_, Literal::Text(wanted)) => {
            out.push(&format!("{text} {} ?", symbol(op)));
            out.bind(Value::Text(wanted.clone()));
        }
    }
}

/// ` OR` whether `expression` holds `text` as JSON inside of JSON spells it; nothing where that is no other spelling. The
/// pattern is a literal, because DuckDB prepares it once only when it is one.
pub(crate) fn in_json(expression: &str, text: &str) -> String {
    JsonNeedle::new(text).map_or_else(String::new, |needle| {
        format!(" OR regexp_matches(lower({expression}), {})", literal(&needle.pattern()))
    })
}

const fn symbol(op: Op) -> &'static str {
    match op {
        Op::Equal | Op::NotEqual | Op::Contains => "=",
        Op::Less => "<",
        Op::LessOrEqual => "<=",
        Op::Greater => ">",
        Op::GreaterOrEqual => ">=",
    }
}

/// What `contains` looks for; DuckDB puts it into lower case as it does the rest, which is not quite as Rust does.
fn text_of(value: &Literal) -> String {
    match value {
        Literal::Text(text) => text.clone(),
        _ => String::new(),
    }
}

/// The value of `field` for grouping and for answers: text as filters read it, NULL where a span has none. Promoted fields
/// are those of the index.
pub(crate) fn group_value(field: &Field) -> String {
    match field {
        Field::Promoted(field) => match field.kind {
            FieldKind::Status => named(field.column, &SpanStatus::WORDS),
            FieldKind::SpanKind => named(field.column, &KINDS),
            FieldKind::TraceId => format!("{} || {}", hexadecimal("trace_hi"), hexadecimal("trace_lo")),
            FieldKind::SpanId | FieldKind::ParentSpanId => hexadecimal(field.column),
            FieldKind::Millis => format!("CAST({} / 1e6 AS VARCHAR)", field.column),
            _ => format!("CAST({} AS VARCHAR)", field.column),
        },
        Field::Attribute { owner, key } => {
            format!("json_extract_string({}, {})", json_column(*owner), pointer(*owner, key))
        }
    }
}

/// The value of `field` as a number, NULL where it is none.
pub(crate) fn numeric_value(field: &Field) -> Option<String> {
    match field {
        Field::Promoted(field) => match field.kind {
            FieldKind::Int | FieldKind::Float => Some(format!("CAST({} AS DOUBLE)", field.column)),
            FieldKind::Millis => Some(format!("{} / 1e6", field.column)),
            _ => None,
        },
        Field::Attribute { .. } => Some(format!("try_cast({} AS DOUBLE)", group_value(field))),
    }
}

/// The 16 hexadecimal digits of an unsigned integer.
fn hexadecimal(column: &str) -> String {
    format!("lpad(lower(hex({column})), 16, '0')")
}

/// The word for the number in `column`; `names` has it at the place of the number.
pub(crate) fn named(column: &str, names: &[&str]) -> String {
    let list: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    format!("([{}])[{column} + 1]", list.join(", "))
}

const fn json_column(owner: AttributeOwner) -> &'static str {
    match owner {
        AttributeOwner::Span => "attributes",
        AttributeOwner::Resource => "resource",
    }
}

/// A JSON pointer to the attribute as an SQL literal.
fn pointer(owner: AttributeOwner, key: &str) -> String {
    let escaped = key.replace('~', "~0").replace('/', "~1");
    let start = if owner == AttributeOwner::Resource { "/attributes" } else { "" };
    literal(&format!("{start}/{escaped}"))
}

/// Looking for the key's spelling is far cheaper than parsing the JSON of every span.
fn push_prefilter(owner: AttributeOwner, key: &str, out: &mut Fragment) {
    let mut spelled = String::new();
    attributes_json(&[KeyValue { key: key.into(), value: OtlpValue::Empty }], &mut spelled);
    let needle = spelled.trim_start_matches('{').trim_end_matches("null}");
    out.push(&format!("contains({}, {}) AND ", json_column(owner), literal(needle)));
}

/// `text` as an SQL literal.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
