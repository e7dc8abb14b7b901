//! What a filter or a grouping may name: the promoted fields of a span with their types, and attribute keys.

use junjo_span_model::{Role, SpanId, TraceId};

use super::{Literal, Op};

/// Something that a span has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// A promoted field, on the index.
    Promoted(&'static PromotedField),
    /// An attribute by key, read from whole spans.
    Attribute {
        /// Whose attribute.
        owner: AttributeOwner,
        /// Its key.
        key: String,
    },
}

/// Whose attribute it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeOwner {
    /// The span's own.
    Span,
    /// Its resource's.
    Resource,
}

/// A promoted field.
#[derive(Debug, PartialEq, Eq)]
pub struct PromotedField {
    /// Its name in filters, groupings and answers.
    pub name: &'static str,
    /// The column, or an expression over columns, that index and archive share; ids have none in common.
    pub(super) column: &'static str,
    pub(super) kind: FieldKind,
    /// Whether a span may be without it.
    pub(super) nullable: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldKind {
    Text,
    Int,
    Float,
    Bool,
    /// Milliseconds outside, nanoseconds inside.
    Millis,
    Status,
    SpanKind,
    Role,
    TraceId,
    SpanId,
    ParentSpanId,
}

impl PromotedField {
    /// Whether log records may fill it, or one of those that it is computed from.
    pub(super) fn may_be_said(&self) -> bool {
        crate::filter::said::is_said(self.column) || self.name == "total_tokens"
    }
}

/// Names of the OTLP statuses by number.
pub(crate) const STATUSES: [&str; 3] = ["unset", "ok", "error"];
/// Names of the OTLP span kinds by number.
pub(crate) const KINDS: [&str; 6] = ["unspecified", "internal", "server", "client", "producer", "consumer"];

const fn field(name: &'static str, kind: FieldKind, nullable: bool) -> PromotedField {
    PromotedField { name, column: name, kind, nullable }
}

/// Every promoted field.
pub(crate) static FIELDS: [PromotedField; 35] = [
    field("trace_id", FieldKind::TraceId, false),
    field("span_id", FieldKind::SpanId, false),
    field("parent_span_id", FieldKind::ParentSpanId, true),
    field("service", FieldKind::Text, false),
    field("name", FieldKind::Text, false),
    field("kind", FieldKind::SpanKind, false),
    field("status", FieldKind::Status, false),
    field("role", FieldKind::Role, true),
    field("span_type", FieldKind::Text, true),
    field("is_model_call", FieldKind::Bool, false),
    field("provider", FieldKind::Text, true),
    field("model", FieldKind::Text, true),
    field("input_tokens", FieldKind::Int, true),
    field("output_tokens", FieldKind::Int, true),
    field("cached_input_tokens", FieldKind::Int, true),
    field("cache_write_tokens", FieldKind::Int, true),
    field("reasoning_tokens", FieldKind::Int, true),
    field("cost_usd", FieldKind::Float, true),
    field("cost_source", FieldKind::Text, true),
    field("session_id", FieldKind::Text, true),
    field("user_id", FieldKind::Text, true),
    field("error_type", FieldKind::Text, true),
    field("structural_id", FieldKind::Text, true),
    field("node_count", FieldKind::Int, true),
    field("agent_name", FieldKind::Text, true),
    field("tool_name", FieldKind::Text, true),
    field("event_count", FieldKind::Int, false),
    field("exception_count", FieldKind::Int, false),
    field("state_event_count", FieldKind::Int, false),
    field("link_count", FieldKind::Int, false),
    PromotedField { name: "duration_ms", column: "duration_nanos", kind: FieldKind::Millis, nullable: false },
    PromotedField { name: "duration_ns", column: "duration_nanos", kind: FieldKind::Int, nullable: false },
    PromotedField {
        name: "start_time_unix_nano",
        column: "start_unix_nanos",
        kind: FieldKind::Int,
        nullable: false,
    },
    PromotedField {
        name: "total_tokens",
        // clients choose the numbers: two of them may be more than a BIGINT holds
        column: "(coalesce(input_tokens, 0)::HUGEINT + coalesce(output_tokens, 0))",
        kind: FieldKind::Int,
        nullable: false,
    },
    PromotedField {
        name: "is_root",
        column: "(parent_span_id IS NULL)",
        kind: FieldKind::Bool,
        nullable: false,
    },
];

impl Field {
    /// The field of that name: a promoted one, `attributes.KEY` or `resource.KEY`.
    pub fn named(name: &str) -> Option<Self> {
        let owners = [("attributes.", AttributeOwner::Span), ("resource.", AttributeOwner::Resource)];
        for (prefix, owner) in owners {
            if let Some(key) = name.strip_prefix(prefix).filter(|key| !key.is_empty() && !key.contains('\0'))
            {
                return Some(Self::Attribute { owner, key: key.to_owned() });
            }
        }
        FIELDS.iter().find(|field| field.name == name).map(Self::Promoted)
    }

