//! The choice: what the index alone can answer, and what needs a scan of whole spans.

use duckdb::Connection;

use super::handle::Queries;
use super::listing::indexed_page;
use super::search::scanned_page;
use super::spans::{SpanCursor, SpanListPage};
use super::stats::{Stats, StatsQuery, StatsSubject};
use super::stats_rows::aggregate;
use super::stats_scan::scanned_stats;
use super::stats_sql::{of_spans, of_traces};
use super::traces::{TraceCursor, TraceListPage};
use crate::budget::Held as _;
use crate::error::StoreError;
use crate::filter::spans::SpanFilter;
use crate::filter::traces::TraceFilter;

impl Queries {
    /// At most `limit` spans that match, newest first, from `after` on.
    pub(crate) async fn spans(
        &self,
        filter: &SpanFilter,
        limit: usize,
        after: Option<SpanCursor>,
    ) -> Result<SpanListPage, StoreError> {
        if filter.needs_scan() {
            scanned_page(&self.scans, &self.reading(), filter, limit, after).await
        } else {
            indexed_page(&self.index, &self.reading(), filter, limit, after).await
        }
    }

    /// At most `limit` traces that match, newest first, from `after` on.
    pub(crate) async fn traces(
        &self,
        filter: &TraceFilter,
        limit: usize,
        after: Option<TraceCursor>,
    ) -> Result<TraceListPage, StoreError> {
        if filter.needs_scan() {
            scanned_page(&self.scans, &self.reading(), filter, limit, after).await
        } else {
            indexed_page(&self.index, &self.reading(), filter, limit, after).await
        }
    }

    /// Counts what the question asks for.
    pub(crate) async fn stats(&self, query: StatsQuery) -> Result<Stats, StoreError> {
        let stats = self.counted(query).await?;
        // names of groups are as long as clients make them
        self.reading().hold(stats.held_bytes()).await?;
        Ok(stats)
    }

    async fn counted(&self, query: StatsQuery) -> Result<Stats, StoreError> {
        if query.needs_scan() {
            return scanned_stats(&self.scans, query).await;
        }
        let run = move |connection: &Connection| {
            let narrow = match &query.subject {
                StatsSubject::Spans(filter) => of_spans(connection, &query, filter)?,
                StatsSubject::Traces(filter) => of_traces(&query, &filter.conditions()),
            };
            aggregate(connection, &query, &narrow)
        };
        self.index.run(run).await
    }
}
