//! What the row of a trace says besides usage, span by span in any order. Pure.

use std::collections::BTreeSet;

use junjo_span_model::{Role, SpanId, SpanStatus, TraceId};
use junjo_wal::Sequence;

use super::row::TraceRow;
use super::usage::Usage;
use crate::row::{Place, SpanRow};

/// Spans stand in order of their start; those of one moment in order of their place.
pub(super) type Key = (i64, Place);

/// A span as the row of its trace shows it.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) key: Key,
    pub(super) span_id: SpanId,
    pub(super) name: String,
    pub(super) role: Option<Role>,
    pub(super) service: String,
    pub(super) status: SpanStatus,
    pub(super) session_id: Option<String>,
    pub(super) user_id: Option<String>,
    pub(super) input_preview: Option<String>,
    pub(super) output_preview: Option<String>,
}

impl Shown {
    pub(super) fn of(row: &SpanRow) -> Self {
        Self {
            key: key_of(row),
            span_id: row.span_id,
            name: row.name.clone(),
            role: row.role,
            service: row.service.clone(),
            status: row.status,
            session_id: row.session_id.clone(),
            user_id: row.user_id.clone(),
            input_preview: row.input_preview.clone(),
            output_preview: row.output_preview.clone(),
        }
    }

    /// The earlier one.
    pub(super) fn earlier(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(one), Some(other)) => Some(if other.key < one.key { other } else { one }),
            (one, other) => one.or(other),
        }
    }
}

/// Sums, bounds and sets over spans.
#[derive(Debug, Default)]
pub(crate) struct Sum {
    trace_id: Option<TraceId>,
    /// Earliest start and latest end; `None` without spans.
    pub(super) bounds: Option<(i64, i64)>,
    pub(super) earliest: Option<Shown>,
    pub(super) root: Option<Shown>,
    pub(super) session: Option<(Key, String)>,
    pub(super) user: Option<(Key, String)>,
    /// What the earliest call of a language model was asked.
    pub(super) asked: Option<(Key, String)>,
    /// What the call that ended last answered, with its end.
    pub(super) answered: Option<(i64, Key, String)>,
    pub(super) spans: i64,
    pub(super) errors: i64,
    pub(super) workflows: i64,
    pub(super) services: BTreeSet<String>,
    pub(super) models: BTreeSet<String>,
    pub(super) roles: BTreeSet<String>,
    pub(super) sessions: BTreeSet<String>,
    pub(super) users: BTreeSet<String>,
    pub(super) newest: Sequence,
}

impl Sum {
    pub(crate) fn add(&mut self, row: &SpanRow) {
        let key = key_of(row);
        self.trace_id = Some(row.trace_id);
        let (start, end) = self.bounds.unwrap_or((row.start_unix_nano, row.end_unix_nano()));
        self.bounds = Some((start.min(row.start_unix_nano), end.max(row.end_unix_nano())));
        show_earlier(&mut self.earliest, key, row);
        if row.parent_span_id.is_none() {
            show_earlier(&mut self.root, key, row);
        }
        keep_earlier(&mut self.session, key, row.session_id.as_deref());
        keep_earlier(&mut self.user, key, row.user_id.as_deref());
        if row.role == Some(Role::Llm) {
            keep_earlier(&mut self.asked, key, row.input_preview.as_deref());
            self.keep_later(row.end_unix_nano(), key, row.output_preview.as_deref());
        }
        self.spans += 1;
        self.errors += i64::from(row.is_error());
        self.workflows += i64::from(row.is_workflow_run());
        insert(&mut self.services, Some(&row.service));
        insert(&mut self.models, row.model.as_deref());
        insert(&mut self.roles, row.role.map(Role::as_str));
        insert(&mut self.sessions, row.session_id.as_deref());
        insert(&mut self.users, row.user_id.as_deref());
        self.newest = self.newest.max(row.place.sequence);
    }

    fn keep_later(&mut self, end: i64, key: Key, answer: Option<&str>) {
        if let Some(answer) = answer
            && self.answered.as_ref().is_none_or(|(latest, of, _)| (*latest, *of) < (end, key))
        {
            self.answered = Some((end, key, answer.to_owned()));
        }
    }

    /// The row of the trace whose spans were added; `None` without any.
    pub(crate) fn row(self, usage: Usage) -> Option<TraceRow> {
        let (start, end) = self.bounds?;
        let root_missing = self.root.is_none();
        let shown = self.root.or(self.earliest)?;
        let first =
            |own: Option<String>, earliest: Option<(Key, String)>| own.or(earliest.map(|(_, value)| value));
        Some(TraceRow {
            trace_id: self.trace_id?,
            start_unix_nano: start,
            duration_nanos: end.saturating_sub(start),
            root_span_id: shown.span_id,
            root_missing,
            root_name: shown.name,
            root_role: shown.role,
            service: shown.service,
            status: shown.status,
            span_count: count(self.spans),
            error_count: count(self.errors),
            llm_call_count: usage.llm_calls,
            workflow_count: count(self.workflows),
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
            cached_input_tokens: usage.cached_input_tokens,
            cost_usd: usage.cost_usd,
            unpriced_calls: usage.unpriced_calls,
            wrapper_span_ids: usage.wrapper_span_ids,
            session_id: first(shown.session_id, self.session),
            user_id: first(shown.user_id, self.user),
            first_input: shown.input_preview.filter(|_| !root_missing).or(self.asked.map(|(_, text)| text)),
            last_output: shown
                .output_preview
                .filter(|_| !root_missing)
                .or(self.answered.map(|(_, _, text)| text)),
            services: self.services.into_iter().collect(),
            models: self.models.into_iter().collect(),
            roles: self.roles.into_iter().collect(),
            sessions: self.sessions.into_iter().collect(),
            users: self.users.into_iter().collect(),
            newest_sequence: self.newest,
        })
    }
}

impl TraceRow {
    /// The row of a trace, or `None` without spans. `spans` hold each span id once.
    pub fn of(spans: &[&SpanRow]) -> Option<Self> {
        let mut ordered: Vec<&SpanRow> = spans.to_vec();
        ordered.sort_unstable_by_key(|row| (row.start_unix_nano, row.place));
        let mut sum = Sum::default();
        for row in &ordered {
            sum.add(row);
        }
        sum.row(Usage::of(&ordered))
    }
}

pub(super) fn key_of(row: &SpanRow) -> Key {
    (row.start_unix_nano, row.place)
}

/// A count as rows have it.
pub(super) fn count(n: i64) -> i32 {
    i32::try_from(n.max(0)).unwrap_or(i32::MAX)
}

fn show_earlier(shown: &mut Option<Shown>, key: Key, row: &SpanRow) {
    if shown.as_ref().is_none_or(|shown| key < shown.key) {
        *shown = Some(Shown::of(row));
    }
}

fn keep_earlier(kept: &mut Option<(Key, String)>, key: Key, value: Option<&str>) {
    if let Some(value) = value
        && kept.as_ref().is_none_or(|(earlier, _)| key < *earlier)
    {
        *kept = Some((key, value.to_owned()));
    }
}

fn insert(set: &mut BTreeSet<String>, value: Option<&str>) {
    if let Some(value) = value
        && !set.contains(value)
    {
        set.insert(value.to_owned());
    }
}
