//! What log records say about spans: merged by span, kept for spans that have not arrived yet.

use ahash::{AHashMap, AHashSet};
use duckdb::Connection;
use junjo_span_model::{SpanId, TraceId};
use junjo_wal::Sequence;

use super::append::append_hints;
use crate::error::StoreError;
use crate::log_columns::hint_rows_from_batch;
use crate::log_row::{HintRow, Hints, LogRow};

/// The hints of the touched traces, arrived ones included.
#[derive(Default)]
pub(crate) struct KnownHints {
    by_trace: AHashMap<TraceId, AHashMap<SpanId, HintRow>>,
    changed: AHashSet<(TraceId, SpanId)>,
}

/// The hints in `rows` by span, in place order.
pub(crate) fn arrived_hints(rows: &[LogRow]) -> AHashMap<(TraceId, SpanId), HintRow> {
    let mut arrived: AHashMap<(TraceId, SpanId), HintRow> = AHashMap::new();
    for row in rows {
        let (Some(trace_id), Some(span_id), Some(hints)) = (row.trace_id, row.span_id, &row.hints) else {
            continue;
        };
        let sequence = row.place.sequence;
        arrived
            .entry((trace_id, span_id))
            .and_modify(|known| {
                known.hints.add(hints);
                known.sequence = known.sequence.max(sequence);
            })
            .or_insert_with(|| HintRow { trace_id, span_id, sequence, hints: hints.clone() });
    }
    arrived
}

impl KnownHints {
    /// Reads what is stored of the traces in the scratch table `touched`, adds what arrived, and stores the result.
    pub(crate) fn merge(
        connection: &Connection,
        arrived: AHashMap<(TraceId, SpanId), HintRow>,
    ) -> Result<Self, StoreError> {
        let mut known = Self::default();
        for row in load(connection)? {
            known.by_trace.entry(row.trace_id).or_default().insert(row.span_id, row);
        }
        let mut replaced = Vec::new();
        for (id, new) in arrived {
            let stored = known.by_trace.entry(id.0).or_default();
            let mut merged = new;
            if let Some(old) = stored.get(&id.1) {
                let mut hints = old.hints.clone();
                hints.add(&merged.hints);
                if hints == old.hints {
                    continue;
                }
                merged.hints = hints;
                replaced.push(id);
            }
            stored.insert(id.1, merged);
            known.changed.insert(id);
        }
        delete(connection, &replaced)?;
        let mut rows: Vec<&HintRow> =
            known.changed.iter().filter_map(|(trace, span)| known.by_trace.get(trace)?.get(span)).collect();
        rows.sort_unstable_by_key(|row| (row.sequence, row.trace_id, row.span_id));
        append_hints(connection, &rows)?;
        Ok(known)
    }

    /// What is known of a span.
    pub(crate) fn of(&self, trace: TraceId, span: SpanId) -> Option<&Hints> {
        self.by_trace.get(&trace)?.get(&span).map(|row| &row.hints)
    }

    /// What is known of a span, if this batch added to it.
    pub(crate) fn changed(&self, trace: TraceId, span: SpanId) -> Option<&Hints> {
        self.of(trace, span).filter(|_| self.changed.contains(&(trace, span)))
    }

    /// The newest record that said something about the trace's spans.
    pub(crate) fn newest(&self, trace: TraceId) -> Sequence {
        let rows = self.by_trace.get(&trace).into_iter().flat_map(|hints| hints.values());
        rows.map(|row| row.sequence).max().unwrap_or_default()
    }
}

fn load(connection: &Connection) -> Result<Vec<HintRow>, StoreError> {
    let failed = || StoreError::index("read what log records say");
    let mut statement = connection
        .prepare("SELECT * FROM hints SEMI JOIN touched USING (trace_hi, trace_lo)")
        .map_err(failed())?;
    let mut rows = Vec::new();
    for batch in statement.query_arrow([]).map_err(failed())? {
        rows.extend(hint_rows_from_batch(&batch).map_err(StoreError::Columns)?);
    }
    Ok(rows)
}

/// A few rows at a time: only spans whose records came in more than one batch and said something new.
fn delete(connection: &Connection, ids: &[(TraceId, SpanId)]) -> Result<(), StoreError> {
    use crate::row::{span_number, trace_halves};
    let failed = || StoreError::index("replace what log records say");
    for (trace, span) in ids {
        let (hi, lo) = trace_halves(*trace);
        connection
            .execute(
                "DELETE FROM hints WHERE trace_hi = ? AND trace_lo = ? AND span_id = ?",
                duckdb::params![hi, lo, span_number(*span)],
            )
            .map_err(failed())?;
    }
    Ok(())
}
