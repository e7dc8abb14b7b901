//! Scans as one object: the second DuckDB instance, and what it reads beside the archive.

use std::sync::Arc;

use junjo_span_model::PriceTable;
use junjo_wal::Wal;
use parking_lot::Mutex;

use super::instance::open;
use super::options::ScanOptions;
use crate::archive::handle::Archive;
use crate::catalog::file::Leased;
use crate::error::StoreError;
use crate::index::executor::Executor;
use crate::index::handle::Index;
use crate::long_work::LongWork;
use crate::quarantine::Quarantine;

/// A handle on what scans need; cheap to clone.
#[derive(Clone)]
pub(crate) struct Scans {
    inner: Arc<Inner>,
}

struct Inner {
    options: ScanOptions,
    sources: Sources,
    /// Opened by the first scan, because it takes memory that a server without searches can spare.
    executor: Mutex<Option<Arc<Executor>>>,
}

/// Where whole spans are, and what says which of them live.
#[derive(Clone)]
pub(crate) struct Sources {
    pub(crate) wal: Wal,
    pub(crate) index: Index,
    pub(crate) archive: Archive,
    pub(crate) quarantine: Quarantine,
    pub(crate) prices: &'static PriceTable,
}

impl Scans {
    pub(crate) fn new(options: ScanOptions, sources: Sources) -> Self {
        Self { inner: Arc::new(Inner { options, sources, executor: Mutex::new(None) }) }
    }

    pub(crate) fn sources(&self) -> &Sources {
        &self.inner.sources
    }

    pub(crate) fn index(&self) -> &Index {
        &self.inner.sources.index
    }

    pub(crate) fn archive(&self) -> &Archive {
        &self.inner.sources.archive
    }

    /// The connections to the instance, which is opened first where it is not.
    pub(crate) async fn executor(&self) -> Result<Arc<Executor>, StoreError> {
        if let Some(executor) = &*self.inner.executor.lock() {
            return Ok(Arc::clone(executor));
        }
        let scans = self.clone();
        let open = move || {
            let mut executor = scans.inner.executor.lock();
            if let Some(executor) = &*executor {
                return Ok(Arc::clone(executor));
            }
            let opened = Arc::new(open(&scans.inner.options, &scans.archive().absolute_dir())?);
            *executor = Some(Arc::clone(&opened));
            Ok(opened)
        };
        self.long_work().run(open).await
    }

    /// Takes note that searching an archive file failed, where that is the file's fault.
    pub(crate) async fn note_unreadable(&self, file: Leased, error: StoreError) -> Result<(), StoreError> {
        let archive = self.archive().clone();
        let note = move || {
            archive.unreadable().note(&file, &error);
            Ok(())
        };
        self.long_work().run(note).await
    }

    fn long_work(&self) -> LongWork {
        LongWork::on(self.inner.options.runtime.clone())
    }
}
