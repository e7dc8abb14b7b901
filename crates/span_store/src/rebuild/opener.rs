//! Opens the index, and has it made anew where it is damaged.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use junjo_wal::Wal;

use super::job::Fill;
use crate::archive::handle::Archive;
use crate::error::{StoreError, chain};
use crate::index::fault::Fault;
use crate::index::handle::Index;
use crate::index::options::IndexState;

/// What opening the index needs; cheap to clone.
#[derive(Clone)]
pub(crate) struct Opener {
    index: Index,
    archive: Archive,
    wal: Wal,
    /// The server stops, so the filling of a lost index should end.
    is_stopping: Arc<AtomicBool>,
}

impl Opener {
    pub(crate) fn new(index: Index, archive: Archive, wal: Wal) -> Self {
        Self { index, archive, wal, is_stopping: Arc::default() }
    }

    /// Opens the index, and fills a new one from the archive; one that is damaged is set aside first, whole. Blocking;
    /// queries work as soon as the file is open.
    pub(crate) fn open_index(&self) -> Result<(), StoreError> {
        let mut outcome = self.open_anew();
        if outcome.is_err() && matches!(self.index.health().fault(), Some(Fault::Corrupt(_))) {
            // found while it was opened or filled
            outcome = self.open_anew();
        }
        if let Err(error) = &outcome {
            self.index.set_state(IndexState::Degraded(chain(error)));
        }
        outcome
    }

    /// Ends the filling of a lost index after the commit that is running; the next start continues there.
    pub(crate) fn stop(&self) {
        self.is_stopping.store(true, Ordering::Release);
    }

    /// Closes what is open, and opens the file, or a new one in the place of a damaged one.
    fn open_anew(&self) -> Result<(), StoreError> {
        self.index.reset()?;
        self.index.report_fault(self.open_and_fill())
    }

    fn open_and_fill(&self) -> Result<(), StoreError> {
        let is_new = self.index.open()?;
        self.index.whole_at(self.wal.newest().map_err(StoreError::Wal)?.unwrap_or_default());
        let fill = Fill {
            index: &self.index,
            archive: &self.archive,
            wal: &self.wal,
            is_stopping: &self.is_stopping,
        };
        fill.run(is_new)?;
        self.index.set_state(IndexState::Ok);
        Ok(())
    }
}