    /// The fields of a list of names with commas between them; keys may be quoted as in filters. The error says what is
    /// wrong with which of them.
    pub fn list(names: &str) -> Result<Vec<Self>, String> {
        let names = super::lex::names(names).map_err(|error| error.to_string())?;
        let field = |name: &String| {
            let unknown =
                || format!("unknown field {name:?}: use one of the filter language or attributes.KEY");
            Self::named(name).ok_or_else(unknown)
        };
        names.iter().map(field).collect()
    }

    /// Whether it may be true or false: promoted ones are or are not, attributes can be anything.
    pub fn may_be_bool(&self) -> bool {
        match self {
            Self::Promoted(field) => field.kind == FieldKind::Bool,
            Self::Attribute { .. } => true,
        }
    }

    /// The name that [`Field::named`] reads.
    pub fn name(&self) -> String {
        match self {
            Self::Promoted(field) => field.name.to_owned(),
            Self::Attribute { owner: AttributeOwner::Span, key } => format!("attributes.{key}"),
            Self::Attribute { owner: AttributeOwner::Resource, key } => format!("resource.{key}"),
        }
    }

    /// Whether a bare word is a text for it, also when it spells a number.
    pub(super) fn wants_text(&self) -> bool {
        use FieldKind::{Bool, Float, Int, Millis};
        matches!(self, Self::Promoted(field) if !matches!(field.kind, Int | Float | Millis | Bool))
    }

    /// Whether only whole spans have it.
    pub fn needs_payload(&self) -> bool {
        matches!(self, Self::Attribute { .. })
    }
}

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
            (_, value) => Ok(value),
        };
    };
    let name = field.name;
    let has_order =
        matches!(field.kind, FieldKind::Int | FieldKind::Float | FieldKind::Millis | FieldKind::Text);
    let is_order = matches!(op, Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual);
    if is_order && !has_order {
        return Err(format!("{name} has no order: use = or !="));
    }
    if op == Op::Contains && field.kind != FieldKind::Text {
        return Err(format!("{name} is no text: contains does not apply"));
    }
    typed(field, value)
}

fn typed(field: &PromotedField, value: Literal) -> Result<Literal, String> {
    let name = field.name;
    match field.kind {
        FieldKind::Text => Ok(Literal::Text(text_of(value))),
        FieldKind::Int => match value {
            Literal::Int(_) | Literal::Float(_) => Ok(value),
            _ => Err(format!("{name} is compared with a number")),
        },
        FieldKind::Float => match value {
            Literal::Int(number) => Ok(Literal::Float(number as f64)),
            Literal::Float(_) => Ok(value),
            _ => Err(format!("{name} is compared with a number")),
        },
        FieldKind::Millis => match value {
            Literal::Int(millis) => Ok(Literal::Int(millis.saturating_mul(1_000_000))),
            Literal::Float(millis) => Ok(Literal::Int(nanos_of_millis(millis))),
            _ => Err(format!("{name} is compared with a number of milliseconds")),
        },
        FieldKind::Bool => match value {
            Literal::Bool(_) => Ok(value),
            _ => Err(format!("{name} is true or false")),
        },
        FieldKind::Status => number_in(name, &STATUSES, value),
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
