//! All runs of one workflow, by the hash of its content.

use duckdb::types::Value;
use duckdb::{Connection, params_from_iter};
use junjo_span_model::{SpanId, TraceId};

use super::handle::Queries;
use super::spans::span_rows;
use crate::budget::{Budget, Held};
use crate::error::StoreError;
use crate::filter::conditions::Conditions;
use crate::filter::time::TimeRange;
use crate::row::{SpanRow, is_error_sql, span_number, trace_halves};

/// Which runs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OverlayFilter {
    /// Hash of the workflow's content (`junjo.executable_structural_id`).
    pub structural_id: String,
    /// The service that ran it.
    pub service: Option<String>,
    /// Start of the run.
    pub time: TimeRange,
}

/// All runs that match, counted, and the newest of them.
#[derive(Debug, Clone, PartialEq)]
pub struct OverlayRuns {
    /// How many there are.
    pub run_count: i64,
    /// Those that failed.
    pub error_count: i64,
    /// Median duration in nanoseconds.
    pub p50_duration_nanos: Option<i64>,
    /// 95th percentile of the duration in nanoseconds.
    pub p95_duration_nanos: Option<i64>,
    /// The newest, newest first.
    pub newest: Vec<SpanRow>,
}

impl OverlayFilter {
    fn conditions(&self) -> Conditions {
        let mut all = Conditions::default();
        all.push("structural_id = ?", [Value::Text(self.structural_id.clone())]);
        // inside other workflows the same graph runs as a subflow
        all.push("span_type IN ('workflow', 'subflow', 'agent')", []);
        all.time(self.time);
        all.text("service = ?", self.service.as_ref());
        all
    }
}

impl Queries {
    /// The runs that match: all counted, at most `limit` read, fewer where they are large.
    pub(crate) async fn overlay_runs(
        &self,
        filter: OverlayFilter,
        limit: usize,
    ) -> Result<OverlayRuns, StoreError> {
        let room = self.reading().page().await?;
        let budget = room.budget();
        let run = move |connection: &Connection| read(connection, &filter, (limit, budget));
        let found = self.index.run(run).await?;
        room.keep(found.newest.iter().map(Held::held_bytes).sum()).await?;
        Ok(found)
    }

    /// Whether the index has a span, whatever became of its payload.
    pub(crate) async fn span_exists(&self, trace_id: TraceId, span_id: SpanId) -> Result<bool, StoreError> {
        let (hi, lo) = trace_halves(trace_id);
        let sql = "SELECT count(*) > 0 FROM spans WHERE trace_hi = ? AND trace_lo = ? AND span_id = ?";
        let run = move |connection: &Connection| {
            connection
                .query_row(sql, [hi, lo, span_number(span_id)], |row| row.get(0))
                .map_err(StoreError::index("find a span"))
        };
        self.index.run(run).await
    }
}

fn read(
    connection: &Connection,
    filter: &OverlayFilter,
    (limit, budget): (usize, Budget),
) -> Result<OverlayRuns, StoreError> {
    let conditions = filter.conditions();
    let (matching, values) = (conditions.sql(), conditions.values());
    let sql = format!(
        "SELECT * FROM spans{matching} ORDER BY start_unix_nanos DESC, trace_hi DESC, trace_lo DESC, span_id DESC LIMIT {limit}"
    );
    let newest = span_rows(connection, &sql, &values, budget)?.rows;
    let sql = format!(
        "SELECT count(*), count(*) FILTER ({}), quantile_disc(duration_nanos, 0.5),
         quantile_disc(duration_nanos, 0.95) FROM spans{matching}",
        is_error_sql()
    );
    connection
        .query_row(&sql, params_from_iter(values), |row| {
            Ok(OverlayRuns {
                run_count: row.get(0)?,
                error_count: row.get(1)?,
                p50_duration_nanos: row.get(2)?,
                p95_duration_nanos: row.get(3)?,
                newest,
            })
        })
        .map_err(StoreError::index("count runs"))
}
