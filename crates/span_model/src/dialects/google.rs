//! The words of Google's own API, `usage_metadata`, which several SDKs hand on: candidates are the output without thoughts.
//!
//! Source: ai.google.dev/api/generate-content, `UsageMetadata`.

use serde_json::{Map, Value as Json};

use super::dialect::Dialect;
use super::field::Field;
use crate::counts::Counts;
use crate::scalar::json_count;

pub(super) const DIALECT: Dialect = Dialect {
    keys: &[
        (Field::InputTokens, &["gen_ai.usage.prompt_token_count", "gen_ai.response.prompt_token_count"]),
        (
            Field::VisibleOutputTokens,
            &["gen_ai.usage.candidates_token_count", "gen_ai.response.candidates_token_count"],
        ),
        (Field::TotalTokens, &["gen_ai.usage.total_token_count", "gen_ai.response.total_token_count"]),
        (
            Field::CachedInputTokens,
            &["gen_ai.usage.cached_content_token_count", "gen_ai.response.cached_content_token_count"],
        ),
        (
            Field::ReasoningTokens,
            &["gen_ai.usage.thoughts_token_count", "gen_ai.response.thoughts_token_count"],
        ),
    ],
    usage: &[("gen_ai.usage.metadata", usage_metadata), ("usage_metadata", usage_metadata)],
    ..Dialect::EMPTY
};

/// `{"prompt_token_count": 90, "candidates_token_count": 8, "thoughts_token_count": 40, "total_token_count": 138}`, in
/// either spelling. What tools put into the prompt stands beside it.
pub(super) fn usage_metadata(usage: &Map<String, Json>) -> Counts {
    let of = |names: [&str; 2]| names.iter().find_map(|name| usage.get(*name).and_then(json_count));
    let prompt = of(["prompt_token_count", "promptTokenCount"]);
    let tools = of(["tool_use_prompt_token_count", "toolUsePromptTokenCount"]).unwrap_or(0);
    let candidates = of(["candidates_token_count", "candidatesTokenCount"]);
    let thoughts = of(["thoughts_token_count", "thoughtsTokenCount"]);
    Counts {
        input: prompt.map(|prompt| prompt.saturating_add(tools)),
        output: candidates.or(thoughts.map(|_| 0)).map(|output| output.saturating_add(thoughts.unwrap_or(0))),
        total: of(["total_token_count", "totalTokenCount"]),
        cached: of(["cached_content_token_count", "cachedContentTokenCount"]),
        reasoning: thoughts,
        ..Counts::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: a thinking model's usage in both spellings. Guarantee: thoughts are output, and cached ones input.
    #[test]
    fn usage_metadata_counts_thoughts_as_output() {
        for text in [
            r#"{"prompt_token_count": 90, "candidates_token_count": 8, "thoughts_token_count": 40,
                "cached_content_token_count": 64, "total_token_count": 138}"#,
            r#"{"promptTokenCount": 90, "candidatesTokenCount": 8, "thoughtsTokenCount": 40,
                "cachedContentTokenCount": 64, "totalTokenCount": 138}"#,
        ] {
            let counts = usage_metadata(&serde_json::from_str(text).unwrap());
            assert_eq!((counts.input, counts.output, counts.total), (Some(90), Some(48), Some(138)));
            assert_eq!((counts.cached, counts.reasoning), (Some(64), Some(40)));
        }
    }
}
