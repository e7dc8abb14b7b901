//! Whether field, operator and value of a comparison go together, and the value as the field's column stores it.

use junjo_span_model::{Role, SpanId, SpanStatus, TraceId};

use super::fields::{Field, FieldKind, KINDS, PromotedField};
use super::units::{count_of, is_bytes, nanos_of};
use super::value::{Literal, Op};

/// `value` as the field stores it, or why the comparison makes no sense.
pub(super) fn checked(field: &Field, op: Op, value: Literal) -> Result<Literal, String> {
    if matches!(value, Literal::Float(number) if !number.is_finite()) {
        return Err("give a finite number".to_owned());
    }
    let Field::Promoted(field) = field else {
        return match (op, value) {
            (Op::Contains, value) => Ok(Literal::Text(text_of(value))),
            (Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual, Literal::Bool(_)) => {
                Err("true and false have no order".to_owned())
            }
            (Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual, Literal::Text(text))
                if is_bytes(&text) =>
            {
                Ok(count_of(&text).map_or(Literal::Text(text), whole))
            }
            (_, value) => Ok(value),
        };
    };
    let name = field.name;
    let is_order = matches!(op, Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual);
    if is_order && !field.kind.has_order() {
        return Err(format!("{name} has no order: use = or !="));
    }
    if op == Op::Contains && field.kind != FieldKind::Text {
        return Err(format!("{name} is no text: contains does not apply"));
    }
    typed(field, value)
}

/// A number as the narrowest literal.
fn whole(number: f64) -> Literal {
    if number.fract() == 0.0 && number.abs() < 9e18 {
        Literal::Int(number as i64)
    } else {
        Literal::Float(number)
    }
}

fn typed(field: &PromotedField, value: Literal) -> Result<Literal, String> {
    let name = field.name;
    match field.kind {
        FieldKind::Text => Ok(Literal::Text(text_of(value))),
        FieldKind::Int => match value {
            Literal::Int(_) | Literal::Float(_) => Ok(value),
            Literal::Text(text) => {
                let nanos = nanos_of(&text).filter(|_| name == "duration_ns").map(Literal::Int);
                let count = || count_of(&text).map(whole);
                let message = || format!("{name} is compared with a number: 1500, 10k, 2M");
                nanos.or_else(count).ok_or_else(message)
            }
            Literal::Bool(_) => Err(format!("{name} is compared with a number: 1500, 10k, 2M")),
        },
        FieldKind::Float => match value {
            Literal::Int(number) => Ok(Literal::Float(number as f64)),
            Literal::Float(_) => Ok(value),
            _ => Err(format!("{name} is compared with a number")),
        },
        FieldKind::Millis => match value {
            Literal::Int(millis) => Ok(Literal::Int(millis.saturating_mul(1_000_000))),
            Literal::Float(millis) => Ok(Literal::Int(nanos_of_millis(millis))),
            Literal::Text(text) => nanos_of(&text).map(Literal::Int).ok_or_else(|| duration_wanted(name)),
            Literal::Bool(_) => Err(duration_wanted(name)),
        },
        FieldKind::Bool => match value {
            Literal::Bool(_) => Ok(value),
            _ => Err(format!("{name} is true or false")),
        },
        FieldKind::Status => number_in(name, &SpanStatus::WORDS, value),
        FieldKind::SpanKind => number_in(name, &KINDS, value),
        FieldKind::Role => {
            let text = text_of(value);
            let role: Result<Role, _> = text.parse();
            role.map(|role| Literal::Text(role.as_str().to_owned())).map_err(|_| {
                let known: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
                format!("unknown role; known are {}", known.join(", "))
            })
        }
        FieldKind::TraceId => parsed::<TraceId>(value, "a trace id is 32 hexadecimal digits"),
        FieldKind::SpanId | FieldKind::ParentSpanId => {
            parsed::<SpanId>(value, "a span id is 16 hexadecimal digits")
        }
    }
}

fn duration_wanted(name: &str) -> String {
    format!("{name} is compared with a duration: 200ms, 3s, 1m30s, or a number of milliseconds")
}

/// Milliseconds as whole nanoseconds, the nearest ones: `1.001` is 1,001,000, though as a double it is a little less.
pub fn nanos_of_millis(millis: f64) -> i64 {
    (millis * 1e6).round() as i64
}

fn number_in(name: &str, words: &[&str], value: Literal) -> Result<Literal, String> {
    let text = text_of(value).to_ascii_lowercase();
    let found = words.iter().position(|word| *word == text);
    let number = found.and_then(|number| i64::try_from(number).ok());
    number.map(Literal::Int).ok_or_else(|| format!("{name} is one of {}", words.join(", ")))
}

fn parsed<T: std::str::FromStr + std::fmt::Display>(
    value: Literal,
    message: &str,
) -> Result<Literal, String> {
    let id: T = text_of(value).parse().map_err(|_| message.to_owned())?;
    Ok(Literal::Text(id.to_string()))
}

/// A number or truth value where a text is wanted stands for its own spelling.
fn text_of(value: Literal) -> String {
    match value {
        Literal::Text(text) => text,
        Literal::Int(number) => number.to_string(),
        Literal::Float(number) => number.to_string(),
        Literal::Bool(value) => value.to_string(),
    }
}
