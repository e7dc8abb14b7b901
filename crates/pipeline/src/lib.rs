//! The way of telemetry from the write-ahead log into the store, as tasks: the indexer, the sealer and the keeper, and in
//! split mode one puller for each ingestion service. It serves no request and answers no question.
//!
//! | task | what it does |
//! |---|---|
//! | [`Indexer`] | decodes new records and commits their rows to the index |
//! | [`Sealer`] | writes whole spans and log records to archive files, and lets the log forget them |
//! | [`Settler`] | computes rows of large traces beside the commits |
//! | [`Keeper`] | merges archive files, applies retention, finishes deletions |
//! | [`Puller`] | takes acknowledged requests out of an ingestion service and into the wal |

mod background;
mod indexer;
mod keeper;
mod puller;
mod sealer;
mod settings;
mod settler;

use std::sync::Arc;

use junjo_memory::Memory;
use junjo_span_store::SpanStore;
use junjo_wal::Wal;
use junjo_web::{Lifecycle, SharedClock};

pub use background::Background;
pub use indexer::{Indexer, lag_nanos, open_index};
pub use keeper::Keeper;
pub use puller::{
    Puller, PullerConfig, SourceConfigError, SourceMode, SourceRejection, SourceState, Sources,
    existing_service,
};
pub use sealer::Sealer;
pub use settings::SplitSettings;
pub use settler::Settler;

/// What the tasks work on. Cheap to clone.
#[derive(Clone)]
pub struct Pipeline {
    store: SpanStore,
    wal: Wal,
    clock: SharedClock,
    sources: Sources,
    background: Background,
    memory: Memory,
}

impl Pipeline {
    /// Tasks between `wal` and `store`, on the threads of `background`, which take memory from `memory`.
    pub fn new(
        store: SpanStore,
        wal: Wal,
        clock: SharedClock,
        background: Background,
        memory: Memory,
    ) -> Self {
        Self { store, wal, clock, sources: Sources::default(), background, memory }
    }

    /// The wal that the tasks empty.
    pub fn wal(&self) -> &Wal {
        &self.wal
    }

    /// The ingestion services that are pulled from; none outside of split mode.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Starts the indexer, the sealer, the settler and the keeper.
    pub fn spawn(&self, lifecycle: &Lifecycle) {
        self.store.write_files_on(self.background.patient(), self.memory.clone());
        let background = || self.background.clone();
        let indexer = Indexer::new(self.store.clone(), self.wal.clone(), self.memory.clone());
        lifecycle.spawn("indexer", background().run(indexer.run(lifecycle.soft())));
        let sealer = Sealer::new(self.store.clone(), Arc::clone(&self.clock));
        lifecycle.spawn("sealer", background().run(sealer.run(lifecycle.soft())));
        let settler = Settler::new(self.store.clone(), self.memory.clone(), self.background.patient());
        lifecycle.spawn("settler", background().run(settler.run(lifecycle.soft())));
        let keeper = Keeper::new(self.store.clone(), Arc::clone(&self.clock));
        lifecycle.spawn("keeper", background().run(keeper.run(lifecycle.soft())));
    }

    /// Starts a puller for every ingestion service that `split` names.
    ///
    /// # Errors
    /// [`SourceConfigError`] when an address or the token cannot be used.
    pub fn spawn_pullers(
        &self,
        split: &SplitSettings,
        lifecycle: &Lifecycle,
    ) -> Result<(), SourceConfigError> {
        for config in split.pullers() {
            let name = format!("puller {}", config.url);
            let (wal, clock) = (self.wal.clone(), Arc::clone(&self.clock));
            let puller = Puller::new(config, wal, clock, self.sources.clone())?;
            lifecycle.spawn(name, puller.run(lifecycle.soft()));
        }
        Ok(())
    }
}
