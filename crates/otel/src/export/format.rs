//! The forms that an export may have.

use serde::Deserialize;
use utoipa::ToSchema;

/// Form of an export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// Comma-separated values with a header line (RFC 4180); attributes and the like as JSON text. A text that a
    /// spreadsheet would take for a formula gets a leading apostrophe.
    Csv,
    /// One JSON object a line; integers are exact.
    #[default]
    Json,
    /// Apache Parquet: spans with the columns of archive files.
    Parquet,
}

impl Format {
    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Json => "application/x-ndjson",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }

    pub(super) const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "ndjson",
            Self::Parquet => "parquet",
        }
    }
}
