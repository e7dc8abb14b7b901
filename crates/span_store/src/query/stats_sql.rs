//! Statistics as SQL: a narrow relation of what is counted, and the aggregates over it.

use duckdb::Connection;
use duckdb::types::Value;

use super::listing::Listing as _;
use super::stats::{StatsQuery, trace_group};
use crate::error::StoreError;
use crate::filter::conditions::Conditions;
use crate::filter::expr::{Field, group_value, numeric_value};
use crate::filter::spans::SpanFilter;
use crate::filter::time::TimeRange;
use crate::filter::traces::TraceFilter;
use crate::row::is_error_sql;
use crate::scan::matches::MATCHES;
use crate::trace_row::TraceRow;

/// SQL with its parameters.
pub(super) type Question = (String, Vec<Value>);

/// A `SELECT` of the rows that are counted, and one of those whose usage is added up.
///
/// | column | meaning |
/// |---|---|
/// | `start_unix_nano`, `duration_nanos` | of the span or trace |
/// | `failed` | BOOLEAN |
/// | `r` | BOOLEAN, NULL without a value: the field of the ratio |
/// | `m` | DOUBLE, NULL without a number: the field of the measure |
/// | `g0`, `g1`, … | VARCHAR: the groupings, also of usage |
/// | `llm`, `unpriced` | counts; of usage, as the following |
/// | `input`, `output`, `cached`, `cost` | to add up, NULL where there is none |
pub(super) struct Narrow {
    pub(super) counted: Question,
    /// With `start_unix_nano`, and fewer rows: most spans have no usage, and their columns need not be read.
    pub(super) usage: Question,
}

/// Spans; those that repeat the usage of others have none of their own.
pub(super) fn of_spans(
    connection: &Connection,
    query: &StatsQuery,
    filter: &SpanFilter,
) -> Result<Narrow, StoreError> {
    spans(connection, query, filter.time, "", &filter.conditions())
}

/// The same of spans that started at or after `from`, beside the payload fields in [`MATCHES`].
pub(super) fn of_matched_spans(
    connection: &Connection,
    query: &StatsQuery,
    filter: &SpanFilter,
    from: i64,
) -> Result<Narrow, StoreError> {
    let (mut conditions, join) = if filter.needs_scan() {
        (filter.beside_scan().conditions(), "JOIN")
    } else {
        // the scan has read the fields of those spans that have them
        (filter.conditions(), "LEFT JOIN")
    };
    conditions.push("start_unix_nanos >= ?", [Value::BigInt(from)]);
    let join = format!(" {join} {MATCHES} USING (sequence, ordinal)");
    spans(connection, query, filter.time, &join, &conditions)
}

fn spans(
    connection: &Connection,
    query: &StatsQuery,
    time: TimeRange,
    matches: &str,
    conditions: &Conditions,
) -> Result<Narrow, StoreError> {
    let groups = group_columns(query);
    let counted = format!(
        "SELECT start_unix_nanos, duration_nanos, {} AS failed{}{groups} FROM spans{matches}{}",
        is_error_sql(),
        value_columns(query),
        conditions.sql()
    );
    let (mut anti_join, mut values) = (String::new(), Vec::new());
    if has_wrappers(connection, time)? {
        let wrappers = wrappers(time);
        anti_join = format!(" ANTI JOIN ({}) USING (trace_hi, trace_lo, span_id)", wrappers.0);
        values.extend(wrappers.1);
    }
    // the others' own tokens count where nothing below them has any; where it has, they are among the wrappers
    let calls = conditions.and("(is_model_call OR input_tokens IS NOT NULL OR output_tokens IS NOT NULL)");
    values.extend(calls.values());
    let usage = format!(
        "SELECT start_unix_nanos, CASE WHEN role = 'llm' THEN 1 ELSE 0 END AS llm, input_tokens AS input,
         output_tokens AS output, cached_input_tokens AS cached, cost_usd AS cost,
         CASE WHEN cost_usd IS NULL THEN 1 ELSE 0 END AS unpriced{groups}
         FROM spans{matches}{anti_join}{}",
        calls.sql()
    );
    Ok(Narrow { counted: (counted, conditions.values()), usage: (usage, values) })
}

/// The column that a field is in; payload fields were read by the scan, into a column of its own.
fn value(field: &Field, scanned: String) -> String {
    if field.needs_payload() { scanned } else { group_value(field) }
}

