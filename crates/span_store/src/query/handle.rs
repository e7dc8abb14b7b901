//! What queries read from. Each file beside this one adds the questions of one subject.

use std::sync::Arc;

use crate::archive::payload::Payloads;
use crate::error::StoreError;
use crate::index::handle::Index;
use crate::row::Place;
use crate::scan::handle::Scans;
use crate::whole_log::WholeLog;
use crate::whole_span::WholeSpan;

/// All queries; cheap to clone.
#[derive(Clone)]
pub(crate) struct Queries {
    pub(super) index: Index,
    pub(super) payloads: Arc<Payloads>,
    pub(super) scans: Scans,
}

impl Queries {
    pub(crate) fn new(payloads: Payloads, scans: Scans) -> Self {
        Self { index: scans.index().clone(), payloads: Arc::new(payloads), scans }
    }

    /// Whole spans by place, in place order; what is damaged or gone is left out.
    pub(crate) async fn whole_spans(&self, places: Vec<Place>) -> Result<Vec<WholeSpan>, StoreError> {
        Ok(self.payloads.read(places).await?.items)
    }

    /// Whole log records by place, in place order; what is damaged or gone is left out.
    pub(crate) async fn whole_logs(&self, places: Vec<Place>) -> Result<Vec<WholeLog>, StoreError> {
        Ok(self.payloads.read(places).await?.items)
    }
}
