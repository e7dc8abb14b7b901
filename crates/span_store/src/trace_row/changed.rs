//! The row of a trace after a change, without its other spans: what can be added is added, and it says whether the result is what
//! computing the whole would give. Pure.
//!
//! | what | can be added |
//! |---|---|
//! | counts, bounds, the sets of values, the root | always, unless a span was replaced: counts are right then, the others may hold too much |
//! | session and user | where the shown span says it, or all spans say the same |
//! | first words asked and answered | where the root says them, or no call with words arrives and the shown span stays |
//! | tokens, calls and cost | where the trace has one call at most; or where no call arrives and no span of the trace lies below one that arrives |
//!
//! In any other case the sums have every call that arrives, also those that repeat another one (see `counted.rs`).

use std::collections::BTreeSet;

use super::row::TraceRow;
use super::sum::{Key, Shown, Sum, count};
use super::usage::Usage;
use crate::row::SpanRow;

/// What is written of a trace, and the little of it that has to be known.
pub(crate) struct Changes<'a> {
    /// The new rows, those that replace others included.
    pub(crate) new: Vec<&'a SpanRow>,
    /// The rows that they replace.
    pub(crate) replaced: Vec<&'a SpanRow>,
    /// The stored row of the span that the trace's row shows.
    pub(crate) shown: Option<&'a SpanRow>,
    /// Whether a stored span may have one of the new ones for a parent.
    pub(crate) may_have_children: bool,
}

/// A row, and whether it is what computing the whole gives.
pub(crate) struct Changed {
    pub(crate) row: TraceRow,
    pub(crate) is_exact: bool,
}

impl TraceRow {
    /// The row after `changes`.
    pub(crate) fn changed(&self, changes: &Changes<'_>) -> Changed {
        if changes.new.is_empty() {
            return Changed { row: self.clone(), is_exact: true };
        }
        let (mut sum, mut gone) = (Sum::default(), Sum::default());
        for row in &changes.new {
            sum.add(row);
        }
        for row in &changes.replaced {
            gone.add(row);
        }
        let is_there = |row: &&SpanRow| changes.replaced.iter().all(|gone| gone.span_id != row.span_id);
        let stored = changes.shown.filter(is_there).map(Shown::of);
        let was_silent =
            stored.as_ref().map_or((false, false), |row| (row.session_id.is_none(), row.user_id.is_none()));
        let (stored_root, stored_earliest) = if self.root_missing { (None, stored) } else { (stored, None) };
        let root = Shown::earlier(stored_root, sum.root.take());
        let mut row = self.summed(&sum, &gone);
        row.root_missing = root.is_none();
        let shown = root.or_else(|| Shown::earlier(stored_earliest, sum.earliest.take()));
        // what a trace without a root says is its calls'
        let is_same = self.root_missing
            || shown.as_ref().is_some_and(|shown| !row.root_missing && shown.span_id == self.root_span_id);
        let own = shown.as_ref().filter(|_| !row.root_missing);
        let is_words = row.say(own, &sum, is_same);
        let (own_session, own_user) = shown.map_or((None, None), |shown| row.show(shown));
        let session = Texts { before: &self.session_id, all_before: &self.sessions, all: &row.sessions };
        let (session_id, is_session) = session.first(own_session, sum.session, was_silent.0);
        let user = Texts { before: &self.user_id, all_before: &self.users, all: &row.users };
        let (user_id, is_user) = user.first(own_user, sum.user, was_silent.1);
        (row.session_id, row.user_id) = (session_id, user_id);
        let is_usage = row.count_calls(self, changes);
        let is_known = is_session && is_user && is_words && is_usage;
        let is_exact = changes.replaced.is_empty() && changes.shown.is_some() && is_known;
        Changed { row, is_exact }
    }

