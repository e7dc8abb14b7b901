//! LiveKit Agents, where it differs from OpenTelemetry.

use super::dialect::Dialect;
use super::field::Field;

pub(super) const DIALECT: Dialect = Dialect {
    keys: &[
        (Field::CachedInputTokens, &["gen_ai.usage.input_cached_tokens"]),
        (Field::AudioInputTokens, &["gen_ai.usage.input_audio_tokens"]),
        (Field::AudioOutputTokens, &["gen_ai.usage.output_audio_tokens"]),
    ],
    ..Dialect::EMPTY
};
