//! Questions about numbers, and their answers: counts, errors, duration percentiles, tokens and cost, by time and by any
//! field. Exact: no sampling, no sketches.

use junjo_span_model::SpanStatus;

use crate::budget::Held;
use crate::filter::expr::{Field, named};
use crate::filter::spans::SpanFilter;
use crate::filter::traces::TraceFilter;
use crate::scan::incomplete::Incomplete;

/// Groupings at once: more make groups that no chart shows.
pub const GROUPINGS_MAX: usize = 3;
/// Buckets times groups in one answer, so that it stays within a few megabytes.
pub const STATS_ROWS_MAX: usize = 20_000;

/// What is counted.
#[derive(Debug, Clone, PartialEq)]
pub enum StatsSubject {
    /// Spans: usage is counted at model calls, and not again at calls that wrap one.
    Spans(SpanFilter),
    /// Traces: usage is the trace's.
    Traces(TraceFilter),
}

/// A question about numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct StatsQuery {
    /// What is counted.
    pub subject: StatsSubject,
    /// Width of a time bucket in nanoseconds, at least 1; `None` for totals alone.
    pub interval_nanos: Option<i64>,
    /// At most [`GROUPINGS_MAX`] fields; of traces those that [`trace_group_fields`] names.
    pub group_by: Vec<Field>,
    /// Largest groups that are told apart; others are left out and `more_groups` is set.
    pub groups_max: usize,
    /// A field whose share of true is wanted.
    pub ratio_of: Option<Field>,
    /// A field whose numbers are summarised as durations are.
    pub measure: Option<Field>,
}

/// Values at ranks of a distribution; `None` without values.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[expect(missing_docs, reason = "the names say the ranks")]
pub struct Percentiles {
    pub p50: Option<f64>,
    pub p90: Option<f64>,
    pub p95: Option<f64>,
    pub p99: Option<f64>,
}

/// How often a field was true.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ratio {
    /// Spans where it was true.
    pub true_count: i64,
    /// Spans that have it.
    pub value_count: i64,
}

/// Numbers of one bucket and group.
#[derive(Debug, Clone, PartialEq)]
pub struct StatsRow {
    /// Start of the bucket, unix nanoseconds; `None` in totals.
    pub bucket_unix_nano: Option<i64>,
    /// One value for each grouping, `None` where it has none.
    pub group: Vec<Option<String>>,
    /// Spans or traces.
    pub count: i64,
    /// Failed ones; a trace failed when one of its spans did.
    pub error_count: i64,
    /// Durations in nanoseconds.
    pub duration: Percentiles,
    /// Mean duration in nanoseconds.
    pub mean_duration_nanos: f64,
    /// Language model calls.
    pub llm_call_count: i64,
    /// Sum; `None` when no call says.
    pub input_tokens: Option<i64>,
    /// Sum; `None` when no call says.
    pub output_tokens: Option<i64>,
    /// Sum; `None` when no call says.
    pub cached_input_tokens: Option<i64>,
    /// Sum over calls with a known cost, US dollars; `None` when none has one.
    pub cost_usd: Option<f64>,
    /// Model calls without a known cost.
    pub unpriced_calls: i64,
    /// Of [`StatsQuery::ratio_of`].
    pub ratio: Option<Ratio>,
    /// Of [`StatsQuery::measure`], in the field's unit.
    pub measure: Option<Percentiles>,
}

/// The answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stats {
    /// Over the whole range, largest group first; empty when buckets without groups were asked for.
    pub totals: Vec<StatsRow>,
    /// By time, then group; empty buckets are left out.
    pub buckets: Vec<StatsRow>,
    /// There are more groups than were asked for.
    pub more_groups: bool,
    /// There are more rows than [`STATS_ROWS_MAX`]; the newest are left out.
    pub more_buckets: bool,
    /// Older spans were not counted.
    pub incomplete: Option<Incomplete>,
}

impl Held for Stats {
    fn held_bytes(&self) -> usize {
        let rows = self.totals.iter().chain(&self.buckets);
        rows.map(|row| {
            let group = row.group.iter().flatten().map(String::len).sum::<usize>();
            size_of::<StatsRow>() + size_of_val(row.group.as_slice()) + group
        })
        .sum()
    }
}

impl StatsQuery {
    /// Whether whole spans have to be read.
    pub fn needs_scan(&self) -> bool {
        let by_filter = match &self.subject {
            StatsSubject::Spans(filter) => filter.needs_scan(),
            StatsSubject::Traces(filter) => filter.needs_scan(),
        };
        by_filter || !payload_columns(self).is_empty()
    }
}

/// The payload fields of a question, each with its column in [`MATCHES`].
pub(super) fn payload_columns(query: &StatsQuery) -> Vec<(String, &Field)> {
    let groups = query.group_by.iter().enumerate().map(|(index, field)| (format!("p{index}"), field));
    let ratio = query.ratio_of.iter().map(|field| ("pr".to_owned(), field));
    let measure = query.measure.iter().map(|field| ("pm".to_owned(), field));
    groups.chain(ratio).chain(measure).filter(|(_, field)| field.needs_payload()).collect()
}

/// What traces can be grouped by: the field's name and the trace's column.
const TRACE_GROUPS: [(&str, &str); 6] = [
    ("service", "service"),
    ("name", "root_name"),
    ("role", "root_role"),
    ("status", "status"),
    ("session_id", "session_id"),
    ("user_id", "user_id"),
];

/// The value of a field by which traces can be grouped, in SQL; a trace failed when one of its spans did.
pub(super) fn trace_group(name: &str) -> Option<String> {
    let (_, column) = TRACE_GROUPS.iter().find(|(known, _)| *known == name)?;
    if *column != "status" {
        return Some((*column).to_owned());
    }
    let code = format!("(CASE WHEN error_count > 0 THEN {} ELSE status END)", SpanStatus::Error.code());
    Some(named(&code, &SpanStatus::WORDS))
}

/// Names of the fields that traces can be grouped by.
pub fn trace_group_fields() -> impl Iterator<Item = &'static str> {
    TRACE_GROUPS.iter().map(|(name, _)| *name)
}
