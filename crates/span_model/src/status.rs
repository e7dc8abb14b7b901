//! The status of a span: the one enum of it, for what is derived, stored, filtered by and shown. It knows no SQL.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Status of a span, as in OTLP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum SpanStatus {
    /// Not set: neither a failure nor a confirmed success.
    #[default]
    Unset = 0,
    /// Marked as a success.
    Ok = 1,
    /// Failed.
    Error = 2,
}

impl SpanStatus {
    /// The words of filters and answers; each stands at the place of its OTLP code.
    pub const WORDS: [&str; 3] = [Self::Unset.as_str(), Self::Ok.as_str(), Self::Error.as_str()];

    /// The status for OTLP's `StatusCode`; a code that OTLP does not define is unset.
    pub const fn from_otlp(code: i32) -> Self {
        match code {
            1 => Self::Ok,
            2 => Self::Error,
            _ => Self::Unset,
        }
    }

    /// OTLP's `StatusCode`, which is also how index and archive store it.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The word of filters and answers: `unset`, `ok` or `error`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unset => "unset",
            Self::Ok => "ok",
            Self::Error => "error",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: every status as a code, as a word, and in JSON. Guarantee: each way leads back to it, and a code that OTLP does
    /// not define is unset.
    #[test]
    fn codes_and_words_name_the_same_status() {
        for status in [SpanStatus::Unset, SpanStatus::Ok, SpanStatus::Error] {
            assert_eq!(SpanStatus::from_otlp(status.code().into()), status);
            assert_eq!(SpanStatus::WORDS[usize::from(status.code())], status.as_str());
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
            assert_eq!(serde_json::from_value::<SpanStatus>(status.as_str().into()).unwrap(), status);
        }
        assert_eq!([-1, 3].map(SpanStatus::from_otlp), [SpanStatus::Unset; 2]);
    }
}
