//! Whole spans out of the store, in the order of their places, a few at a time.
//!
//! The index says which places are wanted, file by file; the payload is then read in one pass over the file. Memory does
//! not depend on how much is exported: it holds the places of one file and the spans of one batch.

mod parquet;

use std::collections::{HashMap, HashSet};

use arrow::record_batch::RecordBatch;
use duckdb::types::Value;
use duckdb::{Connection, params_from_iter};
use junjo_wal::Sequence;
use tokio::runtime::Handle;

pub use parquet::ParquetExport;

use crate::archive::read::stream_places;
use crate::budget::Held as _;
use crate::catalog::file::Leased;
use crate::dataset::Dataset;
use crate::decode::decode_windows;
use crate::error::StoreError;
use crate::filter::spans::SpanFilter;
use crate::reading::Reading;
use crate::row::{Place, SpanRow};
use crate::scan::handle::Scans;
use crate::scan::hints::{has_hints, hinted_rows};
use crate::scan::job::ScanJob;
use crate::scan::matches::{MATCHES, with_matches};
use crate::scan::records::Records;
use crate::scan::unit::{scan_file, scan_spans};
use crate::whole_span::WholeSpan;

/// Compressed bytes of the wal that are decoded at a time.
const TAIL_CHUNK_BYTES: u64 = 1 << 20;

/// Bytes of decoded spans of the wal that are held at a time.
const WINDOW_BYTES: usize = 4 << 20;

/// Spans whose rows are asked for at a time.
const WINDOW_SPANS: usize = 8_192;

/// Takes the spans of an export; an error ends it.
pub type SpanSink<'a> = dyn FnMut(Vec<WholeSpan>) -> Result<(), StoreError> + 'a;

/// Hands every current span (neither replaced nor deleted) that matches to `sink`, in place order. Spans that arrive after the call are not among them.
/// Blocking: call it on a blocking thread of the runtime. What `reading` holds is for one batch; a larger one takes more.
pub(crate) fn export_spans(
    scans: &Scans,
    reading: &Reading,
    filter: &SpanFilter,
    sink: &mut SpanSink<'_>,
) -> Result<(), StoreError> {
    let (runtime, up_to) = (Handle::current(), scans.index().progress().span_cursor);
    let has_hints = runtime.block_on(has_hints(scans.index()))?;
    let held = reading.bytes();
    let mut counted = |spans: Vec<WholeSpan>| {
        let bytes = spans.iter().map(WholeSpan::held_bytes).sum::<usize>();
        let more = bytes.saturating_sub(usize::try_from(held).unwrap_or(usize::MAX));
        if more > 0 {
            runtime.block_on(reading.hold(more))?;
        }
        let taken = sink(spans);
        reading.shrink_to(held);
        taken
    };
    let export = Export { scans, filter, runtime: runtime.clone(), up_to, has_hints };
    let mut done = Sequence(0);
    while done < export.up_to {
        done = export.step(done, &mut counted)?;
    }
    Ok(())
}

struct Export<'a> {
    scans: &'a Scans,
    filter: &'a SpanFilter,
    runtime: Handle,
    up_to: Sequence,
    /// Log records have hints about spans.
    has_hints: bool,
}

