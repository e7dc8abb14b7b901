//! pydantic-ai, beside what it says in OpenTelemetry's words.
//!
//! Source: ai.pydantic.dev/logfire. Its `details` are parts of the input and output.

use super::dialect::Dialect;
use super::field::Field;

pub(super) const DIALECT: Dialect = Dialect {
    keys: &[
        (Field::InputTokens, &["gen_ai.aggregated_usage.input_tokens"]),
        (Field::OutputTokens, &["gen_ai.aggregated_usage.output_tokens"]),
        (
            Field::CachedInputTokens,
            &[
                "gen_ai.usage.details.cache_read_tokens",
                "gen_ai.usage.details.cache_read_input_tokens",
                "gen_ai.usage.details.cached_tokens",
                "gen_ai.usage.details.cached_content_tokens",
                "gen_ai.aggregated_usage.cache_read.input_tokens",
                "gen_ai.aggregated_usage.details.cache_read_tokens",
            ],
        ),
        (
            Field::CacheWriteTokens,
            &[
                "gen_ai.usage.details.cache_write_tokens",
                "gen_ai.usage.details.cache_creation_input_tokens",
                "gen_ai.aggregated_usage.cache_creation.input_tokens",
                "gen_ai.aggregated_usage.details.cache_write_tokens",
            ],
        ),
        (
            Field::ReasoningTokens,
            &[
                "gen_ai.usage.details.reasoning_tokens",
                "gen_ai.usage.details.thoughts_tokens",
                "gen_ai.usage.details.thinking_tokens",
                "gen_ai.aggregated_usage.details.reasoning_tokens",
            ],
        ),
        (Field::AudioInputTokens, &["gen_ai.usage.details.input_audio_tokens"]),
        (Field::AudioOutputTokens, &["gen_ai.usage.details.output_audio_tokens"]),
        (Field::CostTotal, &["operation.cost"]),
        (Field::AgentName, &["agent_name"]),
        (Field::ToolsInside, &["model_request_parameters"]),
        (Field::ToolArguments, &["tool_arguments"]),
        (Field::ToolResult, &["tool_response"]),
    ],
    ..Dialect::EMPTY
};
