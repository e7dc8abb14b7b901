//! Token counts of one span: input with cached tokens, output with those of reasoning. Pure arithmetic.

/// Token counts of one span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counts {
    pub(crate) input: Option<i64>,
    pub(crate) output: Option<i64>,
    pub(crate) total: Option<i64>,
    pub(crate) cached: Option<i64>,
    pub(crate) cache_write: Option<i64>,
    pub(crate) reasoning: Option<i64>,
    pub(crate) audio_input: Option<i64>,
    pub(crate) audio_output: Option<i64>,
}

impl Counts {
    /// Adds cached and reasoning tokens where they were left out. They are parts by every convention, so a part larger
    /// than its whole, or a total that only adds up with it, tells that they were not.
    pub(crate) fn inclusive(mut self) -> Self {
        let (mut input, mut output) = (self.input.unwrap_or(0), self.output.unwrap_or(0));
        let cache = self.in_cache();
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

    /// Input tokens that were read from the cache or written to it.
    pub(crate) fn in_cache(&self) -> i64 {
        self.cached.unwrap_or(0).saturating_add(self.cache_write.unwrap_or(0))
    }

    /// What is known here, else what `other` knows.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            input: self.input.or(other.input),
            output: self.output.or(other.output),
            total: self.total.or(other.total),
            cached: self.cached.or(other.cached),
            cache_write: self.cache_write.or(other.cache_write),
            reasoning: self.reasoning.or(other.reasoning),
            audio_input: self.audio_input.or(other.audio_input),
            audio_output: self.audio_output.or(other.audio_output),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(input: i64, output: i64, cached: i64, reasoning: i64, total: Option<i64>) -> Counts {
        Counts {
            input: Some(input),
            output: Some(output),
            total,
            cached: Some(cached),
            reasoning: Some(reasoning),
            ..Counts::default()
        }
    }

    /// Scenario: counts with the parts inside, and counts with the parts beside, known by size or by the total.
    /// Guarantee: the wholes include their parts, and are never added to twice.
    #[test]
    fn inclusive_adds_only_what_was_left_out() {
        for (given, input, output) in [
            (counts(100, 20, 64, 12, None), 100, 20),
            (counts(100, 20, 64, 12, Some(120)), 100, 20),
            (counts(5, 20, 2000, 0, None), 2005, 20),
            (counts(100, 20, 64, 0, Some(184)), 164, 20),
            (counts(100, 20, 64, 12, Some(132)), 100, 32),
            (counts(100, 20, 64, 12, Some(196)), 164, 32),
            (counts(100, 20, 0, 300, None), 100, 320),
            (counts(i64::MAX, i64::MAX, i64::MAX, i64::MAX, Some(i64::MAX)), i64::MAX, i64::MAX),
        ] {
            let inclusive = given.inclusive();
            assert_eq!((inclusive.input, inclusive.output), (Some(input), Some(output)), "{given:?}");
            assert_eq!(inclusive.inclusive(), inclusive, "{given:?}");
        }
        assert_eq!(Counts { cached: Some(9), ..Counts::default() }.inclusive().input, None);
    }
}
