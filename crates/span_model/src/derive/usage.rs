//! Token counts: input with cache reads and writes, output with reasoning, whatever the dialect leaves out.

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::scalar::{json_count, json_object};
use super::vocabulary::{Field, Slots};

/// Token counts of one span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Usage {
    pub(crate) input: Option<i64>,
    pub(crate) output: Option<i64>,
    pub(crate) total: Option<i64>,
    pub(crate) cached: Option<i64>,
    pub(crate) cache_write: Option<i64>,
    pub(crate) reasoning: Option<i64>,
}

impl Usage {
    /// The counts that the attributes give; JSON forms are read only where a count is missing.
    pub(super) fn of(slots: &Slots<'_, '_>) -> Self {
        let mut usage = Self {
            input: slots.count(Field::InputTokens),
            output: slots.count(Field::OutputTokens),
            total: slots.count(Field::TotalTokens),
            cached: slots.count(Field::CachedInputTokens),
            cache_write: slots.count(Field::CacheWriteTokens),
            reasoning: slots.count(Field::ReasoningTokens),
        }
        .inclusive();
        if usage.input.is_none() || usage.output.is_none() {
            for (field, read) in [
                (Field::LangfuseUsage, langfuse as fn(&Map<String, Json>) -> Self),
                (Field::JunjoModelUsage, junjo_model),
                (Field::JunjoAgentUsage, junjo_agent),
            ] {
                if let Some(object) = slots.get(field).and_then(json_object) {
                    usage = usage.or(read(&object).inclusive());
                }
            }
        }
        usage
    }

    /// Adds cache and reasoning tokens where they were left out. They are parts by every convention, so a part larger
    /// than its whole, or a total that only adds up with it, tells that they were not.
    fn inclusive(mut self) -> Self {
        let (mut input, mut output) = (self.input.unwrap_or(0), self.output.unwrap_or(0));
        let cache = self.cached.unwrap_or(0).saturating_add(self.cache_write.unwrap_or(0));
        let reasoning = self.reasoning.unwrap_or(0);
        let adds_up = |input: i64, output: i64| self.total == Some(input.saturating_add(output));
        let (with_cache, with_reasoning) = (input.saturating_add(cache), output.saturating_add(reasoning));
        if cache > input
            || (cache > 0 && (adds_up(with_cache, output) || adds_up(with_cache, with_reasoning)))
        {
            input = with_cache;
        }
        if reasoning > output || (reasoning > 0 && adds_up(input, with_reasoning)) {
            output = with_reasoning;
        }
        self.input = self.input.map(|_| input);
        self.output = self.output.map(|_| output);
        self
    }

    fn or(self, other: Self) -> Self {
        Self {
            input: self.input.or(other.input),
            output: self.output.or(other.output),
            total: self.total.or(other.total),
            cached: self.cached.or(other.cached),
            cache_write: self.cache_write.or(other.cache_write),
            reasoning: self.reasoning.or(other.reasoning),
        }
    }
}

/// Langfuse: parts stand beside each other (`input` excludes `input_cached_tokens`), so that all of a side are added.
/// OpenAI's own names are taken as OpenAI means them.
fn langfuse(details: &Map<String, Json>) -> Usage {
    let of = |names: &[&str]| names.iter().find_map(|name| details.get(*name).and_then(json_count));
    let sum = |is_part: &dyn Fn(&str) -> bool| {
        let parts = details.iter().filter(|(name, _)| is_part(name)).filter_map(|(_, part)| json_count(part));
        parts.fold(0_i64, i64::saturating_add)
    };
    let cached = of(&["input_cached_tokens", "cache_read_input_tokens", "input_cache_read"]);
    let cache_write = of(&["cache_creation_input_tokens", "input_cache_creation"]);
    let input = of(&["input"]).map(|_| sum(&|name| name.starts_with("input") || name.starts_with("cache_")));
    let output = of(&["output"]).map(|_| sum(&|name| name.starts_with("output")));
    Usage {
        input: input.or_else(|| of(&["prompt_tokens", "promptTokens", "input_tokens"])),
        output: output.or_else(|| of(&["completion_tokens", "completionTokens", "output_tokens"])),
        // with parts beside each other a total proves nothing
        total: None,
        cached,
        cache_write,
        reasoning: of(&["output_reasoning_tokens", "output_reasoning"]),
    }
}

