//! The Gemini CLI: spans and events name tokens as Google's API does, without a namespace.
//!
//! Source: geminicli.com/docs/cli/telemetry. Thoughts stand beside the output.

use super::dialect::{Dialect, Sender};
use super::field::Field;

pub(super) const DIALECT: Dialect = Dialect {
    keys: &[
        (Field::EventNamespace, &["gemini_cli.", "qwen-code."]),
        (Field::Model, &["model", "model_name"]),
        (Field::InputTokens, &["input_token_count"]),
        (Field::VisibleOutputTokens, &["output_token_count"]),
        (Field::CachedInputTokens, &["cached_content_token_count"]),
        (Field::ReasoningTokens, &["thoughts_token_count"]),
        (Field::TotalTokens, &["total_token_count"]),
        (Field::ToolName, &["function_name"]),
        (Field::ToolArguments, &["function_args"]),
        (Field::ErrorType, &["error_type"]),
    ],
    spoken_by: Some(is_speaker),
    ..Dialect::EMPTY
};

fn is_speaker(sender: &Sender<'_>) -> bool {
    ["gemini_cli", "gemini-cli", "qwen-code"]
        .iter()
        .any(|start| sender.scope.starts_with(start) || sender.name.starts_with(start))
}
