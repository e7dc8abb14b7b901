//! Failures put together by their kind (`error_fingerprint`), with how they came over time.

use std::collections::HashMap;

use duckdb::types::Value;
use duckdb::{Connection, Row, params_from_iter};
use junjo_span_model::{SpanId, TraceId};

use super::handle::Queries;
use crate::budget::{Budget, Held, Rows};
use crate::error::StoreError;
use crate::filter::conditions::Conditions;
use crate::row::{span_from_number, trace_from_halves};

/// Parts into which the time range of a trend is divided.
pub const TREND_BUCKETS: usize = 24;

/// Which failures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FailureFilter {
    /// Start of the time range, inclusive, unix nanoseconds.
    pub from_unix_nano: i64,
    /// Its end, exclusive.
    pub to_unix_nano: i64,
    /// The service that failed.
    pub service: Option<String>,
    /// Text in the type, the message or the name of the span, in any case.
    pub text: Option<String>,
}

/// Failures of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureGroup {
    /// What all of them have in common, as 16 hexadecimal digits.
    pub fingerprint: String,
    /// Class of the error.
    pub error_type: Option<String>,
    /// The message without what differs.
    pub message: String,
    /// The service that failed.
    pub service: String,
    /// Name of the span that failed, of the example.
    pub span_name: String,
    /// Failed spans in the time range.
    pub count: i64,
    /// Traces in the time range.
    pub trace_count: i64,
    /// Failed spans in each of [`TREND_BUCKETS`] equal parts of the time range, the earliest first.
    pub trend: Vec<i64>,
    /// Start of the first one ever, unix nanoseconds.
    pub first_seen_unix_nano: i64,
    /// Start of the last one ever, unix nanoseconds.
    pub last_seen_unix_nano: i64,
    /// `service.version` of the first one ever.
    pub first_version: Option<String>,
    /// The last one in the time range.
    pub example: (TraceId, SpanId),
}

impl Held for FailureGroup {
    fn held_bytes(&self) -> usize {
        size_of::<Self>() + self.message.len() + self.service.len() + self.span_name.len()
    }
}

impl FailureFilter {
    fn conditions(&self) -> Conditions {
        let mut all = Conditions::default();
        all.push("error_fingerprint IS NOT NULL", []);
        all.text("service = ?", self.service.as_ref());
        if let Some(text) = &self.text {
            let like = ["coalesce(error_type, '')", "error_message", "name"]
                .map(|field| format!("contains(lower({field}), lower(?))"));
            all.push(format!("({})", like.join(" OR ")), [(); 3].map(|()| Value::Text(text.clone())));
        }
        all
    }
}

impl Queries {
    /// At most `limit` kinds of failures that occur in the time range, the most frequent first, and whether there are more.
    pub(crate) async fn failures(
        &self,
        filter: FailureFilter,
        limit: usize,
    ) -> Result<(Vec<FailureGroup>, bool), StoreError> {
        let room = self.reading().page().await?;
        let budget = room.budget();
        let run = move |connection: &Connection| {
            let mut groups = groups(connection, &filter, (limit.saturating_add(1), budget))?;
            let has_more = groups.cut(limit).is_some();
            let mut trends = trends(connection, &filter, &groups.rows)?;
            for group in &mut groups.rows {
                group.trend = trends.remove(&group.fingerprint).unwrap_or_else(|| vec![0; TREND_BUCKETS]);
            }
            Ok((groups, has_more))
        };
        let (groups, has_more) = self.index.run(run).await?;
        room.keep(groups.bytes()).await?;
        Ok((groups.rows, has_more))
    }
}

fn groups(
    connection: &Connection,
    filter: &FailureFilter,
    (limit, budget): (usize, Budget),
) -> Result<Rows<FailureGroup>, StoreError> {
    let failed = || StoreError::index("put failures together");
    let conditions = filter.conditions();
    let sql = format!(
        "SELECT error_fingerprint, any_value(error_type), any_value(error_message), any_value(service),
            arg_max(name, start_unix_nanos) FILTER (is_in), count(*) FILTER (is_in),
            count(DISTINCT (trace_hi, trace_lo)) FILTER (is_in), min(start_unix_nanos), max(start_unix_nanos),
            arg_min(coalesce(service_version, ''), start_unix_nanos),
            arg_max(trace_hi, start_unix_nanos) FILTER (is_in), arg_max(trace_lo, start_unix_nanos) FILTER (is_in),
            arg_max(span_id, start_unix_nanos) FILTER (is_in)
         FROM (SELECT *, start_unix_nanos >= ? AND start_unix_nanos < ? AS is_in FROM spans{})
         GROUP BY error_fingerprint HAVING bool_or(is_in)
         ORDER BY count(*) FILTER (is_in) DESC, error_fingerprint LIMIT {limit}",
        conditions.sql()
    );
    let range = [filter.from_unix_nano, filter.to_unix_nano].map(Value::BigInt);
    let group = |row: &Row<'_>| {
        let version: String = row.get(9)?;
        Ok(FailureGroup {
            fingerprint: row.get(0)?,
            error_type: row.get(1)?,
            message: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
            service: row.get(3)?,
            span_name: row.get(4)?,
            count: row.get(5)?,
            trace_count: row.get(6)?,
            trend: Vec::new(),
            first_seen_unix_nano: row.get(7)?,
            last_seen_unix_nano: row.get(8)?,
            first_version: Some(version).filter(|version| !version.is_empty()),
            example: (trace_from_halves(row.get(10)?, row.get(11)?), span_from_number(row.get(12)?)),
        })
    };
    let mut statement = connection.prepare(&sql).map_err(failed())?;
    let values = range.into_iter().chain(conditions.values());
    let mut groups = Rows::within(budget);
    for found in statement.query_map(params_from_iter(values), group).map_err(failed())? {
        if !groups.push(found.map_err(failed())?) {
            break;
        }
    }
    Ok(groups)
}

/// Failed spans by kind and part of the time range.
fn trends(
    connection: &Connection,
    filter: &FailureFilter,
    groups: &[FailureGroup],
) -> Result<HashMap<String, Vec<i64>>, StoreError> {
    let failed = || StoreError::index("count failures over time");
    let mut trends: HashMap<String, Vec<i64>> =
        groups.iter().map(|group| (group.fingerprint.clone(), vec![0; TREND_BUCKETS])).collect();
    if groups.is_empty() {
        return Ok(trends);
    }
    let (from, to) = (filter.from_unix_nano, filter.to_unix_nano);
    let width = (to.saturating_sub(from) / TREND_BUCKETS as i64).max(1);
    let marks = vec!["?"; groups.len()].join(", ");
    let sql = format!(
        "SELECT error_fingerprint, (start_unix_nanos - ?) // ?, count(*) FROM spans
         WHERE start_unix_nanos >= ? AND start_unix_nanos < ? AND error_fingerprint IN ({marks}) GROUP BY ALL"
    );
    let values = [from, width, from, to]
        .map(Value::BigInt)
        .into_iter()
        .chain(groups.iter().map(|group| Value::Text(group.fingerprint.clone())));
    let part = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?));
    let mut statement = connection.prepare(&sql).map_err(failed())?;
    for found in statement.query_map(params_from_iter(values), part).map_err(failed())? {
        let (fingerprint, at, count) = found.map_err(failed())?;
        let Some(trend) = trends.get_mut(&fingerprint) else { continue };
        // what the division leaves over belongs to the last part
        let at = usize::try_from(at).unwrap_or(0).min(TREND_BUCKETS - 1);
        trend[at] += count;
    }
    Ok(trends)
}
