//! The `usage` object of OpenAI's and Anthropic's APIs, which gateways hand on as it came.
//!
//! Source: platform.openai.com/docs/api-reference (`usage` of chat completions and of responses) and
//! docs.anthropic.com/en/api/messages. OpenAI's parts are inside of its counts; Anthropic's cached tokens stand beside the
//! input.

use serde_json::{Map, Value as Json};

use crate::counts::Counts;
use crate::scalar::json_count;

/// `{"prompt_tokens": 40, "completion_tokens": 12, "total_tokens": 52, "prompt_tokens_details": {"cached_tokens": 16}}`.
pub(super) fn usage(usage: &Map<String, Json>) -> Counts {
    let of = |names: &[&str]| names.iter().find_map(|name| usage.get(*name).and_then(json_count));
    let part = |wholes: &[&str], part: &str| {
        let details = wholes.iter().filter_map(|whole| usage.get(*whole)?.as_object());
        details.filter_map(|details| details.get(part)).find_map(json_count)
    };
    let of_input = |name| part(&["prompt_tokens_details", "input_tokens_details"], name);
    let of_output = |name| part(&["completion_tokens_details", "output_tokens_details"], name);
    Counts {
        input: of(&["prompt_tokens", "input_tokens"]),
        output: of(&["completion_tokens", "output_tokens"]),
        total: of(&["total_tokens"]),
        cached: of_input("cached_tokens").or_else(|| of(&["cache_read_input_tokens"])),
        cache_write: of_input("cache_creation_tokens")
            .or_else(|| of_input("cache_write_tokens"))
            .or_else(|| of(&["cache_creation_input_tokens"])),
        reasoning: of_output("reasoning_tokens"),
        audio_input: of_input("audio_tokens"),
        audio_output: of_output("audio_tokens"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: the usage of chat completions, of responses and of Anthropic. Guarantee: every count is found.
    #[test]
    fn usage_of_each_api_is_read() {
        let read = |text: &str| usage(&serde_json::from_str(text).unwrap());
        let chat = read(
            r#"{"prompt_tokens": 40, "completion_tokens": 12, "total_tokens": 52, "completion_tokens_details": null,
                "prompt_tokens_details": {"cached_tokens": 16, "audio_tokens": 3}}"#,
        );
        assert_eq!((chat.input, chat.output, chat.total), (Some(40), Some(12), Some(52)));
        assert_eq!((chat.cached, chat.audio_input, chat.reasoning), (Some(16), Some(3), None));
        let responses = read(
            r#"{"input_tokens": 40, "output_tokens": 12, "input_tokens_details": {"cached_tokens": 16},
                "output_tokens_details": {"reasoning_tokens": 4}}"#,
        );
        assert_eq!((responses.input, responses.cached, responses.reasoning), (Some(40), Some(16), Some(4)));
        let anthropic = read(
            r#"{"input_tokens": 4, "output_tokens": 12, "cache_read_input_tokens": 20, "cache_creation_input_tokens": 7}"#,
        );
        assert_eq!((anthropic.cached, anthropic.cache_write), (Some(20), Some(7)));
    }
}
