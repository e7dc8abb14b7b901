//! Counts, errors, duration percentiles, tokens and cost, by time and by any field. Exact: no sampling, no sketches.

use duckdb::types::Value;
use duckdb::{Connection, Row, params_from_iter};

use super::expr::Field;
use super::filter::{SpanFilter, TraceFilter};
use super::search;
use super::stats_sql::{Narrow, of_spans, of_traces};
use crate::error::StoreError;
use crate::scan::Incomplete;
use crate::store::SpanStore;

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
    pub bucket_unix_nanos: Option<i64>,
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

impl StatsQuery {
    /// Whether whole spans have to be read.
    pub fn needs_scan(&self) -> bool {
        let by_filter = match &self.subject {
            StatsSubject::Spans(filter) => filter.needs_scan(),
            StatsSubject::Traces(filter) => filter.needs_scan(),
        };
        by_filter || !search::payload_columns(self).is_empty()
    }
}

impl SpanStore {
    /// Counts what the question asks for.
    pub async fn stats(&self, query: StatsQuery) -> Result<Stats, StoreError> {
        if query.needs_scan() {
            return search::stats(self, query).await;
        }
        let run = move |connection: &Connection| {
            let narrow = match &query.subject {
                StatsSubject::Spans(filter) => of_spans(connection, &query, filter)?,
                StatsSubject::Traces(filter) => of_traces(&query, &filter.conditions()),
            };
            aggregate(connection, &query, &narrow)
        };
        self.executor()?.run(run).await
    }
}

/// Totals where they are wanted, then buckets of the largest groups.
pub(super) fn aggregate(
    connection: &Connection,
    query: &StatsQuery,
    narrow: &Narrow,
) -> Result<Stats, StoreError> {
    let mut stats = Stats::default();
    let is_grouped = !query.group_by.is_empty();
    if is_grouped || query.interval_nanos.is_none() {
        let limit = if is_grouped { query.groups_max } else { 1 };
        stats.totals = rows(connection, query, &narrow.totals(query, limit + 1))?;
        stats.more_groups = stats.totals.len() > limit;
        stats.totals.truncate(limit);
    }
    if let Some(interval) = query.interval_nanos {
        if is_grouped && stats.totals.is_empty() {
            return Ok(stats);
        }
        let groups: Vec<&[Option<String>]> = stats.totals.iter().map(|row| row.group.as_slice()).collect();
        let question = narrow.buckets(query, interval, &groups, STATS_ROWS_MAX + 1);
        stats.buckets = rows(connection, query, &question)?;
        stats.more_buckets = stats.buckets.len() > STATS_ROWS_MAX;
        stats.buckets.truncate(STATS_ROWS_MAX);
    }
    Ok(stats)
}

/// SQL with its parameters.
pub(super) type Question = (String, Vec<Value>);

fn rows(
    connection: &Connection,
    query: &StatsQuery,
    question: &Question,
) -> Result<Vec<StatsRow>, StoreError> {
    let failed = || StoreError::index("compute statistics");
    let mut statement = connection.prepare(&question.0).map_err(failed())?;
    let groups = query.group_by.len();
    statement
        .query_map(params_from_iter(&question.1), |row| stats_row(row, groups, query))
        .and_then(Iterator::collect)
        .map_err(failed())
}

/// One row of the columns that `stats_sql` selects.
fn stats_row(row: &Row<'_>, groups: usize, query: &StatsQuery) -> duckdb::Result<StatsRow> {
    let group = (0..groups).map(|i| row.get(1 + i)).collect::<duckdb::Result<_>>()?;
    let at = |i: usize| 1 + groups + i;
    Ok(StatsRow {
        bucket_unix_nanos: row.get(0)?,
        group,
        count: row.get(at(0))?,
        error_count: row.get(at(1))?,
        duration: percentiles(row.get(at(2))?),
        mean_duration_nanos: row.get::<_, Option<f64>>(at(3))?.unwrap_or(0.0),
        llm_call_count: row.get(at(4))?,
        input_tokens: row.get(at(5))?,
        output_tokens: row.get(at(6))?,
        cached_input_tokens: row.get(at(7))?,
        cost_usd: row.get(at(8))?,
        unpriced_calls: row.get(at(9))?,
        ratio: match query.ratio_of {
            None => None,
            Some(_) => Some(Ratio { true_count: row.get(at(10))?, value_count: row.get(at(11))? }),
        },
        measure: match query.measure {
            None => None,
            Some(_) => Some(percentiles(row.get(at(12))?)),
        },
    })
}

fn percentiles(value: Value) -> Percentiles {
    let Value::List(values) = value else {
        return Percentiles::default();
    };
    let at = |i: usize| match values.get(i) {
        Some(Value::Double(number)) => Some(*number),
        _ => None,
    };
    Percentiles { p50: at(0), p90: at(1), p95: at(2), p99: at(3) }
}

/// What traces can be grouped by: the field's name and the trace's column.
pub(super) const TRACE_GROUPS: [(&str, &str); 6] = [
    ("service", "service"),
    ("name", "root_name"),
    ("role", "root_role"),
    ("status", "(['unset', 'ok', 'error'])[CASE WHEN error_count > 0 THEN 3 ELSE status + 1 END]"),
    ("session_id", "session_id"),
    ("user_id", "user_id"),
];

/// Names of the fields that traces can be grouped by.
pub fn trace_group_fields() -> impl Iterator<Item = &'static str> {
    TRACE_GROUPS.iter().map(|(name, _)| *name)
}
