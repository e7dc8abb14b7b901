//! What upkeep works on. Each file beside this one adds the work of one subject.

use std::sync::Arc;

use junjo_wal::Wal;
use parking_lot::{Mutex, MutexGuard};

use super::compact::CompactPolicy;
use super::retention::Retention;
use super::state::UpkeepState;
use super::trust::Trust;
use crate::archive::handle::Archive;
use crate::catalog::handle::Catalog;
use crate::catalog::manifest::Manifest;
use crate::index::handle::Index;
use crate::long_work::LongWork;
use crate::quarantine::Quarantine;
use crate::seal::sealer::Sealer;

/// Everything that upkeep does; cheap to clone.
#[derive(Clone)]
pub(crate) struct UpkeepWork {
    pub(super) wal: Wal,
    pub(super) index: Index,
    pub(super) archive: Archive,
    pub(super) sealer: Sealer,
    pub(super) quarantine: Quarantine,
    pub(super) long_work: LongWork,
    pub(super) compact: CompactPolicy,
    pub(super) retention: Retention,
    state: Arc<Mutex<UpkeepState>>,
}

/// The parts of the store that upkeep works on.
pub(crate) struct UpkeepParts {
    pub(crate) wal: Wal,
    pub(crate) index: Index,
    pub(crate) archive: Archive,
    pub(crate) sealer: Sealer,
    pub(crate) quarantine: Quarantine,
    pub(crate) long_work: LongWork,
}

impl UpkeepWork {
    pub(crate) fn new(parts: UpkeepParts, compact: CompactPolicy, retention: Retention) -> Self {
        let UpkeepParts { wal, index, archive, sealer, quarantine, long_work } = parts;
        let trust = Trust::since(archive.catalog().clock().known().believed_unix_nano);
        let state = Arc::new(Mutex::new(UpkeepState { trust, ..UpkeepState::default() }));
        Self { wal, index, archive, sealer, quarantine, long_work, compact, retention, state }
    }

    pub(super) fn catalog(&self) -> &Catalog {
        self.archive.catalog()
    }

    pub(super) fn manifest(&self) -> &Manifest {
        self.archive.manifest()
    }

    pub(super) fn state(&self) -> MutexGuard<'_, UpkeepState> {
        self.state.lock()
    }
}
