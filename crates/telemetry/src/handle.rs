//! The questions that can be asked about telemetry, one method each. How an answer is found is in `questions/`, its form
//! in `answers/`.

use junjo_span_model::{SpanId, TraceId};
use junjo_span_store::{
    Beginning, FailureFilter, Field, GroupFilter, GroupKind, LogFilter, Order, OverlayFilter, SpanFilter,
    SpanStore, TimeRange, TraceFilter, WholeSpan,
};
use junjo_web::{Page, SharedClock};
use junjo_workflow_model::StateAt;

use crate::answers::comparisons::Comparisons;
use crate::answers::conversation::{Conversation, ConversationDetail, User};
use crate::answers::executables::Executables;
use crate::answers::failures::ErrorGroups;
use crate::answers::log::LogPage;
use crate::answers::run::{Run, RunOverlay, RunView, StructuralComparison};
use crate::answers::service::{Service, ServiceList};
use crate::answers::span::Span;
use crate::answers::span_item::SpanItem;
use crate::answers::stats::StatsAnswer;
use crate::answers::trace::{Trace, TraceDetail};
use crate::error::TelemetryResult;
use crate::page::{Answered, PageAsk, SearchPage};
use crate::params::{RunQuestion, StatsQuestion};
use crate::questions::run_evidence::Marks;
use crate::questions::runs::RunViews;
use crate::questions::{arrived, conversations, executables, failures, runs, spans, traces, whole};

/// Stored telemetry, ready to be asked. Cheap to clone.
#[derive(Clone)]
pub struct Telemetry {
    store: SpanStore,
    clock: SharedClock,
    views: RunViews,
    marks: Marks,
}

impl Telemetry {
    /// What `store` holds, at the time of `clock`.
    pub fn new(store: SpanStore, clock: SharedClock) -> Self {
        Self { views: RunViews::new(store.clone()), marks: Marks::default(), store, clock }
    }

    /// The store, for what is no question: deletion, retention, exports, changes as they come.
    pub fn store(&self) -> &SpanStore {
        &self.store
    }

    /// The time, unix nanoseconds.
    pub fn now_unix_nano(&self) -> i64 {
        self.clock.now_unix_nano()
    }

    /// Waits until everything that was acknowledged so far can be queried; asks to come back where that takes long.
    pub async fn all_arrived(&self) -> TelemetryResult<()> {
        arrived::all_there(&self.store).await
    }

    /// Asks to come back while the index is being filled and has only a part.
    pub fn whole(&self) -> TelemetryResult<()> {
        arrived::whole(&self.store)
    }

    /// Services with their counts in a time range, by name.
    pub async fn services(&self, time: TimeRange) -> TelemetryResult<Answered<ServiceList>> {
        arrived::whole(&self.store)?;
        let (store, reading) = self.store.for_question();
        let services = store.services(time).await?;
        let answer = ServiceList { items: services.into_iter().map(Service::from).collect() };
        Ok(Answered { answer, reading })
    }

    /// Traces in this order, with `columns` of their roots.
    pub async fn traces(
        &self,
        filter: &TraceFilter,
        order: Order,
        columns: &[Field],
        page: PageAsk<'_>,
    ) -> TelemetryResult<Answered<SearchPage<Trace>>> {
        let (store, reading) = self.store.for_question();
        let was_whole = store.is_whole();
        let mut answer = traces::list(&store, (filter, order), columns, page).await?;
        answer.incomplete = arrived::said(was_whole, answer.incomplete, self.now_unix_nano());
        Ok(Answered { answer, reading })
    }

    /// One trace with a page of its spans, in order of start; each with everything that it carried if asked for, up to
    /// 16 MiB a page.
    pub async fn trace(
        &self,
        trace_id: TraceId,
        page: PageAsk<'_>,
        with_payload: bool,
    ) -> TelemetryResult<Answered<TraceDetail>> {
        let (store, reading) = self.store.for_question();
        Ok(Answered { answer: traces::one(&store, trace_id, page, with_payload).await?, reading })
    }