/// `{"v":1,"inputTokens":412,"outputTokens":31,"cachedInputTokens":128,"totalTokens":443}`.
fn junjo_model(usage: &Map<String, Json>) -> Usage {
    let of = |name: &str| usage.get(name).and_then(json_count);
    Usage {
        input: of("inputTokens"),
        output: of("outputTokens"),
        total: of("totalTokens"),
        cached: of("cachedInputTokens"),
        cache_write: None,
        reasoning: of("reasoningTokens"),
    }
}

/// `{"v":1,"modelResponses":2,"fields":{"inputTokens":{"sum":952,"observations":2},…}}`.
fn junjo_agent(usage: &Map<String, Json>) -> Usage {
    #[derive(Deserialize)]
    struct Sum {
        sum: Json,
    }
    let fields = usage.get("fields").and_then(Json::as_object);
    let sums = fields.into_iter().flatten().filter_map(|(name, field)| {
        let sum = Sum::deserialize(field).ok()?;
        Some((name.clone(), sum.sum))
    });
    junjo_model(&sums.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(input: i64, output: i64, cached: i64, reasoning: i64, total: Option<i64>) -> Usage {
        Usage {
            input: Some(input),
            output: Some(output),
            total,
            cached: Some(cached),
            cache_write: None,
            reasoning: Some(reasoning),
        }
    }

    /// Scenario: counts with the parts inside, and counts with the parts beside, known by size or by the total.
    /// Guarantee: the wholes include their parts, and are never added to twice.
    #[test]
    fn inclusive_adds_only_what_was_left_out() {
        for (given, input, output) in [
            (usage(100, 20, 64, 12, None), 100, 20),
            (usage(100, 20, 64, 12, Some(120)), 100, 20),
            (usage(5, 20, 2000, 0, None), 2005, 20),
            (usage(100, 20, 64, 0, Some(184)), 164, 20),
            (usage(100, 20, 64, 12, Some(132)), 100, 32),
            (usage(100, 20, 64, 12, Some(196)), 164, 32),
            (usage(100, 20, 0, 300, None), 100, 320),
            (usage(i64::MAX, i64::MAX, i64::MAX, i64::MAX, Some(i64::MAX)), i64::MAX, i64::MAX),
        ] {
            let inclusive = given.inclusive();
            assert_eq!((inclusive.input, inclusive.output), (Some(input), Some(output)), "{given:?}");
        }
        assert_eq!(Usage { cached: Some(9), ..Usage::default() }.inclusive().input, None);
    }

    /// Scenario: the JSON forms. Guarantee: each is read as its dialect means it.
    #[test]
    fn json_usage_is_read_as_the_dialect_means_it() {
        let read = |text: &str| serde_json::from_str::<Map<String, Json>>(text).unwrap();
        let parts = langfuse(&read(
            r#"{"input": 10, "input_cached_tokens": 90, "output": 5, "output_reasoning_tokens": 7, "total": 112}"#,
        ));
        assert_eq!(
            (parts.input, parts.output, parts.cached, parts.reasoning),
            (Some(100), Some(12), Some(90), Some(7))
        );
        let openai = langfuse(&read(r#"{"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}"#));
        assert_eq!((openai.input, openai.output), (Some(10), Some(5)));
        let agent = junjo_agent(&read(
            r#"{"v":1,"fields":{"inputTokens":{"sum":952,"observations":2},"outputTokens":{"sum":-1},"x":3}}"#,
        ));
        assert_eq!((agent.input, agent.output), (Some(952), None));
    }
}
