//! Numbers read from the index.

use duckdb::types::Value;
use duckdb::{Connection, Row, params_from_iter};

use super::stats::{Percentiles, Ratio, STATS_ROWS_MAX, Stats, StatsQuery, StatsRow};
use super::stats_sql::{Narrow, Question};
use crate::error::StoreError;

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
        bucket_unix_nano: row.get(0)?,
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
