//! Statistics as SQL: a narrow relation of what is counted, and the aggregates over it.

use duckdb::Connection;
use duckdb::types::Value;

use super::expr::{Field, group_value, numeric_value};
use super::filter::{Conditions, SpanFilter, TimeRange, TraceFilter};
use super::stats::{Question, StatsQuery, TRACE_GROUPS};
use crate::error::StoreError;
use crate::scan::MATCHES;

/// A `SELECT` of the columns that are aggregated.
///
/// | column | meaning |
/// |---|---|
/// | `start_unix_nanos`, `duration_nanos` | of the span or trace |
/// | `failed` | BOOLEAN |
/// | `llm`, `unpriced` | counts |
/// | `input`, `output`, `cached`, `cost` | usage to add up, NULL where there is none |
/// | `r` | BOOLEAN, NULL without a value: the field of the ratio |
/// | `m` | DOUBLE, NULL without a number: the field of the measure |
/// | `g0`, `g1`, … | VARCHAR: the groupings |
pub(super) struct Narrow {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
}

/// Spans; model calls that wrap one have no usage of their own.
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
    let mut values = Vec::new();
    let (join, counted) = if has_wrappers(connection, time)? {
        let wrappers = wrappers(time);
        values.extend(wrappers.1);
        let join = format!(" LEFT JOIN ({}) w USING (trace_hi, trace_lo, span_id)", wrappers.0);
        (join, "is_model_call AND w.wrapper IS NULL")
    } else {
        (String::new(), "is_model_call")
    };
    values.extend(conditions.values());
    let columns = span_columns(query, counted);
    Ok(Narrow { sql: format!("SELECT {columns} FROM spans{join}{matches}{}", conditions.sql()), values })
}

/// The columns of [`Narrow`] over spans; `counted` says whether a span's usage counts.
fn span_columns(query: &StatsQuery, counted: &str) -> String {
    let mut columns = vec![format!(
        "start_unix_nanos, duration_nanos, status = 2 AS failed,
         CASE WHEN {counted} AND role = 'llm' THEN 1 ELSE 0 END AS llm,
         CASE WHEN {counted} THEN input_tokens END AS input,
         CASE WHEN {counted} THEN output_tokens END AS output,
         CASE WHEN {counted} THEN cached_input_tokens END AS cached,
         CASE WHEN {counted} THEN cost_usd END AS cost,
         CASE WHEN {counted} AND cost_usd IS NULL THEN 1 ELSE 0 END AS unpriced"
    )];
    // payload fields were read by the scan
    let value =
        |field: &Field, column: String| if field.needs_payload() { column } else { group_value(field) };
    if let Some(field) = &query.ratio_of {
        columns.push(format!("try_cast({} AS BOOLEAN) AS r", value(field, "pr".to_owned())));
    }
    if let Some(field) = &query.measure {
        let number = if field.needs_payload() { None } else { numeric_value(field) };
        let number = number.unwrap_or_else(|| "try_cast(pm AS DOUBLE)".to_owned());
        columns.push(format!("CASE WHEN isfinite({number}) THEN {number} END AS m"));
    }
    for (index, field) in query.group_by.iter().enumerate() {
        columns.push(format!("{} AS g{index}", value(field, format!("p{index}"))));
    }
    columns.join(", ")
}

/// Traces of which `conditions` are true; their rows hold their usage.
pub(super) fn of_traces(query: &StatsQuery, conditions: &Conditions) -> Narrow {
    let mut columns = vec![String::from(
        "start_unix_nanos, duration_nanos, error_count > 0 AS failed, llm_call_count AS llm, input_tokens AS input,
         output_tokens AS output, cached_input_tokens AS cached, cost_usd AS cost, unpriced_calls AS unpriced",
    )];
    for (index, field) in query.group_by.iter().enumerate() {
        let name = field.name();
        let column =
            TRACE_GROUPS.iter().find(|(known, _)| *known == name).map_or("NULL", |(_, column)| column);
        columns.push(format!("CAST({column} AS VARCHAR) AS g{index}"));
    }
    Narrow {
        sql: format!("SELECT {} FROM traces{}", columns.join(", "), conditions.sql()),
        values: conditions.values(),
    }
}

