//! What queries read from. Each file beside this one adds the questions of one subject.

use std::sync::Arc;

use junjo_memory::Memory;

use crate::archive::item::ArchiveItem;
use crate::archive::payload::{Payloads, Portion};
use crate::error::StoreError;
use crate::index::handle::Index;
use crate::reading::Reading;
use crate::row::Place;
use crate::scan::handle::Scans;

/// All queries; cheap to clone.
#[derive(Clone)]
pub(crate) struct Queries {
    pub(super) index: Index,
    pub(super) payloads: Arc<Payloads>,
    pub(super) scans: Scans,
    memory: Memory,
    /// Of the question that these queries are for, where there is one that goes on behind them.
    question: Option<Reading>,
}

impl Queries {
    pub(crate) fn new(payloads: Payloads, scans: Scans, memory: Memory) -> Self {
        let index = scans.index().clone();
        Self { index, payloads: Arc::new(payloads), scans, memory, question: None }
    }

    /// The same for one question, which holds what is read until its reading is dropped.
    pub(crate) fn for_question(&self) -> (Self, Reading) {
        let reading = Reading::new(&self.memory);
        (Self { question: Some(reading.clone()), ..self.clone() }, reading)
    }

    /// What a query counts in; where there is no question, it is given back with the query.
    pub(crate) fn reading(&self) -> Reading {
        self.question.clone().unwrap_or_else(|| Reading::new(&self.memory))
    }

    /// Whole items at `places`, in their order, as far as a page has room for them, and of the first one in any case.
    pub(crate) async fn whole_page<T>(
        &self,
        places: Vec<Place>,
        bytes_max: usize,
    ) -> Result<Portion<T>, StoreError>
    where
        T: ArchiveItem + Send + 'static,
    {
        let room = self.reading().room(bytes_max).await?;
        let portion = self.payloads.read(places, room.budget()).await?;
        room.keep(portion.bytes()).await?;
        Ok(portion)
    }
}
