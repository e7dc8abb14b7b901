//! The one live row per trace, computed from all its narrow rows. Pure.

mod counted;

use std::collections::BTreeSet;

use junjo_span_model::{Role, SpanId, SpanStatus, TraceId};
use junjo_wal::Sequence;

use crate::budget::Held;
use crate::row::SpanRow;

/// What lists, filters and charts use of one trace.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceRow {
    /// Id of the trace.
    pub trace_id: TraceId,
    /// Earliest start of a span, unix nanoseconds.
    pub start_unix_nano: i64,
    /// Latest end of a span minus the earliest start.
    pub duration_nanos: i64,
    /// The root, or the earliest span while the root is missing.
    pub root_span_id: SpanId,
    /// No span without a parent has arrived yet.
    pub root_missing: bool,
    /// Name of that span.
    pub root_name: String,
    /// Role of that span.
    pub root_role: Option<Role>,
    /// Service of that span.
    pub service: String,
    /// Status of that span.
    pub status: SpanStatus,
    /// Spans of the trace.
    pub span_count: i32,
    /// Failed spans.
    pub error_count: i32,
    /// Language model calls that count; see `counted.rs`.
    pub llm_call_count: i32,
    /// Junjo workflow runs.
    pub workflow_count: i32,
    /// Input tokens of the spans that count; `None` when none of them says.
    pub input_tokens: Option<i64>,
    /// Output tokens of the same.
    pub output_tokens: Option<i64>,
    /// Part of the input tokens that came from the provider's cache.
    pub cached_input_tokens: Option<i64>,
    /// Cost of those that have one.
    pub cost_usd: Option<f64>,
    /// Those without a known cost.
    pub unpriced_calls: i32,
    /// Model calls and other spans with tokens that do not count, because others report the same; sorted.
    pub wrapper_span_ids: Vec<SpanId>,
    /// From the root, or else the earliest span that has one.
    pub session_id: Option<String>,
    /// From the root, or else the earliest span that has one.
    pub user_id: Option<String>,
    /// Distinct values over all spans, sorted.
    pub services: Vec<String>,
    /// Distinct values over all spans, sorted.
    pub models: Vec<String>,
    /// Distinct values over all spans, sorted.
    pub roles: Vec<String>,
    /// Distinct values over all spans, sorted.
    pub sessions: Vec<String>,
    /// Distinct values over all spans, sorted.
    pub users: Vec<String>,
    /// The newest record that changed this row.
    pub newest_sequence: Sequence,
}

impl Held for TraceRow {
    fn held_bytes(&self) -> usize {
        let texts = [&self.root_name, &self.service].into_iter().chain(&self.session_id).chain(&self.user_id);
        let lists = [&self.services, &self.models, &self.roles, &self.sessions, &self.users];
        let listed = lists.into_iter().flatten().map(|text| size_of::<String>() + text.len());
        size_of::<Self>()
            + size_of_val(self.wrapper_span_ids.as_slice())
            + texts.map(String::len).sum::<usize>()
            + listed.sum::<usize>()
    }
}

impl TraceRow {
    /// The row of a trace, or `None` without spans. `spans` hold each span id once.
    pub fn of(spans: &[&SpanRow]) -> Option<Self> {
        let mut ordered: Vec<&SpanRow> = spans.to_vec();
        ordered.sort_unstable_by_key(|row| (row.start_unix_nano, row.place));
        let earliest = *ordered.first()?;
        let root = ordered.iter().find(|row| row.parent_span_id.is_none()).copied();
        let shown = root.unwrap_or(earliest);
        let end = ordered.iter().map(|row| row.end_unix_nano()).max().unwrap_or(0);
        let usage = Usage::of(&ordered);
        let first_with = |get: fn(&SpanRow) -> &Option<String>| {
            get(shown).clone().or_else(|| ordered.iter().find_map(|row| get(row).clone()))
        };
        Some(Self {
            trace_id: earliest.trace_id,
            start_unix_nano: earliest.start_unix_nano,
            duration_nanos: end.saturating_sub(earliest.start_unix_nano),
            root_span_id: shown.span_id,
            root_missing: root.is_none(),
            root_name: shown.name.clone(),
            root_role: shown.role,
            service: shown.service.clone(),
            status: shown.status,
            span_count: count(ordered.len()),
            error_count: count(ordered.iter().filter(|row| row.is_error()).count()),
            llm_call_count: usage.llm_calls,
            workflow_count: count(ordered.iter().filter(|row| row.is_workflow_run()).count()),
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
            cached_input_tokens: usage.cached_input_tokens,
            cost_usd: usage.cost_usd,
            unpriced_calls: usage.unpriced_calls,
            wrapper_span_ids: usage.wrapper_span_ids,
            session_id: first_with(|row| &row.session_id),
            user_id: first_with(|row| &row.user_id),
            services: distinct(ordered.iter().map(|row| Some(row.service.as_str()))),
            models: distinct(ordered.iter().map(|row| row.model.as_deref())),
            roles: distinct(ordered.iter().map(|row| row.role.map(Role::as_str))),
            sessions: distinct(ordered.iter().map(|row| row.session_id.as_deref())),
            users: distinct(ordered.iter().map(|row| row.user_id.as_deref())),
            newest_sequence: ordered.iter().map(|row| row.place.sequence).max().unwrap_or_default(),
        })
    }
}

#[derive(Default)]
struct Usage {
    llm_calls: i32,
    input_tokens: Option<i64>,
    output_tokens: Option<i64>,
    cached_input_tokens: Option<i64>,
    cost_usd: Option<f64>,
    unpriced_calls: i32,
    wrapper_span_ids: Vec<SpanId>,
}

impl Usage {
    /// Sums over the spans that count.
    fn of(spans: &[&SpanRow]) -> Self {
        let mut sum = Self::default();
        for (row, counts) in spans.iter().zip(counted::counted(spans)) {
            if counts {
                sum.count(row);
            } else if row.may_count() {
                sum.wrapper_span_ids.push(row.span_id);
            }
        }
        sum.wrapper_span_ids.sort_unstable();
        sum
    }

    fn count(&mut self, row: &SpanRow) {
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

fn count(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

fn distinct<'a>(values: impl Iterator<Item = Option<&'a str>>) -> Vec<String> {
    values.flatten().collect::<BTreeSet<_>>().into_iter().map(str::to_owned).collect()
}
