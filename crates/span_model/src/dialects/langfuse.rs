//! Langfuse's SDKs.
//!
//! Source: langfuse.com/docs/opentelemetry. Its Python SDK writes plain `session.id` and `user.id` besides.

use serde_json::{Map, Value as Json};

use super::dialect::Dialect;
use super::field::Field;
use crate::counts::Counts;
use crate::role::Role;
use crate::scalar::json_count;

pub(super) const DIALECT: Dialect = Dialect {
    keys: &[
        (Field::Model, &["langfuse.observation.model.name"]),
        (Field::CostDetails, &["langfuse.observation.cost_details"]),
        (Field::SessionId, &["langfuse.session.id"]),
        (Field::UserId, &["langfuse.user.id"]),
        (Field::ParameterObject, &["langfuse.observation.model.parameters"]),
        (Field::FirstChunkTime, &["langfuse.observation.completion_start_time"]),
        (Field::Input, &["langfuse.observation.input", "langfuse.trace.input"]),
        (Field::Output, &["langfuse.observation.output", "langfuse.trace.output"]),
        (Field::PromptName, &["langfuse.observation.prompt.name"]),
        (Field::PromptVersion, &["langfuse.observation.prompt.version"]),
        (Field::Tags, &["langfuse.trace.tags"]),
        (Field::MetadataPrefix, &["langfuse.trace.metadata.", "langfuse.observation.metadata."]),
        (Field::Environment, &["langfuse.environment"]),
        (Field::Release, &["langfuse.release", "langfuse.version"]),
        (Field::StatusMessage, &["langfuse.observation.status_message"]),
        (Field::Level, &["langfuse.observation.level"]),
    ],
    kinds: &[("langfuse.observation.type", observation_type)],
    usage: &[("langfuse.observation.usage_details", usage)],
    ..Dialect::EMPTY
};

fn observation_type(observation: &str) -> Option<Role> {
    match observation {
        "generation" => Some(Role::Llm),
        "embedding" => Some(Role::Embedding),
        "agent" => Some(Role::Agent),
        "tool" => Some(Role::Tool),
        "chain" => Some(Role::Chain),
        "retriever" => Some(Role::Retriever),
        "evaluator" => Some(Role::Evaluator),
        "guardrail" => Some(Role::Guardrail),
        _ => None,
    }
}

/// Parts stand beside each other (`input` excludes `input_cached_tokens`), so that all of a side are added. OpenAI's own
/// names are taken as OpenAI means them, and Anthropic's, which also stand beside each other, as Anthropic does.
fn usage(details: &Map<String, Json>) -> Counts {
    let of = |names: &[&str]| names.iter().find_map(|name| details.get(*name).and_then(json_count));
    let sum = |is_part: &dyn Fn(&str) -> bool| {
        let parts = details.iter().filter(|(name, _)| is_part(name)).filter_map(|(_, part)| json_count(part));
        parts.fold(0_i64, i64::saturating_add)
    };
    let is_input = |name: &str| name.starts_with("input") || name.starts_with("cache_");
    let is_anthropic = ["cache_read_input_tokens", "cache_creation_input_tokens"]
        .iter()
        .any(|name| details.contains_key(*name));
    let input =
        of(&["input"]).or_else(|| of(&["input_tokens"]).filter(|_| is_anthropic)).map(|_| sum(&is_input));
    let output = of(&["output"]).map(|_| sum(&|name| name.starts_with("output")));
    Counts {
        input: input.or_else(|| of(&["prompt_tokens", "promptTokens", "input_tokens"])),
        output: output.or_else(|| of(&["completion_tokens", "completionTokens", "output_tokens"])),
        // with parts beside each other a total proves nothing
        total: None,
        cached: of(&["input_cached_tokens", "cache_read_input_tokens", "input_cache_read", "cached_tokens"]),
        cache_write: of(&["cache_creation_input_tokens", "input_cache_creation", "input_cache_write"]),
        reasoning: of(&["output_reasoning_tokens", "output_reasoning", "reasoning_tokens"]),
        audio_input: of(&["input_audio_tokens", "input_audio"]),
        audio_output: of(&["output_audio_tokens", "output_audio"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: Langfuse's own parts, OpenAI's names, Anthropic's raw usage. Guarantee: each is read as it is meant.
    #[test]
    fn usage_is_read_as_its_names_mean_it() {
        let read = |text: &str| usage(&serde_json::from_str::<Map<String, Json>>(text).unwrap());
        let parts = read(
            r#"{"input": 10, "input_cached_tokens": 90, "output": 5, "output_reasoning_tokens": 7, "total": 112}"#,
        );
        assert_eq!(
            (parts.input, parts.output, parts.cached, parts.reasoning),
            (Some(100), Some(12), Some(90), Some(7))
        );
        let openai = read(r#"{"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}"#);
        assert_eq!((openai.input, openai.output), (Some(10), Some(5)));
        let anthropic = read(r#"{"input_tokens": 50, "output_tokens": 5, "cache_read_input_tokens": 40}"#);
        assert_eq!((anthropic.input, anthropic.cached), (Some(90), Some(40)));
    }
}
