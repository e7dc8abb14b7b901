//! The row of a large trace from all of its spans: they are read in a stream, and little of each is kept.
//!
//! Which calls count is decided by all of them together with the spans above them. Where those are more than the memory for it
//! holds, every model call counts.

use ahash::{AHashMap, AHashSet};
use duckdb::types::Value;
use duckdb::{Connection, params};
use junjo_span_model::{SpanId, TraceId};
use junjo_wal::Sequence;

use super::append::append_traces;
use super::traces::{COLUMNS, WHOLE, trace_rows};
use crate::columns::rows_from_batch;
use crate::error::StoreError;
use crate::row::{SpanRow, trace_halves};
use crate::trace_row::{Sum, TraceRow, Usage};

/// Bytes that one parent takes.
const PARENT_BYTES: u64 = 64;
/// What is kept of a trace while rows are deleted, where nobody hands over an account.
const BYTES_IN_DELETION: u64 = 4 << 20;

pub(super) fn failed() -> impl FnOnce(duckdb::Error) -> StoreError {
    StoreError::index("compute the row of a large trace")
}

/// Writes what was computed from the row `before`. One that has changed since keeps what was added to it; only the sums over its
/// calls are those of the moment before, and it is computed again in its turn.
pub(super) fn put(
    connection: &Connection,
    trace: TraceId,
    before: Option<&TraceRow>,
    computed: Option<TraceRow>,
) -> Result<(), StoreError> {
    let now = stored(connection, trace)?;
    let is_same = now.as_ref() == before;
    let row = match (now, computed) {
        (Some(_), computed) if is_same => computed,
        (Some(now), Some(computed)) => Some(now.with_usage_of(&computed)),
        (now, _) => now,
    };
    let (hi, lo) = trace_halves(trace);
    for table in ["traces", "unsettled"] {
        let sql = format!("DELETE FROM {table} WHERE trace_hi = ? AND trace_lo = ?");
        connection.execute(&sql, [hi, lo]).map_err(failed())?;
    }
    if !is_same && row.is_some() {
        connection.execute("INSERT INTO unsettled VALUES (?, ?)", [hi, lo]).map_err(failed())?;
    }
    append_traces(connection, row.as_slice())
}

/// Puts the row of a large trace right in the transaction that changes it.
pub(super) fn replace_large(connection: &Connection, trace: TraceId) -> Result<(), StoreError> {
    let limits = Limits { bytes: BYTES_IN_DELETION, is_stopping: &|| false };
    let before = stored(connection, trace)?;
    let computed = compute(connection, trace, &limits)?;
    put(connection, trace, before.as_ref(), computed)
}

pub(super) fn stored(connection: &Connection, trace: TraceId) -> Result<Option<TraceRow>, StoreError> {
    let (hi, lo) = trace_halves(trace);
    let sql = format!("SELECT {COLUMNS} FROM traces WHERE trace_hi = ? AND trace_lo = ?");
    let values = vec![Value::UBigInt(hi), Value::UBigInt(lo)];
    Ok(trace_rows(connection, &sql, values, WHOLE)?.rows.into_iter().next())
}

/// What computing may take.
pub(super) struct Limits<'l> {
    pub(super) bytes: u64,
    pub(super) is_stopping: &'l dyn Fn() -> bool,
}

/// The row of a trace from all of its spans.
pub(super) fn compute(
    connection: &Connection,
    trace: TraceId,
    limits: &Limits<'_>,
) -> Result<Option<TraceRow>, StoreError> {
    let (mut sum, mut calls) = (Sum::default(), Calls::within(limits.bytes));
    each_span(connection, trace, limits, &mut |row| {
        sum.add(&row);
        calls.add(row);
    })?;
    let above = calls.above();
    if !above.is_empty() {
        each_span(connection, trace, limits, &mut |row| {
            if above.contains(&row.span_id) {
                calls.add_above(row);
            }
        })?;
    }
    let (hi, lo) = trace_halves(trace);
    let newest = connection
        .query_row(
            "SELECT coalesce(max(sequence), 0) FROM hints WHERE trace_hi = ? AND trace_lo = ?",
            params![hi, lo],
            |row| row.get(0),
        )
        .map_err(failed())?;
    let row = sum.row(calls.usage());
    Ok(row.map(|row| TraceRow { newest_sequence: row.newest_sequence.max(Sequence(newest)), ..row }))
}

fn each_span(
    connection: &Connection,
    trace: TraceId,
    limits: &Limits<'_>,
    visit: &mut dyn FnMut(SpanRow),
) -> Result<(), StoreError> {
    let (hi, lo) = trace_halves(trace);
    let mut statement =
        connection.prepare("SELECT * FROM spans WHERE trace_hi = ? AND trace_lo = ?").map_err(failed())?;
    for batch in statement.stream_arrow([hi, lo]).map_err(failed())? {
        if (limits.is_stopping)() {
            return Err(StoreError::Interrupted);
        }
        rows_from_batch(&batch).map_err(StoreError::Columns)?.into_iter().for_each(&mut *visit);
    }
    Ok(())
}

/// The spans that may count, and the ways up from them.
struct Calls {
    bytes_left: u64,
    rows: Vec<SpanRow>,
    parents: AHashMap<SpanId, SpanId>,
    /// Every model call, once what is kept would be too much.
    all: Option<Usage>,
}

impl Calls {
    fn within(bytes: u64) -> Self {
        Self { bytes_left: bytes, rows: Vec::new(), parents: AHashMap::new(), all: None }
    }

    fn add(&mut self, row: SpanRow) {
        if let Some(all) = &mut self.all {
            if row.is_model_call {
                all.count(&row);
            }
            return;
        }
        if let Some(parent) = row.parent_span_id {
            self.parents.insert(row.span_id, parent);
            self.take(PARENT_BYTES);
        }
        if row.may_count() {
            self.take((size_of::<SpanRow>() + row.text_bytes()) as u64);
            self.rows.push(row);
        }
        if self.bytes_left == 0 {
            self.give_up();
        }
    }

    fn add_above(&mut self, row: SpanRow) {
        self.rows.push(row);
    }

    fn take(&mut self, bytes: u64) {
        self.bytes_left = self.bytes_left.saturating_sub(bytes);
    }

    fn give_up(&mut self) {
        let mut all = Usage::default();
        self.rows.iter().filter(|row| row.is_model_call).for_each(|row| all.count(row));
        self.all = Some(all);
        (self.rows, self.parents) = (Vec::new(), AHashMap::new());
    }

    /// The spans above those that may count; none where no two have to be compared.
    fn above(&mut self) -> AHashSet<SpanId> {
        let mut above = AHashSet::new();
        if self.rows.len() < 2 {
            return above;
        }
        let own: AHashSet<SpanId> = self.rows.iter().map(|row| row.span_id).collect();
        let mut taken = 0;
        for row in &self.rows {
            let mut at = row.parent_span_id;
            while let Some(id) = at {
                if own.contains(&id) || !above.insert(id) {
                    break;
                }
                taken += size_of::<SpanRow>() as u64;
                at = self.parents.get(&id).copied();
            }
        }
        self.take(taken);
        self.parents = AHashMap::new();
        if self.bytes_left == 0 {
            self.give_up();
            above.clear();
        }
        above
    }

    fn usage(mut self) -> Usage {
        if let Some(all) = self.all {
            return all;
        }
        self.rows.sort_unstable_by_key(|row| (row.start_unix_nano, row.place));
        Usage::of(&self.rows.iter().collect::<Vec<_>>())
    }
}
