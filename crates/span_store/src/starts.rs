//! Notes with which record a process begins, so that one that ends the process again and again is found and passed. It decides
//! nothing about records that merely do not decode.
//!
//! `index.indexing` beside the index has the record's sequence, the item in it at which indexing began, and how many starts have
//! begun there (after the third a child process tries the record first, `probe.rs`). It is written when a process indexes for the first time, and removed with the commit; so it is there only when
//! the process ended between the two. Records behind such a note are committed one by one, each with a note of its own, until
//! as many as a usual batch could have had went well.

use std::path::PathBuf;

use junjo_wal::Record;

use crate::dataset::Dataset;
use crate::error::StoreError;
use crate::index::delete::Scope;
use crate::index::probe::Probe;
use crate::probe::SUSPECT;
use crate::store::SpanStore;

/// Starts in a row that end at a record before it is tried in a child process, and put aside where that dies as well: somebody
/// who ends the server again and again while it starts must not have sound records put aside.
const DEATHS_MAX: u32 = 3;
/// Starts in a row that end at a record before it is put aside whatever a child says: it may be the commit that ends the process.
const DEATHS_CERTAIN: u32 = 10;
/// Records that are committed one by one behind a note: one of them was in the batch that the process ended with.
const SINGLES: u32 = 256;

/// What is known of earlier starts, and what this one has noted.
#[derive(Clone)]
pub struct Starts {
    path: PathBuf,
    store: SpanStore,
    /// What an earlier process left.
    found: Option<Note>,
    is_first: bool,
    is_noted: bool,
    singles: u32,
}

/// A place in the log, and how many starts began there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Note {
    sequence: i64,
    item: u32,
    deaths: u32,
}

impl Note {
    fn read(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let (sequence, item, deaths) = (words.next()?, words.next()?, words.next()?);
        Some(Self {
            sequence: sequence.parse().ok()?,
            item: item.parse().ok()?,
            deaths: deaths.parse().ok()?,
        })
    }
}

impl Starts {
    /// Reads what an earlier process left. Blocking.
    pub fn read(store: &SpanStore) -> Self {
        let path = store.note_path();
        let found = std::fs::read_to_string(&path).ok().as_deref().and_then(Note::read);
        Self { path, store: store.clone(), found, is_first: true, is_noted: false, singles: 0 }
    }

    /// Call it before `records` are decoded: says how many of them may be in one commit. A record that has ended the process
    /// often enough is put aside here. Blocking.
    pub fn begin(&mut self, records: &[Record]) -> Result<usize, StoreError> {
        let Some(first) = records.first() else { return Ok(0) };
        let item = self.store.progress().items_within(Dataset::of(first), first.sequence);
        let at = (first.sequence.0, item);
        let is_first = std::mem::take(&mut self.is_first);
        let deaths = if is_first {
            self.found.take().filter(|note| (note.sequence, note.item) == at).map_or(0, |note| note.deaths)
        } else if self.singles > 0 {
            // it may have been in the batch that ended the process
            1
        } else {
            return Ok(records.len());
        };
        if is_first && deaths > 0 {
            self.singles = SINGLES;
        }
        if deaths >= DEATHS_CERTAIN || (deaths >= DEATHS_MAX && !self.survives(first)?) {
            self.put_aside(first, item)?;
        } else {
            self.write(&format!("{} {} {}", at.0, at.1, deaths + 1));
        }
        Ok(if self.singles > 0 { 1 } else { records.len() })
    }

    /// Call it when what was begun is committed, or failed while the process lives. Blocking.
    pub fn survived(&mut self) {
        self.singles = self.singles.saturating_sub(1);
        if std::mem::take(&mut self.is_noted)
            && let Err(error) = std::fs::remove_file(&self.path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "the note of what is being indexed stays");
        }
    }

    /// Whether a child process that decodes the record comes through.
    fn survives(&self, record: &Record) -> Result<bool, StoreError> {
        let path = self.path.with_extension(SUSPECT);
        std::fs::write(&path, record.to_trial()).map_err(StoreError::io("write", &path))?;
        let outcome = self.store.probe(&path);
        std::fs::remove_file(&path).map_err(StoreError::io("remove", &path))?;
        if let Probe::Damaged(reason) = &outcome {
            tracing::warn!(sequence = record.sequence.0, reason, "a child process died over a record");
        }
        Ok(!matches!(outcome, Probe::Damaged(_)))
    }

    /// Leaves a record out of everything. What was indexed of it would have no whole spans.
    fn put_aside(&mut self, record: &Record, item: u32) -> Result<(), StoreError> {
        self.store.quarantine().put_aside(record)?;
        if item > 0 {
            self.store.delete_rows(Scope::Records(Dataset::of(record), record.sequence, record.sequence))?;
        }
        self.is_noted = true;
        Ok(())
    }

    fn write(&mut self, text: &str) {
        let temporary = self.path.with_extension("indexing-tmp");
        // not synced: a power cut is no fault of the record
        let written = std::fs::write(&temporary, text).and_then(|()| std::fs::rename(&temporary, &self.path));
        if let Err(error) = written {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "it cannot be noted what is being indexed");
        }
        self.is_noted = true;
    }
}
