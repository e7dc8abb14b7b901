//! The narrow row: what lists, filters and charts use of one span, plus the place of the whole span.

use junjo_span_model::{Promoted, Span, SpanId, SpanStatus, TraceId};
use junjo_wal::Sequence;

use crate::budget::Held;
use crate::field_type::{FieldType as _, FieldValue, Taken};
use crate::promoted::promoted_fields;

/// Where a whole span is: record of the wal, and position in the record in resource, scope, span order from 0.
///
/// It never changes, also not by compaction. For one (trace id, span id) the highest place wins everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Record of the wal.
    pub sequence: Sequence,
    /// Position in the record.
    pub ordinal: i32,
}

/// What a row says of a span that the span itself does not: where it is, and who sent it.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// Where the whole span is.
    pub place: Place,
    /// Project of the API key that sent it.
    pub project: &'a str,
}

/// The struct and how it is made, from the table of promoted fields.
macro_rules! span_row {
    ($($who:ident {
        $(#[$doc:meta])*
        $name:ident: $type:ty = $column:literal, of $source:ident, filter [$($filter:ident $kind:ident),*],
        export [$($export:ident)*], since $since:literal $(else $older:literal)?
    })*) => {
        /// One span's promoted fields and place. Times are unix nanoseconds, clamped to `0..=i64::MAX`.
        #[derive(Debug, Clone, PartialEq)]
        pub struct SpanRow {
            /// The trace that it belongs to.
            pub trace_id: TraceId,
            /// Its id.
            pub span_id: SpanId,
            /// Its parent; `None` for a root.
            pub parent_span_id: Option<SpanId>,
            /// Where the whole span is.
            pub place: Place,
            $($(#[$doc])* pub $name: $type,)*
        }

        impl SpanRow {
            /// The row of `span`, whose promoted fields are given.
            pub fn new(origin: Origin<'_>, span: &Span<'_>, promoted: Promoted<'_>) -> Self {
                Self {
                    trace_id: span.trace_id,
                    span_id: span.span_id,
                    parent_span_id: span.parent_span_id,
                    place: origin.place,
                    $($name: Taken::taken(source!($source, promoted, origin).$name),)*
                }
            }

            /// Bytes of its texts.
            pub(crate) fn text_bytes(&self) -> usize {
                [$(self.$name.value()),*].iter().map(FieldValue::text_bytes).sum()
            }
        }

        impl Held for SpanRow {
            fn held_bytes(&self) -> usize {
                size_of::<Self>() + self.text_bytes()
            }
        }
    };
}

/// Where a field is read: `of span` or `of request`.
macro_rules! source {
    (span, $promoted:ident, $origin:ident) => {
        $promoted
    };
    (request, $promoted:ident, $origin:ident) => {
        $origin
    };
}

promoted_fields!(span_row);

impl SpanRow {
    /// Whether the span is a Junjo workflow run (other vocabularies use the role for other things).
    pub fn is_workflow_run(&self) -> bool {
        self.span_type.as_deref() == Some("workflow")
    }

    /// End of the span, unix nanoseconds, saturating.
    pub fn end_unix_nano(&self) -> i64 {
        self.start_unix_nano.saturating_add(self.duration_nanos)
    }

    /// Whether the span failed.
    pub fn is_error(&self) -> bool {
        self.status == SpanStatus::Error
    }
}

/// The same in SQL, of a table with the column `status`.
pub(crate) fn is_error_sql() -> String {
    format!("status = {}", SpanStatus::Error.code())
}

/// A trace id as the two unsigned halves under which the index stores it.
pub(crate) fn trace_halves(id: TraceId) -> (u64, u64) {
    let whole = u128::from_be_bytes(id.0);
    ((whole >> 64) as u64, whole as u64)
}

/// The reverse of [`trace_halves`].
pub(crate) fn trace_from_halves(hi: u64, lo: u64) -> TraceId {
    TraceId(((u128::from(hi) << 64) | u128::from(lo)).to_be_bytes())
}

/// A span id as the index stores it.
pub(crate) fn span_number(id: SpanId) -> u64 {
    u64::from_be_bytes(id.0)
}

/// The reverse of [`span_number`].
pub(crate) fn span_from_number(number: u64) -> SpanId {
    SpanId(number.to_be_bytes())
}
