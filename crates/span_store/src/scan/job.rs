//! What a scan looks for.

use duckdb::types::Value;

use super::records::Records;
use crate::filter::expr::Fragment;
use crate::filter::spans::SpanFilter;
use crate::filter::time::TimeRange;
use crate::filter::traces::TraceFilter;

/// What a scan looks for in each unit.
#[derive(Debug, Clone)]
pub(crate) struct ScanJob {
    /// Starts of the spans.
    pub(crate) time: TimeRange,
    /// What is selected besides the place, each with its name: `, expression AS name`. Its parameters come first.
    pub(crate) columns: Fragment,
    /// Which spans are wanted.
    pub(crate) condition: Fragment,
    /// Whether columns or condition look at what log records may say.
    pub(crate) reads_hints: bool,
}

impl ScanJob {
    /// For the places of spans alone.
    pub(crate) fn of_spans(filter: &SpanFilter, time: TimeRange) -> Self {
        Self {
            time,
            columns: Fragment::default(),
            condition: filter.scan_condition(),
            reads_hints: filter.reads_hints(),
        }
    }

    /// For spans with the columns [`TRACE_MARKS`]: `f` (the span fulfils the filter's condition) and `t` (it holds the text),
    /// false where that is not asked for.
    pub(crate) fn of_traces(filter: &TraceFilter, time: TimeRange) -> Self {
        let (expr, text) = filter.scan_conditions();
        let (mut columns, mut condition) = (Fragment::default(), Fragment::default());
        for (name, part) in [("f", expr), ("t", text)] {
            let Some(part) = part else {
                columns.push(&format!(", false AS {name}"));
                continue;
            };
            columns.push(&format!(", coalesce({}, false) AS {name}", part.text));
            columns.values.extend(part.values.iter().cloned());
            condition.push(if condition.text.is_empty() { "" } else { " OR " });
            condition.push(&part.text);
            condition.values.extend(part.values);
        }
        Self { time, columns, condition, reads_hints: filter.reads_hints() }
    }

    /// The question to `relation`.
    pub(super) fn sql(&self, relation: &str, records: Records) -> (String, Vec<Value>) {
        let mut sql = format!(
            "SELECT sequence, ordinal{} FROM {relation} WHERE ({})",
            self.columns.text, self.condition.text
        );
        let mut values = self.columns.values.clone();
        values.extend(self.condition.values.iter().cloned());
        if let Some(from) = self.time.from_unix_nano {
            sql.push_str(" AND start_unix_nanos >= ?");
            values.push(Value::BigInt(from));
        }
        if let Some(to) = self.time.to_unix_nano {
            sql.push_str(" AND start_unix_nanos < ?");
            values.push(Value::BigInt(to));
        }
        sql.push_str(" AND sequence > ? AND sequence <= ?");
        values.extend([Value::BigInt(records.after.0), Value::BigInt(records.last.0)]);
        (sql, values)
    }
}

/// The columns of [`ScanJob::of_traces`] with their SQL types.
pub(crate) const TRACE_MARKS: &str = ", f BOOLEAN, t BOOLEAN";