    /// Traces that ran the same as this one, to compare it with.
    pub async fn comparisons(&self, trace_id: TraceId) -> TelemetryResult<Answered<Comparisons>> {
        arrived::whole(&self.store)?;
        let (store, reading) = self.store.for_question();
        Ok(Answered { answer: traces::comparisons(&store, trace_id).await?, reading })
    }

    /// Kinds of failures, at most `limit` of them.
    pub async fn errors(
        &self,
        filter: FailureFilter,
        limit: usize,
    ) -> TelemetryResult<Answered<ErrorGroups>> {
        arrived::whole(&self.store)?;
        let (store, reading) = self.store.for_question();
        Ok(Answered { answer: failures::list(&store, filter, limit).await?, reading })
    }

    /// Spans of all traces, newest first.
    pub async fn spans(
        &self,
        filter: &SpanFilter,
        page: PageAsk<'_>,
    ) -> TelemetryResult<Answered<SearchPage<SpanItem>>> {
        let (store, reading) = self.store.for_question();
        let was_whole = store.is_whole();
        let mut answer = spans::list(&store, filter, page).await?;
        answer.incomplete = arrived::said(was_whole, answer.incomplete, self.now_unix_nano());
        Ok(Answered { answer, reading })
    }

    /// One span with everything that it carried, what it means, and its log records.
    pub async fn span(&self, trace_id: TraceId, span_id: SpanId) -> TelemetryResult<Answered<Span>> {
        let (store, reading) = self.store.for_question();
        Ok(Answered { answer: spans::one(&store, trace_id, span_id).await?, reading })
    }

    /// Names of all services, in order.
    pub async fn service_names(&self) -> TelemetryResult<Vec<String>> {
        arrived::whole(&self.store)?;
        let services = self.store.services(TimeRange::default()).await?;
        Ok(services.into_iter().map(|service| service.name).collect())
    }

    /// The newest spans of a service that begin something, whole, newest first; at most `limit`, and as many as one answer may
    /// have.
    pub async fn newest_whole(
        &self,
        service: String,
        beginning: Beginning,
        limit: usize,
    ) -> TelemetryResult<Answered<Vec<WholeSpan>>> {
        let (store, reading) = self.store.for_question();
        Ok(Answered { answer: whole::newest(&store, service, beginning, limit).await?, reading })
    }

    /// All spans of a trace, whole, newest first; none of an unknown one. An error for a trace that is too large for that.
    pub async fn whole_trace(&self, trace_id: TraceId) -> TelemetryResult<Answered<Vec<WholeSpan>>> {
        let (store, reading) = self.store.for_question();
        Ok(Answered { answer: whole::of_trace(&store, trace_id).await?, reading })
    }

    /// One span, whole; `None` for an unknown one.
    pub async fn whole_span(
        &self,
        trace_id: TraceId,
        span_id: SpanId,
    ) -> TelemetryResult<Answered<Option<WholeSpan>>> {
        let (store, reading) = self.store.for_question();
        let answer = arrived::found(&store, || store.span(trace_id, span_id)).await?;
        Ok(Answered { answer, reading })
    }

    /// Log records, newest first.
    pub async fn logs(&self, filter: &LogFilter, page: PageAsk<'_>) -> TelemetryResult<Answered<LogPage>> {
        let (store, reading) = self.store.for_question();
        let was_whole = store.is_whole();
        let mut answer = spans::logs(&store, filter, page).await?;
        answer.incomplete = arrived::said(was_whole, answer.incomplete, self.now_unix_nano());
        Ok(Answered { answer, reading })
    }

    /// Counts, errors, percentiles, tokens and cost over time and by group.
    pub async fn stats(&self, question: StatsQuestion) -> TelemetryResult<Answered<StatsAnswer>> {
        arrived::whole(&self.store)?;
        let (store, reading) = self.store.for_question();
        let stats = store.stats(question.query.clone()).await?;
        Ok(Answered { answer: StatsAnswer::new(&question, stats), reading })
    }

