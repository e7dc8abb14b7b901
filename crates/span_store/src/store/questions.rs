//! The questions that the store answers; `query` and `export` do the work.

use std::collections::{HashMap, HashSet};

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
use crate::query::comparisons::Comparables;
use crate::query::conversation::ConversationEnds;
use crate::query::failures::{FailureFilter, FailureGroup};
use crate::query::group::{GroupCursor, GroupFilter, GroupKind};
use crate::query::groups::{ConversationPosition, ConversationTraces, GroupPage};
use crate::query::logs::{LogCursor, LogFilter, LogListPage};
use crate::query::newest_of::Beginning;
use crate::query::order::{Order, RunOrderBy};
use crate::query::ordered::OrderedCursor;
use crate::query::ordered_lists::OrderedPage;
use crate::query::overlay::{OverlayFilter, OverlayRuns};
use crate::query::runs::{RunPage, RunRow};
use crate::query::services::ServiceSummary;
use crate::query::spans::{SpanCursor, SpanListPage};
use crate::query::stats::{Stats, StatsQuery};
use crate::query::trace::{TracePage, TracePosition};
use crate::query::traces::{TraceCursor, TraceListPage};
use crate::reading::Reading;
use crate::row::{Place, SpanRow};
use crate::trace_row::TraceRow;
use crate::whole_log::WholeLog;
use crate::whole_span::WholeSpan;

impl SpanStore {
    /// The same store for one question: what it reads through it stays reserved until the last clone of the reading is dropped.
    /// Otherwise it is given back with each call.
    pub fn for_question(&self) -> (Self, Reading) {
        let (queries, reading) = self.queries.for_question();
        (Self { queries, ..self.clone() }, reading)
    }

    /// Most bytes that one page of an answer may have: 16 MiB, or less with little memory.
    pub fn page_bytes(&self) -> usize {
        self.queries.reading().page_bytes()
    }

    /// Most bytes that one question may gather over many reads.
    pub fn whole_bytes(&self) -> usize {
        self.queries.reading().whole_bytes()
    }

    /// At most `limit` traces that match, newest first, from `after` on; fewer where they are large, as in every list.
    pub async fn traces(
        &self,
        filter: &TraceFilter,
        limit: usize,
        after: Option<TraceCursor>,
    ) -> Result<TraceListPage, StoreError> {
        self.queries.traces(filter, limit, after).await
    }

    /// At most `limit` traces that match in this order, from `after` on. Where the filter needs whole spans, all of the time range is
    /// searched for every page.
    pub async fn ordered_traces(
        &self,
        filter: &TraceFilter,
        order: Order,
        limit: usize,
        after: Option<OrderedCursor>,
    ) -> Result<OrderedPage<TraceRow>, StoreError> {
        self.queries.ordered_traces(filter, order, limit, after).await
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

    /// Which of these spans the index has.
    pub async fn known_spans(
        &self,
        ids: Vec<(TraceId, SpanId)>,
    ) -> Result<HashSet<(TraceId, SpanId)>, StoreError> {
        self.index.known_spans(ids).await
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

    /// At most `limit` spans of `service` that begin something, newest first; fewer where they are large.
    pub async fn newest_of(
        &self,
        service: String,
        beginning: Beginning,
        limit: usize,
    ) -> Result<Vec<SpanRow>, StoreError> {
        self.queries.newest_of(service, beginning, limit).await
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

    /// At most `limit` runs that match in this order, from `after` on. Subflows are not listed.
    pub async fn ordered_runs(
        &self,
        filter: &RunFilter,
        order: Order<RunOrderBy>,
        limit: usize,
        after: Option<OrderedCursor>,
    ) -> Result<OrderedPage<RunRow>, StoreError> {
        self.queries.ordered_runs(filter, order, limit, after).await
    }

    /// At most `limit` conversations or users in this order, from `after` on.
    ///
    /// Those without a new trace or span since the first page appear exactly once.
    pub async fn trace_groups(
        &self,
        kind: GroupKind,
        filter: &GroupFilter,
        order: Order,
        (limit, after): (usize, Option<GroupCursor>),
    ) -> Result<GroupPage, StoreError> {
        self.queries.trace_groups(kind, filter, order, (limit, after)).await
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

    /// What `trace` can be compared with.
    pub async fn comparables(&self, trace: &TraceRow) -> Result<Comparables, StoreError> {
        self.queries.comparables(trace).await
    }

    /// At most `limit` kinds of failures, the most frequent first, and whether there are more.
    pub async fn failures(
        &self,
        filter: FailureFilter,
        limit: usize,
    ) -> Result<(Vec<FailureGroup>, bool), StoreError> {
        self.queries.failures(filter, limit).await
    }

    /// The place of the root of each of `traces`, or of its earliest span while the root is missing.
    pub async fn root_places(&self, traces: &[TraceRow]) -> Result<HashMap<TraceId, Place>, StoreError> {
        self.queries.root_places(traces).await
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

    /// The log records of one span in order of time, at most `limit` and as many as a page has room for; events are kept before
    /// plain records.
    pub async fn span_logs(
        &self,
        trace_id: TraceId,
        span_id: SpanId,
        limit: usize,
    ) -> Result<Vec<WholeLog>, StoreError> {
        self.queries.span_logs(trace_id, span_id, limit).await
    }

    /// The log records of one trace that say something about its spans, at most `limit`: of as many of `spans`, in their order,
    /// as half a page has room for. Each span with its records in order of time.
    pub async fn span_events(
        &self,
        trace_id: TraceId,
        spans: &[SpanId],
        limit: usize,
    ) -> Result<Vec<Vec<WholeLog>>, StoreError> {
        self.queries.span_events(trace_id, spans, limit).await
    }

    /// Whole spans at `places`, in their order, as far as there is room in `bytes_max`, and the first one in any case; `None` for
    /// one that is damaged or gone.
    pub async fn whole_spans(
        &self,
        places: Vec<Place>,
        bytes_max: usize,
    ) -> Result<Vec<Option<WholeSpan>>, StoreError> {
        Ok(self.queries.whole_page(places, bytes_max).await?.items)
    }

    /// Hands every current span (neither replaced nor deleted) that matches to `sink`, in place order. Spans that arrive after the call are not among
    /// them. Blocking: call it on a blocking thread of the runtime.
    pub fn export_spans(&self, filter: &SpanFilter, sink: &mut SpanSink<'_>) -> Result<(), StoreError> {
        export_spans(&self.scans, &self.queries.reading(), filter, sink)
    }
}
