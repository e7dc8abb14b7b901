//! The types that a promoted field may have: how each is an Arrow column, an SQL column, and a value of an export. It knows
//! no field.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, StringArray, UInt8Array,
};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use junjo_span_model::{Role, SpanStatus};

/// A type of a promoted field.
///
/// | Rust | Arrow | DuckDB |
/// |---|---|---|
/// | `i64`, `i32` | Int64, Int32 | BIGINT, INTEGER |
/// | `u8`, `SpanStatus` | UInt8 | UTINYINT |
/// | `f64`, `bool` | Float64, Boolean | DOUBLE, BOOLEAN |
/// | `String`, `Role` | Utf8 | VARCHAR |
///
/// An `Option` of one is the same column, which may be NULL.
pub(crate) trait FieldType: Sized {
    /// Its Arrow array.
    type Array: Array + 'static;
    /// Its Arrow type.
    const ARROW: DataType;
    /// Its SQL type.
    const SQL: &'static str;
    /// Whether it may be NULL.
    const NULLABLE: bool;

    /// Values as a column.
    fn array<'v>(values: impl Iterator<Item = &'v Self>) -> ArrayRef
    where
        Self: 'v;
    /// The value in a row of a column.
    fn at(array: &Self::Array, row: usize) -> Self;
    /// The value that `text` spells, where the table says so of files that are older than the column. No text spells a
    /// missing value.
    fn spelled(text: &str) -> Self;
    /// The value on its way out.
    fn value(&self) -> FieldValue<'_>;
}

/// The value of a promoted field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FieldValue<'v> {
    /// The span has none.
    Null,
    /// A text.
    Text(&'v str),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// True or false.
    Bool(bool),
}

impl FieldValue<'_> {
    /// Bytes of a text; nothing for anything else.
    pub(crate) fn text_bytes(&self) -> usize {
        if let Self::Text(text) = self { text.len() } else { 0 }
    }
}

impl From<i64> for FieldValue<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<i32> for FieldValue<'_> {
    fn from(number: i32) -> Self {
        Self::Int(number.into())
    }
}

impl From<u8> for FieldValue<'_> {
    fn from(number: u8) -> Self {
        Self::Int(number.into())
    }
}

impl From<f64> for FieldValue<'_> {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<bool> for FieldValue<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

/// A number or truth value, and an `Option` of it.
macro_rules! plain {
    ($type:ty, $array:ty, $arrow:ident, $sql:literal) => {
        impl FieldType for $type {
            type Array = $array;
            const ARROW: DataType = DataType::$arrow;
            const SQL: &'static str = $sql;
            const NULLABLE: bool = false;

            fn array<'v>(values: impl Iterator<Item = &'v Self>) -> ArrayRef {
                Arc::new(values.map(|value| Some(*value)).collect::<$array>())
            }

            fn at(array: &Self::Array, row: usize) -> Self {
                array.value(row)
            }

            fn spelled(text: &str) -> Self {
                text.parse().unwrap_or_default()
            }

            fn value(&self) -> FieldValue<'_> {
                FieldValue::from(*self)
            }
        }

        impl FieldType for Option<$type> {
            type Array = $array;
            const ARROW: DataType = DataType::$arrow;
            const SQL: &'static str = $sql;
            const NULLABLE: bool = true;

            fn array<'v>(values: impl Iterator<Item = &'v Self>) -> ArrayRef {
                Arc::new(values.copied().collect::<$array>())
            }

            fn at(array: &Self::Array, row: usize) -> Self {
                array.is_valid(row).then(|| array.value(row))
            }

            fn spelled(text: &str) -> Self {
                text.parse().ok()
            }

            fn value(&self) -> FieldValue<'_> {
                self.map_or(FieldValue::Null, FieldValue::from)
            }
        }
    };
}

plain!(i64, Int64Array, Int64, "BIGINT");
plain!(i32, Int32Array, Int32, "INTEGER");
plain!(u8, UInt8Array, UInt8, "UTINYINT");
plain!(f64, Float64Array, Float64, "DOUBLE");
plain!(bool, BooleanArray, Boolean, "BOOLEAN");

impl FieldType for String {
    type Array = StringArray;
    const ARROW: DataType = DataType::Utf8;
    const SQL: &'static str = "VARCHAR";
    const NULLABLE: bool = false;

    fn array<'v>(values: impl Iterator<Item = &'v Self>) -> ArrayRef {
        Arc::new(values.map(Some).collect::<StringArray>())
    }

    fn at(array: &StringArray, row: usize) -> Self {
        array.value(row).to_owned()
    }

    fn spelled(text: &str) -> Self {
        text.to_owned()
    }

    fn value(&self) -> FieldValue<'_> {
        FieldValue::Text(self)
    }
}

