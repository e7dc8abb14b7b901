//! What a filter or a grouping may name: the promoted fields of a span with their types, and attribute keys.

use crate::columns::is_hinted;
use crate::field_type::FieldType;
use crate::promoted::promoted_fields;

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
    /// Whether log records may fill it, or one of those that it is computed from.
    pub(super) is_hinted: bool,
}

/// What the values of a promoted field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Any text.
    Text,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// True or false.
    Bool,
    /// Milliseconds outside, nanoseconds inside.
    Millis,
    /// One of [`junjo_span_model::SpanStatus::WORDS`].
    Status,
    /// One of [`KINDS`].
    SpanKind,
    /// One of the roles.
    Role,
    /// The id of a trace.
    TraceId,
    /// The id of a span.
    SpanId,
    /// The id of the parent.
    ParentSpanId,
}

/// Names of the OTLP span kinds by number.
pub const KINDS: [&str; 6] = ["unspecified", "internal", "server", "client", "producer", "consumer"];

/// All fields: ids, the table of promoted fields, and what is computed of them.
macro_rules! filter_fields {
    ($($who:ident {
        $(#[$doc:meta])*
        $name:ident: $type:ty = $column:literal, of $source:ident, filter [$($filter:ident $kind:ident),*],
        export [$($export:ident)*], since $since:literal $(else $older:literal)?
    })*) => {
        /// Every promoted field.
        pub(crate) static FIELDS: &[PromotedField] = &[
            id("trace_id", FieldKind::TraceId, false),
            id("span_id", FieldKind::SpanId, false),
            id("parent_span_id", FieldKind::ParentSpanId, true),
            $($(PromotedField {
                name: stringify!($filter),
                column: $column,
                kind: FieldKind::$kind,
                nullable: <$type as FieldType>::NULLABLE,
                is_hinted: is_hinted!($who),
            },)*)*
            PromotedField {
                name: "total_tokens",
                // clients choose the numbers: two of them may be more than a BIGINT holds
                column: "(coalesce(input_tokens, 0)::HUGEINT + coalesce(output_tokens, 0))",
                kind: FieldKind::Int,
                nullable: false,
                is_hinted: true,
            },
            PromotedField {
                name: "is_root",
                column: "(parent_span_id IS NULL)",
                kind: FieldKind::Bool,
                nullable: false,
                is_hinted: false,
            },
        ];
    };
}

/// Other names of fields.
pub(super) const ALIASES: [(&str, &str); 1] = [("duration", "duration_ms")];

const fn id(name: &'static str, kind: FieldKind, nullable: bool) -> PromotedField {
    PromotedField { name, column: name, kind, nullable, is_hinted: false }
}

promoted_fields!(filter_fields);

impl PromotedField {
    /// Every field that a filter may name, besides attributes.
    pub fn all() -> &'static [Self] {
        FIELDS
    }

    /// What its values are.
    pub const fn kind(&self) -> FieldKind {
        self.kind
    }
}

impl FieldKind {
    /// Operators that make sense for values of this kind, as a filter spells them.
    pub fn operators(self) -> impl Iterator<Item = &'static str> {
        let order = ["<", "<=", ">", ">="].into_iter().filter(move |_| self.has_order());
        let contains = ["contains"].into_iter().filter(move |_| self == Self::Text);
        ["=", "!="].into_iter().chain(order).chain(contains).chain(["in", "not in", "exists"])
    }

    /// Whether one value can be less than another.
    pub(super) const fn has_order(self) -> bool {
        matches!(self, Self::Int | Self::Float | Self::Millis | Self::Text)
    }
}

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
        let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, field)| *field);
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