    /// Conversations in this order.
    pub async fn conversations(
        &self,
        filter: &GroupFilter,
        order: Order,
        page: PageAsk<'_>,
    ) -> TelemetryResult<Answered<Page<Conversation>>> {
        arrived::whole(&self.store)?;
        let (store, reading) = self.store.for_question();
        let groups = conversations::list(&store, GroupKind::Conversation, (filter, order), page).await?;
        Ok(Answered { answer: groups.map(Conversation::from), reading })
    }

    /// Users in this order.
    pub async fn users(
        &self,
        filter: &GroupFilter,
        order: Order,
        page: PageAsk<'_>,
    ) -> TelemetryResult<Answered<Page<User>>> {
        arrived::whole(&self.store)?;
        let (store, reading) = self.store.for_question();
        let groups = conversations::list(&store, GroupKind::User, (filter, order), page).await?;
        Ok(Answered { answer: groups.map(User::from), reading })
    }

    /// One conversation: a page of its traces in order, with what was said in each.
    pub async fn conversation(
        &self,
        id: String,
        page: PageAsk<'_>,
    ) -> TelemetryResult<Answered<ConversationDetail>> {
        let (store, reading) = self.store.for_question();
        Ok(Answered { answer: conversations::one(&store, id, page).await?, reading })
    }

    /// The spans that have the identity of an executable.
    pub async fn executables(&self, filter: &SpanFilter) -> TelemetryResult<Answered<Executables>> {
        let (store, reading) = self.store.for_question();
        Ok(Answered { answer: executables::resolve(&store, filter).await?, reading })
    }

    /// Runs of Junjo workflows and agents in the order of the question, each with whether all of it is there.
    pub async fn runs(
        &self,
        question: &RunQuestion,
        page: PageAsk<'_>,
    ) -> TelemetryResult<Answered<Page<Run>>> {
        arrived::whole(&self.store)?;
        let (store, reading) = self.store.for_question();
        Ok(Answered { answer: runs::list(&store, &self.marks, question, page).await?, reading })
    }

    /// Two structural versions of one workflow beside each other.
    pub async fn run_comparison(
        &self,
        left: OverlayFilter,
        right: OverlayFilter,
    ) -> TelemetryResult<Answered<StructuralComparison>> {
        arrived::whole(&self.store)?;
        let (store, reading) = self.store.for_question();
        Ok(Answered { answer: self.views.over(store).compare(left, right).await?, reading })
    }

    /// One run: its graph with what was executed of it, its stores and their changes.
    pub async fn run(&self, trace_id: TraceId, span_id: SpanId) -> TelemetryResult<Answered<RunView>> {
        let (store, reading) = self.store.for_question();
        Ok(Answered { answer: self.views.over(store).view(trace_id, span_id).await?, reading })
    }

    /// The state of one of a run's stores around one change; the run's own store and its last change by default.
    pub async fn run_state(
        &self,
        trace_id: TraceId,
        span_id: SpanId,
        store_id: Option<String>,
        change: Option<usize>,
    ) -> TelemetryResult<Answered<StateAt>> {
        let (store, reading) = self.store.for_question();
        let answer = self.views.over(store).state(trace_id, span_id, store_id, change).await?;
        Ok(Answered { answer, reading })
    }

    /// The newest runs of one workflow laid over each other; `runs_max` of them are read.
    pub async fn run_overlay(
        &self,
        filter: OverlayFilter,
        runs_max: usize,
    ) -> TelemetryResult<Answered<RunOverlay>> {
        arrived::whole(&self.store)?;
        let (store, reading) = self.store.for_question();
        Ok(Answered { answer: self.views.over(store).overlay(filter, runs_max).await?, reading })
    }
}