    /// Counts, bounds and sets, with `sum` and without `gone`.
    fn summed(&self, sum: &Sum, gone: &Sum) -> Self {
        let (start, end) = sum.bounds.unwrap_or((i64::MAX, i64::MIN));
        let start_unix_nano = self.start_unix_nano.min(start);
        let end = self.start_unix_nano.saturating_add(self.duration_nanos).max(end);
        let counted = |own: i32, added: i64, gone: i64| count(i64::from(own) + added - gone);
        let united = |own: &[String], added: &BTreeSet<String>| {
            let all: BTreeSet<&String> = own.iter().chain(added).collect();
            all.into_iter().cloned().collect()
        };
        Self {
            start_unix_nano,
            duration_nanos: end.saturating_sub(start_unix_nano),
            span_count: counted(self.span_count, sum.spans, gone.spans),
            error_count: counted(self.error_count, sum.errors, gone.errors),
            workflow_count: counted(self.workflow_count, sum.workflows, gone.workflows),
            services: united(&self.services, &sum.services),
            models: united(&self.models, &sum.models),
            roles: united(&self.roles, &sum.roles),
            sessions: united(&self.sessions, &sum.sessions),
            users: united(&self.users, &sum.users),
            newest_sequence: self.newest_sequence.max(sum.newest),
            ..self.clone()
        }
    }

    /// Shows a span; returns what it says of session and user.
    fn show(&mut self, shown: Shown) -> (Option<String>, Option<String>) {
        self.root_span_id = shown.span_id;
        self.root_name = shown.name;
        self.root_role = shown.role;
        self.service = shown.service;
        self.status = shown.status;
        (shown.session_id, shown.user_id)
    }

    /// Takes words from `root`, or else leaves them as they are, with those that arrive where there were none; returns whether they are
    /// certain. `is_same` says that what was there is not that of a root that is not shown any more.
    fn say(&mut self, root: Option<&Shown>, sum: &Sum, is_same: bool) -> bool {
        let asked = root.and_then(|root| root.input_preview.clone());
        let answered = root.and_then(|root| root.output_preview.clone());
        let is_asked = asked.is_some() || self.first_input.is_none() || (is_same && sum.asked.is_none());
        let is_answered =
            answered.is_some() || self.last_output.is_none() || (is_same && sum.answered.is_none());
        let arrived = || sum.asked.as_ref().map(|(_, text)| text.clone());
        self.first_input = asked.or_else(|| self.first_input.take()).or_else(arrived);
        let arrived = || sum.answered.as_ref().map(|(_, _, text)| text.clone());
        self.last_output = answered.or_else(|| self.last_output.take()).or_else(arrived);
        is_asked && is_answered
    }

    /// Adds the calls that arrive; returns whether that is what comparing all calls gives.
    fn count_calls(&mut self, before: &Self, changes: &Changes<'_>) -> bool {
        let may_count = |rows: &[&'_ SpanRow]| rows.iter().filter(|row| row.may_count()).count();
        let (new, replaced) = (may_count(&changes.new), may_count(&changes.replaced));
        let mut usage = Usage::default();
        changes.new.iter().filter(|row| row.may_count()).for_each(|row| usage.count(row));
        let mut gone = Usage::default();
        changes.replaced.iter().filter(|row| row.may_count()).for_each(|row| gone.count(row));
        usage.add_to(self);
        gone.take_from(self);
        // one with a cost may be several
        let has_one_at_most =
            before.cost_usd.is_none() && before.wrapper_span_ids.is_empty() && before.unpriced_calls <= 1;
        match new {
            0 => replaced == 0 && (has_one_at_most || !changes.may_have_children),
            1 => replaced == 0 && !before.has_calls(),
            _ => false,
        }
    }
}

/// A text that a trace takes from the span that it shows, or else from the earliest that has one.
struct Texts<'a> {
    before: &'a Option<String>,
    all_before: &'a [String],
    all: &'a [String],
}

impl Texts<'_> {
    /// The text, and whether it is certain. `own` is the shown span's, `arrived` that of the earliest new one;
    /// `was_silent` says that the span that was shown had none.
    fn first(
        &self,
        own: Option<String>,
        arrived: Option<(Key, String)>,
        was_silent: bool,
    ) -> (Option<String>, bool) {
        if own.is_some() {
            return (own, true);
        }
        match (self.all, self.all_before) {
            ([], _) => (None, true),
            ([only], _) => (Some(only.clone()), true),
            (_, []) => (arrived.map(|(_, text)| text), true),
            _ => {
                let is_certain = arrived.is_none() && was_silent;
                (self.before.clone().or(arrived.map(|(_, text)| text)), is_certain)
            }
        }
    }
}

#[cfg(test)]
mod tests;
