//! Sentry's SDKs, where they differ from OpenTelemetry: parts of a count are named below it.

use super::dialect::Dialect;
use super::field::Field;

pub(super) const DIALECT: Dialect = Dialect {
    keys: &[
        (Field::CachedInputTokens, &["gen_ai.usage.input_tokens.cached"]),
        (Field::CacheWriteTokens, &["gen_ai.usage.input_tokens.cache_write"]),
        (Field::ReasoningTokens, &["gen_ai.usage.output_tokens.reasoning"]),
    ],
    ..Dialect::EMPTY
};
