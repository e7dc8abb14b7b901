//! The questions that the store answers; `query` and `export` do the work.

use std::collections::HashMap;

use junjo_span_model::{SpanId, TraceId};
use junjo_wal::Sequence;

use super::SpanStore;
use crate::error::StoreError;
use crate::export::{SpanSink, export_spans};
use crate::filter::runs::RunFilter;
use crate::filter::spans::SpanFilter;
use crate::filter::time::TimeRange;
use crate::filter::traces::TraceFilter;
use crate::query::changes::Changes;
use crate::query::conversation::ConversationEnds;
use crate::query::groups::{
    ConversationPosition, ConversationTraces, GroupCursor, GroupFilter, GroupKind, GroupPage,
};
use crate::query::logs::{LogCursor, LogFilter, LogListPage};
use crate::query::overlay::{OverlayFilter, OverlayRuns};
use crate::query::runs::RunPage;
use crate::query::services::ServiceSummary;
use crate::query::spans::{SpanCursor, SpanListPage};
use crate::query::stats::{Stats, StatsQuery};
use crate::query::trace::{TracePage, TracePosition};
use crate::query::traces::{TraceCursor, TraceListPage};
use crate::row::Place;
use crate::trace_row::TraceRow;
use crate::whole_log::WholeLog;
use crate::whole_span::WholeSpan;

impl SpanStore {
    /// At most `limit` traces that match, newest first, from `after` on.
    pub async fn traces(
        &self,
        filter: &TraceFilter,
        limit: usize,
        after: Option<TraceCursor>,
    ) -> Result<TraceListPage, StoreError> {
        self.queries.traces(filter, limit, after).await
    }

    /// At most `limit` spans that match, newest first, from `after` on.
    pub async fn spans(
        &self,
        filter: &SpanFilter,
        limit: usize,
        after: Option<SpanCursor>,
    ) -> Result<SpanListPage, StoreError> {
        self.queries.spans(filter, limit, after).await
    }

    /// At most `limit` spans of a trace behind `after`; `None` for an unknown trace.
    pub async fn trace(
        &self,
        trace_id: TraceId,
        limit: usize,
        after: Option<TracePosition>,
    ) -> Result<Option<TracePage>, StoreError> {
        self.queries.trace(trace_id, limit, after).await
    }

    /// One whole span, its row as the index has it (with what log records said); `None` for an unknown one, and for one
    /// whose payload is damaged or gone.
    pub async fn span(&self, trace_id: TraceId, span_id: SpanId) -> Result<Option<WholeSpan>, StoreError> {
        self.queries.span(trace_id, span_id).await
    }

    /// Whether the index has a span, whatever became of its payload.
    pub async fn span_exists(&self, trace_id: TraceId, span_id: SpanId) -> Result<bool, StoreError> {
        self.queries.span_exists(trace_id, span_id).await
    }

    /// The runs that match: all counted, at most `limit` read.
    pub async fn overlay_runs(&self, filter: OverlayFilter, limit: usize) -> Result<OverlayRuns, StoreError> {
        self.queries.overlay_runs(filter, limit).await
    }

    /// At most `limit` runs of workflows that match, newest first, from `after` on. Subflows are not listed.
    pub async fn runs(
        &self,
        filter: &RunFilter,
        limit: usize,
        after: Option<SpanCursor>,
    ) -> Result<RunPage, StoreError> {
        self.queries.runs(filter, limit, after).await
    }

    /// At most `limit` conversations or users, latest activity first, from `after` on.
    ///
    /// Those without a new trace or span since the first page appear exactly once.
    pub async fn trace_groups(
        &self,
        kind: GroupKind,
        filter: &GroupFilter,
        limit: usize,
        after: Option<GroupCursor>,
    ) -> Result<GroupPage, StoreError> {
        self.queries.trace_groups(kind, filter, limit, after).await
    }

    /// A conversation with at most `limit` of its traces behind `after`; `None` for an unknown one.
    pub async fn conversation(
        &self,
        id: String,
        limit: usize,
        after: Option<ConversationPosition>,
    ) -> Result<Option<ConversationTraces>, StoreError> {
        self.queries.conversation(id, limit, after).await
    }

    /// The ends of each of `traces`.
    pub async fn conversation_ends(
        &self,
        traces: &[TraceRow],
    ) -> Result<HashMap<TraceId, ConversationEnds>, StoreError> {
        self.queries.conversation_ends(traces).await
    }

    /// Services with spans in `time`, by name.
    pub async fn services(&self, time: TimeRange) -> Result<Vec<ServiceSummary>, StoreError> {
        self.queries.services(time).await
    }

    /// Counts what the question asks for.
    pub async fn stats(&self, query: StatsQuery) -> Result<Stats, StoreError> {
        self.queries.stats(query).await
    }

    /// Traces that match and that records in `after < sequence <= up_to` changed last, at most `limit` of them.
    ///
    /// A trace that later records changed again is not among them: it comes with those.
    pub async fn changes(
        &self,
        filter: &TraceFilter,
        after: Sequence,
        up_to: Sequence,
        limit: usize,
    ) -> Result<Changes, StoreError> {
        self.queries.changes(filter, after, up_to, limit).await
    }

    /// At most `limit` log records that match, newest first, from `after` on.
    pub async fn logs(
        &self,
        filter: &LogFilter,
        limit: usize,
        after: Option<LogCursor>,
    ) -> Result<LogListPage, StoreError> {
        self.queries.logs(filter, limit, after).await
    }

    /// The log records of one span in order of time, at most `limit`; events are kept before plain records.
    pub async fn span_logs(
        &self,
        trace_id: TraceId,
        span_id: SpanId,
        limit: usize,
    ) -> Result<Vec<WholeLog>, StoreError> {
        self.queries.span_logs(trace_id, span_id, limit).await
    }

    /// The log records of one trace that say something about its spans, by span and in order of time, at most `limit`.
    pub async fn trace_events(
        &self,
        trace_id: TraceId,
        limit: usize,
    ) -> Result<HashMap<SpanId, Vec<WholeLog>>, StoreError> {
        self.queries.trace_events(trace_id, limit).await
    }

    /// Whole spans by place, in place order; what is damaged or gone is left out.
    pub async fn whole_spans(&self, places: Vec<Place>) -> Result<Vec<WholeSpan>, StoreError> {
        self.queries.whole_spans(places).await
    }

    /// Whole log records by place, in place order; what is damaged or gone is left out.
    pub async fn whole_logs(&self, places: Vec<Place>) -> Result<Vec<WholeLog>, StoreError> {
        self.queries.whole_logs(places).await
    }

    /// Hands every current span (neither replaced nor deleted) that matches to `sink`, in place order. Spans that arrive after the call are not among
    /// them. Blocking: call it on a blocking thread of the runtime.
    pub fn export_spans(&self, filter: &SpanFilter, sink: &mut SpanSink<'_>) -> Result<(), StoreError> {
        export_spans(&self.scans, filter, sink)
    }
}
