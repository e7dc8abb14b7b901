//! Token counts as the attributes of any dialect give them.

use crate::counts::Counts;
use crate::dialects::{Field, Slots};
use crate::provider;

/// The counts that the attributes give. `provider` is the normalised one: some SDKs hand on what it counts.
pub(super) fn of(slots: &Slots<'_, '_>, provider: Option<&str>) -> Counts {
    let mut counts = Counts {
        input: slots.count(Field::InputTokens),
        output: slots.count(Field::OutputTokens),
        total: slots.count(Field::TotalTokens),
        cached: slots.count(Field::CachedInputTokens),
        cache_write: slots.count(Field::CacheWriteTokens),
        reasoning: slots.count(Field::ReasoningTokens),
        audio_input: slots.count(Field::AudioInputTokens),
        audio_output: slots.count(Field::AudioOutputTokens),
    };
    let own_cached = counts.cached.is_some();
    for (object, read) in slots.usage_objects() {
        counts = counts.or(read(&object));
    }
    if let Some(uncached) = slots.count(Field::UncachedInputTokens) {
        counts.input = Some(uncached.saturating_add(counts.in_cache()));
    } else if provider.is_some_and(provider::counts_cached_beside) && as_provider_says(slots, own_cached) {
        counts.input = counts.input.map(|input| input.saturating_add(counts.in_cache()));
    }
    if let (None, Some(visible)) = (counts.output, slots.count(Field::VisibleOutputTokens)) {
        counts.output = Some(visible.saturating_add(counts.reasoning.unwrap_or(0)));
    }
    counts.inclusive()
}

/// Whether the cached tokens come from an SDK that leaves them as the provider counts them.
fn as_provider_says(slots: &Slots<'_, '_>, own_cached: bool) -> bool {
    slots.get(Field::CachedInsideInput).is_none()
        && (slots.get(Field::CachedAsProviderSays).is_some()
            || (!own_cached && slots.get(Field::ProviderDetails).is_some()))
}