/// `r` and `m`, where they are asked for.
fn value_columns(query: &StatsQuery) -> String {
    let ratio = query
        .ratio_of
        .as_ref()
        .map(|field| format!(", try_cast({} AS BOOLEAN) AS r", value(field, "pr".to_owned())));
    let measure = query.measure.as_ref().map(|field| {
        let number = if field.needs_payload() { None } else { numeric_value(field) };
        let number = number.unwrap_or_else(|| "try_cast(pm AS DOUBLE)".to_owned());
        format!(", CASE WHEN isfinite({number}) THEN {number} END AS m")
    });
    ratio.into_iter().chain(measure).collect()
}

fn group_columns(query: &StatsQuery) -> String {
    let column = |(index, field)| format!(", {} AS g{index}", value(field, format!("p{index}")));
    query.group_by.iter().enumerate().map(column).collect()
}

/// Traces of which `conditions` are true; their rows hold their usage.
pub(super) fn of_traces(query: &StatsQuery, conditions: &Conditions) -> Narrow {
    let groups = query.group_by.iter().enumerate().map(|(index, field)| {
        let name = field.name();
        let column = trace_group(&name).unwrap_or_else(|| "NULL".to_owned());
        format!(", CAST({column} AS VARCHAR) AS g{index}")
    });
    let groups: String = groups.collect();
    let filter = conditions.sql();
    let counted = format!(
        "SELECT start_unix_nanos, duration_nanos, error_count > 0 AS failed{groups} FROM traces{filter}"
    );
    let usage = format!(
        "SELECT start_unix_nanos, llm_call_count AS llm, input_tokens AS input, output_tokens AS output,
         cached_input_tokens AS cached, cost_usd AS cost, unpriced_calls AS unpriced{groups} FROM traces{filter}"
    );
    Narrow { counted: (counted, conditions.values()), usage: (usage, conditions.values()) }
}

/// The same of traces that started at or after `from` beside [`MATCHES`].
pub(super) fn of_matched_traces(query: &StatsQuery, filter: &TraceFilter, from: i64) -> Narrow {
    of_traces(query, &TraceRow::matched_conditions(filter, filter.time, from))
}

fn has_wrappers(connection: &Connection, time: TimeRange) -> Result<bool, StoreError> {
    let (sql, values) = wrappers(time);
    connection
        .query_row(
            &format!("SELECT count(*) > 0 FROM ({sql} LIMIT 1)"),
            duckdb::params_from_iter(values),
            |row| row.get(0),
        )
        .map_err(StoreError::index("look for wrapped model calls"))
}

/// The spans of the traces that reach into `time` whose usage others report.
pub(super) fn wrappers(time: TimeRange) -> Question {
    let mut conditions = Conditions::default();
    conditions.push("len(wrapper_span_ids) > 0", []);
    if let Some(from) = time.from_unix_nano {
        conditions.push("start_unix_nanos + duration_nanos >= ?", [Value::BigInt(from)]);
    }
    if let Some(to) = time.to_unix_nano {
        conditions.push("start_unix_nanos < ?", [Value::BigInt(to)]);
    }
    let sql = format!(
        "SELECT trace_hi, trace_lo, unnest(wrapper_span_ids) AS span_id, true AS wrapper FROM traces{}",
        conditions.sql()
    );
    (sql, conditions.values())
}

impl Narrow {
    /// One row a group, largest first.
    pub(super) fn totals(&self, query: &StatsQuery, limit: usize) -> Question {
        let groups = group_names(query);
        let order = groups.iter().fold("count DESC".to_owned(), |order, group| order + ", " + group);
        let only = (String::new(), Vec::new());
        self.aggregate(query, None, &only, &format!("{order} LIMIT {limit}"))
    }

