//! What a scan has to read, newest first.

use std::path::Path;

use duckdb::{Connection, params_from_iter};
use junjo_wal::Sequence;

use super::handle::Scans;
use super::records::Records;
use crate::catalog::file::Leased;
use crate::columns::columns_after;
use crate::dataset::Dataset;
use crate::error::StoreError;
use crate::filter::conditions::Conditions;
use crate::filter::expr::literal;
use crate::filter::time::TimeRange;

/// Spans of the wal that are searched at a time: little is lost when the time is over meanwhile.
const PIECE_SPANS: i64 = 32_768;

/// One moment's view of archive and log: what may hold spans of a range of time, by the latest start in it, latest first.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) units: Vec<Unit>,
}

/// What is searched at a time.
#[derive(Debug, Clone)]
pub(crate) struct Unit {
    pub(crate) source: Source,
    /// No span in it that is asked for starts later.
    pub(crate) max_start_unix_nano: i64,
}

#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// A file of the archive, which stays in the folder meanwhile.
    File(Leased),
    /// Records that were only in the wal.
    Tail(Records),
}

impl Plan {
    pub(crate) async fn new(scans: &Scans, time: TimeRange) -> Result<Self, StoreError> {
        let up_to = scans.index().progress().span_cursor;
        let sealed = scans.archive().manifest().snapshot(Dataset::Spans);
        let overlaps = |file: &Leased| {
            time.from_unix_nano.is_none_or(|from| file.max_end_unix_nano >= from)
                && time.to_unix_nano.is_none_or(|to| file.min_start_unix_nano < to)
        };
        let files = sealed.files.into_iter().filter(overlaps);
        let mut units: Vec<Unit> = files
            .map(|file| Unit { max_start_unix_nano: file.max_end_unix_nano, source: Source::File(file) })
            .collect();
        if up_to > sealed.through {
            let tail = Records { after: sealed.through, last: up_to };
            let records = move |connection: &Connection| records(connection, tail, time);
            units.extend(pieces(scans.index().run(records).await?, PIECE_SPANS));
        }
        units.sort_by_key(|unit| std::cmp::Reverse(unit.max_start_unix_nano));
        Ok(Self { units })
    }

    /// After `units_done` units: everything that started at or after this has been seen.
    pub(crate) fn searched_from(&self, units_done: usize) -> i64 {
        self.units.get(units_done).map_or(0, |next| next.max_start_unix_nano.saturating_add(1))
    }
}

/// A record with how many current spans it has in the range, and their latest start.
type Filled = (Sequence, i64, i64);

/// The records of `tail` with current spans in `time`.
fn records(connection: &Connection, tail: Records, time: TimeRange) -> Result<Vec<Filled>, StoreError> {
    let failed = || StoreError::index("look at the log's tail");
    let mut conditions = Conditions::default();
    tail.push_to(&mut conditions);
    conditions.time(time);
    let sql = format!(
        "SELECT sequence, count(*), max(start_unix_nanos) FROM spans{} GROUP BY sequence ORDER BY sequence",
        conditions.sql()
    );
    let mut statement = connection.prepare(&sql).map_err(failed())?;
    statement
        .query_map(params_from_iter(conditions.values()), |row| {
            Ok((Sequence(row.get(0)?), row.get(1)?, row.get(2)?))
        })
        .and_then(Iterator::collect)
        .map_err(failed())
}

/// Neighbours put together until they have `spans_min` spans.
fn pieces(records: Vec<Filled>, spans_min: i64) -> Vec<Unit> {
    let mut pieces: Vec<(Unit, i64)> = Vec::new();
    for (sequence, spans, max_start_unix_nano) in records {
        match pieces.last_mut() {
            Some((Unit { source: Source::Tail(records), max_start_unix_nano: latest }, count))
                if *count < spans_min =>
            {
                records.last = sequence;
                *latest = max_start_unix_nano.max(*latest);
                *count += spans;
            }
            _ => {
                let records = Records { after: Sequence(sequence.0.saturating_sub(1)), last: sequence };
                pieces.push((Unit { source: Source::Tail(records), max_start_unix_nano }, spans));
            }
        }
    }
    pieces.into_iter().map(|(unit, _)| unit).collect()
}

/// The file as a relation: exactly this path, which is no pattern and names no partitions. Columns that are newer than its
/// `schema_version` say in each row what such files are taken to say.
pub(super) fn relation(path: &Path, schema_version: i64) -> String {
    let mut pattern = String::new();
    for c in path.to_string_lossy().chars() {
        match c {
            '[' | '*' | '?' => pattern.extend(['[', c, ']']),
            c => pattern.push(c),
        }
    }
    let file = format!("read_parquet({}, hive_partitioning = false)", literal(&pattern));
    let added: Vec<String> = columns_after(schema_version)
        .map(|(column, older)| match older {
            "" => format!(", CAST(NULL AS VARCHAR) AS {column}"),
            older => format!(", {} AS {column}", literal(older)),
        })
        .collect();
    if added.is_empty() { file } else { format!("(SELECT *{} FROM {file})", added.concat()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: records of a few spans, one of many, and a gap between two. Guarantee: neighbours are searched together,
    /// no record twice, and a piece knows the latest start in it.
    #[test]
    fn pieces_hold_enough_spans() {
        let records = [(1, 2, 50), (2, 2, 90), (3, 1, 10), (7, 9, 20), (8, 1, 30)];
        let records = records.map(|(sequence, spans, start)| (Sequence(sequence), spans, start));
        let found: Vec<(i64, i64, i64)> = pieces(records.to_vec(), 4)
            .into_iter()
            .map(|unit| match unit.source {
                Source::Tail(records) => (records.after.0, records.last.0, unit.max_start_unix_nano),
                Source::File(file) => panic!("{file:?}"),
            })
            .collect();
        assert_eq!(found, [(0, 2, 90), (2, 7, 20), (7, 8, 30)]);
        assert!(pieces(Vec::new(), 4).is_empty());
    }

    /// Scenario: a data folder with characters of patterns and of SQL. Guarantee: they stand for themselves.
    #[test]
    fn relation_escapes_the_path() {
        assert_eq!(
            relation(Path::new("/it's/a[1]*?/x.parquet"), i64::MAX),
            "read_parquet('/it''s/a[[]1][*][?]/x.parquet', hive_partitioning = false)"
        );
    }

    /// Scenario: a file of the first version. Guarantee: it has the columns that came later, with what they say of it.
    #[test]
    fn relation_of_an_older_file_has_later_columns() {
        let of_version_1 = relation(Path::new("x.parquet"), 1);
        let added = "(SELECT *, 'default' AS project, CAST(NULL AS VARCHAR) AS service_namespace, ";
        assert!(of_version_1.starts_with(added), "{of_version_1}");
        assert!(of_version_1.ends_with(" FROM read_parquet('x.parquet', hive_partitioning = false))"));
        assert!(!relation(Path::new("x.parquet"), 2).contains("project"));
    }
}
