//! What changed since a record: the source of the live tail. It holds no state between two questions.

use duckdb::types::Value;
use duckdb::{Connection, params_from_iter};
use junjo_wal::Sequence;

use super::handle::Queries;
use super::traces::{COLUMNS, trace_rows};
use crate::budget::{Held, Rows};
use crate::error::StoreError;
use crate::filter::traces::TraceFilter;
use crate::trace_row::TraceRow;

/// Traces that changed, or how many did.
#[derive(Debug, Clone, PartialEq)]
pub enum Changes {
    /// All of them, oldest change first.
    Traces(Vec<TraceRow>),
    /// More than were asked for: this many, of which none is returned.
    TooMany(u64),
}

/// Bytes of changed traces that are returned at most; a reader that is further behind is told how many there are.
const CHANGES_BYTES_MAX: usize = 2 << 20;

impl Queries {
    /// Traces that match and that records in `after < sequence <= up_to` changed last, at most `limit` of them.
    ///
    /// A trace that later records changed again is not among them: it comes with those.
    pub(crate) async fn changes(
        &self,
        filter: &TraceFilter,
        after: Sequence,
        up_to: Sequence,
        limit: usize,
    ) -> Result<Changes, StoreError> {
        let mut conditions = filter.conditions();
        conditions.push(
            "newest_sequence > ? AND newest_sequence <= ?",
            [Value::BigInt(after.0), Value::BigInt(up_to.0)],
        );
        let (filter, values) = (conditions.sql(), conditions.values());
        let room = self.reading().room(CHANGES_BYTES_MAX).await?;
        let budget = room.budget();
        let run = move |connection: &Connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM traces{filter}
                 ORDER BY newest_sequence, start_unix_nanos, trace_hi, trace_lo LIMIT {}",
                limit.saturating_add(1)
            );
            let Rows { rows: traces, is_cut, .. } = trace_rows(connection, &sql, values.clone(), budget)?;
            if !is_cut && traces.len() <= limit {
                return Ok(Changes::Traces(traces));
            }
            let sql = format!("SELECT count(*) FROM traces{filter}");
            let count: i64 = connection
                .query_row(&sql, params_from_iter(values), |row| row.get(0))
                .map_err(StoreError::index("count changed traces"))?;
            Ok(Changes::TooMany(count.unsigned_abs()))
        };
        let changes = self.index.run(run).await?;
        let bytes = match &changes {
            Changes::Traces(traces) => traces.iter().map(Held::held_bytes).sum(),
            Changes::TooMany(_) => 0,
        };
        room.keep(bytes).await?;
        Ok(changes)
    }
}