impl FieldType for Option<String> {
    type Array = StringArray;
    const ARROW: DataType = DataType::Utf8;
    const SQL: &'static str = "VARCHAR";
    const NULLABLE: bool = true;

    fn array<'v>(values: impl Iterator<Item = &'v Self>) -> ArrayRef {
        Arc::new(values.map(Option::as_deref).collect::<StringArray>())
    }

    fn at(array: &StringArray, row: usize) -> Self {
        array.is_valid(row).then(|| array.value(row).to_owned())
    }

    fn spelled(text: &str) -> Self {
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn value(&self) -> FieldValue<'_> {
        self.as_deref().map_or(FieldValue::Null, FieldValue::Text)
    }
}

impl FieldType for SpanStatus {
    type Array = UInt8Array;
    const ARROW: DataType = DataType::UInt8;
    const SQL: &'static str = "UTINYINT";
    const NULLABLE: bool = false;

    fn array<'v>(values: impl Iterator<Item = &'v Self>) -> ArrayRef {
        Arc::new(values.map(|status| Some(status.code())).collect::<UInt8Array>())
    }

    fn at(array: &UInt8Array, row: usize) -> Self {
        Self::from_otlp(array.value(row).into())
    }

    fn spelled(text: &str) -> Self {
        text.parse().map(Self::from_otlp).unwrap_or_default()
    }

    fn value(&self) -> FieldValue<'_> {
        FieldValue::Text(self.as_str())
    }
}

impl FieldType for Option<Role> {
    type Array = StringArray;
    const ARROW: DataType = DataType::Utf8;
    const SQL: &'static str = "VARCHAR";
    const NULLABLE: bool = true;

    fn array<'v>(values: impl Iterator<Item = &'v Self>) -> ArrayRef {
        Arc::new(values.map(|role| role.map(Role::as_str)).collect::<StringArray>())
    }

    /// A role that a newer version wrote is none.
    fn at(array: &StringArray, row: usize) -> Self {
        array.is_valid(row).then(|| array.value(row)).and_then(|text| text.parse().ok())
    }

    fn spelled(text: &str) -> Self {
        text.parse().ok()
    }

    fn value(&self) -> FieldValue<'_> {
        self.map_or(FieldValue::Null, |role| FieldValue::Text(role.as_str()))
    }
}

/// What was derived or received, as a row owns it.
pub(crate) trait Taken<T> {
    fn taken(value: T) -> Self;
}

/// As it is.
macro_rules! taken_as_is {
    ($($type:ty),*) => {
        $(impl Taken<$type> for $type {
            fn taken(value: $type) -> Self {
                value
            }
        })*
    };
}

taken_as_is!(i64, u8, bool, SpanStatus, Option<i64>, Option<i32>, Option<f64>, Option<Role>);

impl Taken<u32> for i32 {
    fn taken(value: u32) -> Self {
        Self::try_from(value).unwrap_or(Self::MAX)
    }
}

impl Taken<&str> for String {
    fn taken(value: &str) -> Self {
        value.to_owned()
    }
}

impl Taken<Cow<'_, str>> for String {
    fn taken(value: Cow<'_, str>) -> Self {
        value.into_owned()
    }
}

impl Taken<Option<Cow<'_, str>>> for Option<String> {
    fn taken(value: Option<Cow<'_, str>>) -> Self {
        value.map(Cow::into_owned)
    }
}

/// One column of a batch.
pub(crate) enum Column<'a, T: FieldType> {
    Stored(&'a T::Array),
    /// The batch is of a file that is older than the column: what all its rows are taken to say.
    Older(&'static str),
}

impl<'a, T: FieldType> Column<'a, T> {
    /// The column `name`; where the batch has none, every row says `older`, and without that it is an error.
    pub(crate) fn of(
        batch: &'a RecordBatch,
        name: &str,
        older: Option<&'static str>,
    ) -> Result<Self, ArrowError> {
        let Some(column) = batch.column_by_name(name) else {
            let missing = || ArrowError::SchemaError(format!("column {name} is missing"));
            return older.map(Self::Older).ok_or_else(missing);
        };
        column.as_any().downcast_ref().map(Self::Stored).ok_or_else(|| {
            ArrowError::SchemaError(format!("column {name} has the type {}", column.data_type()))
        })
    }

    pub(crate) fn at(&self, row: usize) -> T {
        match self {
            Self::Stored(array) => T::at(array, row),
            Self::Older(text) => T::spelled(text),
        }
    }
}
