//! The token counts of a span.

use serde::Serialize;
use utoipa::ToSchema;

use super::attributes::Attributes;
use crate::derive::Promoted;
use crate::dialects::{Field, keys};

/// Token counts of one span; input includes cache reads and writes, output includes reasoning.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Tokens {
    /// Input tokens.
    pub input_tokens: Option<i64>,
    /// Output tokens.
    pub output_tokens: Option<i64>,
    /// Input and output.
    pub total_tokens: Option<i64>,
    /// Part of the input that was read from the provider's cache.
    pub cached_input_tokens: Option<i64>,
    /// Part of the input that was written to the provider's cache.
    pub cache_write_tokens: Option<i64>,
    /// Part of the output that was reasoning.
    pub reasoning_tokens: Option<i64>,
    /// Part of the input that was sound, where an attribute says so.
    pub audio_input_tokens: Option<i64>,
    /// Part of the output that was sound, where an attribute says so.
    pub audio_output_tokens: Option<i64>,
}

/// The counts that the promoted fields have, and those of sound.
pub(super) fn counted(promoted: &Promoted<'_>, attributes: &Attributes<'_, '_>) -> Tokens {
    let total = attributes.count(keys(Field::TotalTokens));
    // a reported total may leave out what was added to input or output
    let sum =
        promoted.input_tokens.zip(promoted.output_tokens).map(|(input, output)| input.saturating_add(output));
    Tokens {
        input_tokens: promoted.input_tokens,
        output_tokens: promoted.output_tokens,
        total_tokens: total.max(sum).or(promoted.input_tokens),
        cached_input_tokens: promoted.cached_input_tokens,
        cache_write_tokens: promoted.cache_write_tokens,
        reasoning_tokens: promoted.reasoning_tokens,
        audio_input_tokens: attributes.count(keys(Field::AudioInputTokens)),
        audio_output_tokens: attributes.count(keys(Field::AudioOutputTokens)),
    }
}
