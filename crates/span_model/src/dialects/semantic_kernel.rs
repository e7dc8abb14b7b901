//! Semantic Kernel, whose first versions named tokens after the response.
//!
//! Source: github.com/microsoft/semantic-kernel, `docs/decisions/0044-OTel-semantic-convention.md`.

use super::dialect::Dialect;
use super::field::Field;

pub(super) const DIALECT: Dialect = Dialect {
    keys: &[
        (Field::InputTokens, &["gen_ai.response.prompt_tokens"]),
        (Field::OutputTokens, &["gen_ai.response.completion_tokens"]),
        (Field::TotalTokens, &["gen_ai.response.total_tokens"]),
        (Field::FinishReasons, &["gen_ai.response.finish_reason"]),
        (Field::ToolName, &["sk.function.name"]),
    ],
    ..Dialect::EMPTY
};