    /// One row a bucket and group, by time, of the given groups only.
    pub(super) fn buckets(
        &self,
        query: &StatsQuery,
        interval: i64,
        groups: &[&[Option<String>]],
        limit: usize,
    ) -> Question {
        let names = group_names(query);
        let mut only = (String::new(), Vec::new());
        if !names.is_empty() {
            let each = groups.iter().map(|group| {
                let same = names.iter().zip(group.iter()).map(|(name, value)| {
                    only.1.push(value.clone().map_or(Value::Null, Value::Text));
                    format!("{name} IS NOT DISTINCT FROM CAST(? AS VARCHAR)")
                });
                format!("({})", same.collect::<Vec<_>>().join(" AND "))
            });
            only.0 = format!(" WHERE {}", each.collect::<Vec<_>>().join(" OR "));
        }
        let order = names.iter().fold("bucket".to_owned(), |order, name| order + ", " + name);
        self.aggregate(query, Some(interval), &only, &format!("{order} LIMIT {limit}"))
    }

    /// Counts and percentiles of all rows beside the sums over those with usage, in the order that `stats.rs` reads. `only`
    /// are conditions on the groups.
    fn aggregate(&self, query: &StatsQuery, interval: Option<i64>, only: &Question, order: &str) -> Question {
        let bucket = interval.map_or_else(
            || "NULL::BIGINT".to_owned(),
            |interval| format!("start_unix_nanos - start_unix_nanos % {interval}"),
        );
        let names = group_names(query);
        let groups = names.iter().fold(String::new(), |all, name| all + ", " + name);
        // without GROUP BY there is one row, also of nothing
        let is_total = names.is_empty() && interval.is_none();
        let by = if is_total { String::new() } else { format!(" GROUP BY bucket{groups}") };
        let same = names.iter().fold("c.bucket IS NOT DISTINCT FROM u.bucket".to_owned(), |all, name| {
            format!("{all} AND c.{name} IS NOT DISTINCT FROM u.{name}")
        });
        let shown = names
            .iter()
            .fold("c.bucket AS bucket".to_owned(), |all, name| format!("{all}, c.{name} AS {name}"));
        let sql = format!(
            "SELECT {shown}, count, failed, durations, mean, coalesce(llm, 0), input, output, cached, cost,
                coalesce(unpriced, 0), true_count, value_count, measured
             FROM (SELECT {bucket} AS bucket{groups}, {counts} FROM ({counted}){only}{by}) c
             LEFT JOIN (SELECT {bucket} AS bucket{groups}, {sums} FROM ({usage}){only}{by}) u ON {same}
             ORDER BY {order}",
            counts = counts(query),
            counted = self.counted.0,
            usage = self.usage.0,
            only = only.0,
            sums = sums(),
        );
        let values = [&self.counted.1, &only.1, &self.usage.1, &only.1];
        (sql, values.into_iter().flatten().cloned().collect())
    }
}

/// Over all rows.
fn counts(query: &StatsQuery) -> String {
    const RANKS: &str = "[0.5, 0.9, 0.95, 0.99]";
    let (ratio, measure) = (query.ratio_of.is_some(), query.measure.is_some());
    let true_count = if ratio { "count(*) FILTER (r)" } else { "0" };
    let value_count = if ratio { "count(r)" } else { "0" };
    let measured = if measure { format!("quantile_cont(m, {RANKS})") } else { "NULL".to_owned() };
    format!(
        "count(*) AS count, count(*) FILTER (failed) AS failed, quantile_cont(duration_nanos, {RANKS}) AS durations,
         avg(duration_nanos) AS mean, {true_count} AS true_count, {value_count} AS value_count,
         {measured} AS measured"
    )
}

/// Over the rows with usage.
fn sums() -> String {
    format!(
        "sum(llm)::BIGINT AS llm, {} AS input, {} AS output, {} AS cached, sum(cost)::DOUBLE AS cost,
         sum(unpriced)::BIGINT AS unpriced",
        clamped_sum("input"),
        clamped_sum("output"),
        clamped_sum("cached"),
    )
}

/// A sum that stops at the largest and the smallest BIGINT, because clients choose the numbers; NULL without values
/// (`least` would ignore the NULL).
pub(super) fn clamped_sum(column: &str) -> String {
    let (min, max) = (i64::MIN, i64::MAX);
    format!(
        "(CASE WHEN sum({column}) > {max} THEN {max} WHEN sum({column}) < {min} THEN {min} ELSE sum({column}) END)::BIGINT"
    )
}

fn group_names(query: &StatsQuery) -> Vec<String> {
    (0..query.group_by.len()).map(|index| format!("g{index}")).collect()
}

/// Whether `field` has numbers to summarise.
pub fn is_numeric(field: &Field) -> bool {
    numeric_value(field).is_some()
}
