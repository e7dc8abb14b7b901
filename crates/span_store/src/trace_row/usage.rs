//! Tokens, calls and cost of a trace: sums over the spans that count. Pure.

use junjo_span_model::{Role, SpanId};

use super::counted::counted;
use super::row::TraceRow;
use crate::row::SpanRow;

/// What the spans that count sum up to.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Usage {
    pub(super) llm_calls: i32,
    pub(super) input_tokens: Option<i64>,
    pub(super) output_tokens: Option<i64>,
    pub(super) cached_input_tokens: Option<i64>,
    pub(super) cost_usd: Option<f64>,
    pub(super) unpriced_calls: i32,
    pub(super) wrapper_span_ids: Vec<SpanId>,
}

impl Usage {
    /// Sums over the spans that count; `spans` in order of start and place.
    pub(crate) fn of(spans: &[&SpanRow]) -> Self {
        let mut sum = Self::default();
        for (row, counts) in spans.iter().zip(counted(spans)) {
            if counts {
                sum.count(row);
            } else if row.may_count() {
                sum.wrapper_span_ids.push(row.span_id);
            }
        }
        sum.wrapper_span_ids.sort_unstable();
        sum
    }

    /// Adds the sums to those of a trace's row.
    pub(super) fn add_to(&self, row: &mut TraceRow) {
        row.llm_call_count = row.llm_call_count.saturating_add(self.llm_calls);
        row.unpriced_calls = row.unpriced_calls.saturating_add(self.unpriced_calls);
        add(&mut row.input_tokens, self.input_tokens);
        add(&mut row.output_tokens, self.output_tokens);
        add(&mut row.cached_input_tokens, self.cached_input_tokens);
        if let Some(cost) = self.cost_usd {
            row.cost_usd = Some(row.cost_usd.unwrap_or(0.0) + cost);
        }
    }

    /// Takes them away again, as far as they are in there.
    pub(super) fn take_from(&self, row: &mut TraceRow) {
        row.llm_call_count = (row.llm_call_count - self.llm_calls).max(0);
        row.unpriced_calls = (row.unpriced_calls - self.unpriced_calls).max(0);
        take(&mut row.input_tokens, self.input_tokens);
        take(&mut row.output_tokens, self.output_tokens);
        take(&mut row.cached_input_tokens, self.cached_input_tokens);
        if let Some(cost) = self.cost_usd {
            row.cost_usd = row.cost_usd.map(|sum| (sum - cost).max(0.0));
        }
    }

    /// Adds a span that counts.
    pub(crate) fn count(&mut self, row: &SpanRow) {
        self.llm_calls += i32::from(row.role == Some(Role::Llm));
        add(&mut self.input_tokens, row.input_tokens);
        add(&mut self.output_tokens, row.output_tokens);
        add(&mut self.cached_input_tokens, row.cached_input_tokens);
        match row.cost_usd {
            Some(cost) => self.cost_usd = Some(self.cost_usd.unwrap_or(0.0) + cost),
            None => self.unpriced_calls += 1,
        }
    }
}

fn add(sum: &mut Option<i64>, value: Option<i64>) {
    if let Some(value) = value {
        *sum = Some(sum.unwrap_or(0).saturating_add(value));
    }
}

fn take(sum: &mut Option<i64>, value: Option<i64>) {
    if let (Some(sum), Some(value)) = (sum, value) {
        *sum = sum.saturating_sub(value).max(0);
    }
}