/// The same of traces that started at or after `from` beside [`MATCHES`].
pub(super) fn of_matched_traces(query: &StatsQuery, filter: &TraceFilter, from: i64) -> Narrow {
    of_traces(query, &filter.matched_conditions(from))
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

/// The model calls of the traces that reach into `time` whose usage a call below them repeats.
pub(super) fn wrappers(time: TimeRange) -> Question {
    let mut conditions = Conditions::default();
    conditions.push("len(wrapper_span_ids) > 0", []);
    if let Some(from) = time.from_unix_nanos {
        conditions.push("start_unix_nanos + duration_nanos >= ?", [Value::BigInt(from)]);
    }
    if let Some(to) = time.to_unix_nanos {
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
        let by = if groups.is_empty() { String::new() } else { format!(" GROUP BY {}", groups.join(", ")) };
        let order = groups.iter().fold("count DESC".to_owned(), |order, group| order + ", " + group);
        let sql = format!(
            "SELECT {} FROM ({}){by} ORDER BY {order} LIMIT {limit}",
            aggregates(query, "NULL::BIGINT"),
            self.sql
        );
        (sql, self.values.clone())
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
        let mut values = self.values.clone();
        let mut only = String::new();
        if !names.is_empty() {
            let each = groups.iter().map(|group| {
                let same = names.iter().zip(group.iter()).map(|(name, value)| {
                    values.push(value.clone().map_or(Value::Null, Value::Text));
                    format!("{name} IS NOT DISTINCT FROM CAST(? AS VARCHAR)")
                });
                format!("({})", same.collect::<Vec<_>>().join(" AND "))
            });
            only = format!(" WHERE {}", each.collect::<Vec<_>>().join(" OR "));
        }
        let bucket = format!("start_unix_nanos - start_unix_nanos % {interval}");
        let by = names.iter().fold(String::new(), |by, name| by + ", " + name);
        let sql = format!(
            "SELECT {} FROM ({}){only} GROUP BY bucket{by} ORDER BY bucket{by} LIMIT {limit}",
            aggregates(query, &bucket),
            self.sql
        );
        (sql, values)
    }
}

/// The columns that `stats.rs` reads, in its order.
fn aggregates(query: &StatsQuery, bucket: &str) -> String {
    const RANKS: &str = "[0.5, 0.9, 0.95, 0.99]";
    let groups = group_names(query).iter().fold(String::new(), |all, name| all + ", " + name);
    let (ratio, measure) = (query.ratio_of.is_some(), query.measure.is_some());
    let true_count = if ratio { "count(*) FILTER (r)" } else { "0" };
    let value_count = if ratio { "count(r)" } else { "0" };
    let measured = if measure { format!("quantile_cont(m, {RANKS})") } else { "NULL".to_owned() };
    format!(
        "{bucket} AS bucket{groups}, count(*) AS count, count(*) FILTER (failed),
         quantile_cont(duration_nanos, {RANKS}), avg(duration_nanos), coalesce(sum(llm), 0)::BIGINT,
         {}, {}, {}, sum(cost)::DOUBLE,
         coalesce(sum(unpriced), 0)::BIGINT, {true_count}, {value_count}, {measured}",
        clamped_sum("input"),
        clamped_sum("output"),
        clamped_sum("cached"),
    )
}

/// A sum that stops at the largest BIGINT, because clients choose the numbers; NULL without values (`least` would ignore
/// the NULL).
pub(super) fn clamped_sum(column: &str) -> String {
    let max = i64::MAX;
    format!("(CASE WHEN sum({column}) > {max} THEN {max} ELSE sum({column}) END)::BIGINT")
}

fn group_names(query: &StatsQuery) -> Vec<String> {
    (0..query.group_by.len()).map(|index| format!("g{index}")).collect()
}

/// Whether `field` has numbers to summarise.
pub fn is_numeric(field: &Field) -> bool {
    numeric_value(field).is_some()
}