impl Export<'_> {
    /// Exports the next file or piece of the wal behind `done`; returns how far that was.
    fn step(&self, done: Sequence, sink: &mut SpanSink<'_>) -> Result<Sequence, StoreError> {
        if let Some(file) = self.file_behind(done) {
            self.file(&file, done, sink)?;
            return Ok(file.last_sequence);
        }
        let records = self.scans.sources().wal.read_after(done, TAIL_CHUNK_BYTES).map_err(StoreError::Wal)?;
        if self.file_behind(done).is_some() {
            // sealed meanwhile, so some records may be gone from the wal
            return Ok(done);
        }
        let Some(last) = records.last().map(|record| record.sequence) else {
            return Ok(self.up_to);
        };
        let prices = self.scans.sources().prices;
        let quarantine = &self.scans.sources().quarantine;
        let sound = records.iter().filter(|record| !quarantine.has(record.sequence));
        decode_windows(sound, prices, WINDOW_BYTES, &mut |spans| self.window(spans, sink))?;
        Ok(last)
    }

    /// Exports those of `spans`, which are of the wal and in place order, that match.
    fn window(&self, mut spans: Vec<WholeSpan>, sink: &mut SpanSink<'_>) -> Result<(), StoreError> {
        let sequences = spans.iter().map(|span| span.row.place.sequence);
        let Some((first, last)) = sequences.clone().min().zip(sequences.max()) else { return Ok(()) };
        let range = Records { after: Sequence(first.0 - 1), last };
        let matches = match self.job() {
            Some(job) => Some(self.runtime.block_on(scan_spans(self.scans, job, &spans, range))?),
            None => None,
        };
        let wanted: HashSet<Place> = self.matching_places(range, matches)?.into_iter().collect();
        spans.retain(|span| wanted.contains(&span.row.place));
        if spans.is_empty() {
            return Ok(());
        }
        let mut hinted = self.hinted(spans.iter().map(|span| span.row.place).collect())?;
        sink(spans.into_iter().map(|span| with_row_of(&mut hinted, span)).collect())
    }

    /// The first file with records behind `done`.
    fn file_behind(&self, done: Sequence) -> Option<Leased> {
        self.scans
            .archive()
            .manifest()
            .snapshot(Dataset::Spans)
            .files
            .into_iter()
            .find(|file| file.last_sequence > done)
    }

    fn file(&self, file: &Leased, done: Sequence, sink: &mut SpanSink<'_>) -> Result<(), StoreError> {
        let time = self.filter.time;
        let is_outside = time.from_unix_nano.is_some_and(|from| file.max_end_unix_nano < from)
            || time.to_unix_nano.is_some_and(|to| file.min_start_unix_nano >= to);
        if is_outside {
            return Ok(());
        }
        let range = Records { after: done, last: file.last_sequence };
        let matches = match self.job() {
            Some(job) => Some(self.runtime.block_on(scan_file(self.scans, job, file, range))?),
            None => None,
        };
        let places = self.matching_places(range, matches)?;
        if places.is_empty() {
            return Ok(());
        }
        let archive = self.scans.archive();
        let path = archive.absolute_dir().join(&file.path);
        let streamed = if self.has_hints {
            let mut window =
                Window { rows: HashMap::new(), ahead: places.clone().into_iter(), through: None };
            stream_places(&path, places, &mut |spans: Vec<WholeSpan>| {
                let spans = spans.into_iter().map(|span| window.hinted(self, span));
                sink(spans.collect::<Result<_, _>>()?)
            })
        } else {
            stream_places(&path, places, sink)
        };
        streamed.inspect_err(|error| archive.unreadable().note(file, error))
    }

    /// The scan that the filter needs, if any.
    fn job(&self) -> Option<ScanJob> {
        self.filter.needs_scan().then(|| ScanJob::of_spans(self.filter, self.filter.time))
    }

    /// Rows of the index of those spans that log records say something about.
    fn hinted(&self, places: Vec<Place>) -> Result<HashMap<Place, SpanRow>, StoreError> {
        if !self.has_hints {
            return Ok(HashMap::new());
        }
        let rows = self.runtime.block_on(hinted_rows(self.scans.index(), places))?;
        Ok(rows.into_iter().map(|row| (row.place, row)).collect())
    }

    /// Places of the current spans of `records` that match, in order.
    fn matching_places(
        &self,
        records: Records,
        matches: Option<Vec<RecordBatch>>,
    ) -> Result<Vec<Place>, StoreError> {
        let filter = match matches {
            None => self.filter.clone(),
            Some(_) => self.filter.beside_scan(),
        };
        let mut conditions = filter.conditions();
        Records { last: records.last.min(self.up_to), ..records }.push_to(&mut conditions);
        let join = if matches.is_some() {
            format!(" SEMI JOIN {MATCHES} USING (sequence, ordinal)")
        } else {
            String::new()
        };
        let sql = format!(
            "SELECT sequence, ordinal FROM spans{join}{} ORDER BY sequence, ordinal",
            conditions.sql()
        );
        let run = move |connection: &Connection| {
            let find = || places(connection, &sql, conditions.values());
            match &matches {
                Some(matches) => with_matches(connection, "", matches, find),
                None => find(),
            }
        };
        self.runtime.block_on(self.scans.index().run(run))
    }
}

/// The span with its row as the index has it.
fn with_row_of(hinted: &mut HashMap<Place, SpanRow>, span: WholeSpan) -> WholeSpan {
    match hinted.remove(&span.row.place) {
        Some(row) => WholeSpan { row, ..span },
        None => span,
    }
}

/// Rows of the index for the next spans of a file, so that a file's are never all in memory.
struct Window {
    rows: HashMap<Place, SpanRow>,
    /// Places whose rows have not been read yet, in order.
    ahead: std::vec::IntoIter<Place>,
    /// The last one whose row has been read.
    through: Option<Place>,
}

impl Window {
    fn hinted(&mut self, export: &Export<'_>, span: WholeSpan) -> Result<WholeSpan, StoreError> {
        while self.through < Some(span.row.place) {
            let next: Vec<Place> = self.ahead.by_ref().take(WINDOW_SPANS).collect();
            let Some(last) = next.last() else { break };
            self.through = Some(*last);
            self.rows = export.hinted(next)?;
        }
        Ok(with_row_of(&mut self.rows, span))
    }
}

fn places(connection: &Connection, sql: &str, values: Vec<Value>) -> Result<Vec<Place>, StoreError> {
    let failed = || StoreError::index("find spans to export");
    let mut statement = connection.prepare(sql).map_err(failed())?;
    statement
        .query_map(params_from_iter(values), |row| {
            Ok(Place { sequence: Sequence(row.get(0)?), ordinal: row.get(1)? })
        })
        .and_then(Iterator::collect)
        .map_err(failed())
}
