//! The rows of large traces that commits could not compute are computed beside the commits. A trace to which spans arrive
//! meanwhile is computed again later; until then its row has the sums of a moment before.

use duckdb::Connection;
use junjo_memory::{Memory, Part};
use junjo_span_model::TraceId;

use super::compute::{Limits, compute, failed, put, stored};
use super::handle::Index;
use crate::error::StoreError;
use crate::row::trace_from_halves;
use crate::trace_row::TraceRow;

/// Of [`Part::Index`], for what is kept of the spans.
const SHARE: u64 = 4;

/// A row that was computed, and the one that it was computed from.
pub struct Settled {
    trace: TraceId,
    before: Option<TraceRow>,
    computed: Option<TraceRow>,
}

impl Index {
    /// Computes the row of the trace that waits longest; `None` when none waits or there is no memory for it now. It takes no
    /// lock that commits need. Blocking.
    pub(crate) fn compute_unsettled(&self, memory: &Memory) -> Result<Option<Settled>, StoreError> {
        let Some((connection, _settling)) = self.beside()? else { return Ok(None) };
        let Some(trace) = self.report_fault(next(&connection))? else { return Ok(None) };
        let bytes = memory.bytes_max(Part::Index) / SHARE;
        let Ok(_loan) = memory.try_reserve(Part::Index, bytes) else { return Ok(None) };
        let is_closing = || self.is_closing();
        let limits = Limits { bytes, is_stopping: &is_closing };
        connection.execute_batch("BEGIN").map_err(failed())?;
        let outcome = stored(&connection, trace)
            .and_then(|before| compute(&connection, trace, &limits).map(|computed| (before, computed)));
        // it has only read
        let _ = connection.execute_batch("ROLLBACK");
        let (before, computed) = self.report_fault(outcome)?;
        Ok(Some(Settled { trace, before, computed }))
    }

    /// Writes what was computed. Blocking.
    pub(crate) fn settle(&self, settled: &Settled) -> Result<(), StoreError> {
        self.write(|writer| put(writer, settled.trace, settled.before.as_ref(), settled.computed.clone()))
    }
}

/// The trace that waits longest.
fn next(connection: &Connection) -> Result<Option<TraceId>, StoreError> {
    let sql = "SELECT trace_hi, trace_lo FROM unsettled ORDER BY rowid LIMIT 1";
    let mut statement = connection.prepare(sql).map_err(failed())?;
    let found = statement.query_map([], |row| Ok(trace_from_halves(row.get(0)?, row.get(1)?)));
    found.and_then(|mut rows| rows.next().transpose()).map_err(failed())
}
