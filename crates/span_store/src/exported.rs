//! Promoted fields as columns of exports. It says which and what, not how a format writes them.

use crate::field_type::{FieldType, FieldValue};
use crate::promoted::promoted_fields;
use crate::row::SpanRow;

/// A promoted field that exports have as a column.
pub struct ExportedField {
    /// Its name.
    pub name: &'static str,
    /// Whether lines of comma-separated values have it.
    pub is_in_csv: bool,
    /// Whether lines of JSON have it.
    pub is_in_ndjson: bool,
    value: fn(&SpanRow) -> FieldValue<'_>,
}

macro_rules! exported_fields {
    ($($who:ident {
        $(#[$doc:meta])*
        $name:ident: $type:ty = $column:literal, of $source:ident, filter [$($filter:ident $kind:ident),*],
        export [$($export:ident)*], since $since:literal $(else $older:literal)?
    })*) => {
        static EXPORTED: &[ExportedField] = &[$(ExportedField {
            name: $column,
            is_in_csv: false $(|| is_csv!($export))*,
            is_in_ndjson: false $(|| is_ndjson!($export))*,
            value: |row| <$type as FieldType>::value(&row.$name),
        }),*];
    };
}

macro_rules! is_csv {
    (csv) => {
        true
    };
    (ndjson) => {
        false
    };
}

macro_rules! is_ndjson {
    (csv) => {
        false
    };
    (ndjson) => {
        true
    };
}

promoted_fields!(exported_fields);

impl ExportedField {
    /// Those of comma-separated values, in order.
    pub fn of_csv() -> impl Iterator<Item = &'static Self> {
        EXPORTED.iter().filter(|field| field.is_in_csv)
    }

    /// Those of JSON lines, in order.
    pub fn of_ndjson() -> impl Iterator<Item = &'static Self> {
        EXPORTED.iter().filter(|field| field.is_in_ndjson)
    }

    /// The value in a row.
    pub fn value<'r>(&self, row: &'r SpanRow) -> FieldValue<'r> {
        (self.value)(row)
    }
}
