//! The spans of one trace as a tree of executions, through whatever other spans stand between them.

use std::collections::HashMap;

use junjo_span_model::SpanId;

use crate::kind::ExecutableKind;
use crate::span::{EvaluationContext, JunjoSpan};
use crate::store::StoreClaim;

/// The spans of one trace that Junjo has to do with, and the parents of all its spans.
#[derive(Debug, Default)]
pub struct JunjoTrace {
    /// In order of start, then end, then as they came.
    spans: Vec<JunjoSpan>,
    by_id: HashMap<SpanId, usize>,
    parents: HashMap<SpanId, Option<SpanId>>,
    /// Place of the nearest executable around each span that is one or carries events.
    around: Vec<Option<usize>>,
    /// Places of the executables right below each, in order of start.
    below: Vec<Vec<usize>>,
}

impl JunjoTrace {
    /// The tree of `spans`; `parents` has the parent of every span of the trace, also of those not in `spans`.
    pub fn new(mut spans: Vec<JunjoSpan>, parents: HashMap<SpanId, Option<SpanId>>) -> Self {
        spans.sort_by_key(|span| (span.start_unix_nano, span.end_unix_nano));
        let mut by_id = HashMap::with_capacity(spans.len());
        spans.retain(|span| by_id.insert(span.span_id, 0).is_none());
        for (place, span) in spans.iter().enumerate() {
            by_id.insert(span.span_id, place);
        }
        let below = vec![Vec::new(); spans.len()];
        let mut trace = Self { below, spans, by_id, parents, around: Vec::new() };
        trace.around = trace.all_around();
        for (place, around) in trace.around.iter().enumerate() {
            if let Some(around) = around.filter(|_| trace.spans[place].kind.is_some()) {
                trace.below[around].push(place);
            }
        }
        trace
    }

    fn all_around(&self) -> Vec<Option<usize>> {
        let by_runtime_id = self.by_runtime_id();
        let mut known: HashMap<SpanId, Option<usize>> = HashMap::new();
        let nearest = |span: &JunjoSpan| {
            let mut passed = Vec::new();
            let mut at = span.parent_span_id;
            let mut found = None;
            // parents may form a circle: no path is longer than the trace
            while let Some(id) = at.filter(|_| passed.len() <= self.parents.len()) {
                if let Some(answer) = known.get(&id) {
                    found = *answer;
                    break;
                }
                if id == span.span_id {
                    break;
                }
                passed.push(id);
                if let Some(place) = self.by_id.get(&id).copied().filter(|place| self.is_executable(*place)) {
                    found = Some(place);
                    break;
                }
                at = self.parents.get(&id).copied().flatten();
            }
            known.extend(passed.into_iter().map(|id| (id, found)));
            found
        };
        let found: Vec<Option<usize>> = self.spans.iter().map(nearest).collect();
        let named =
            |span: &JunjoSpan| by_runtime_id.get(span.parent_runtime_id.as_deref()?).copied().flatten();
        let with_named = found.into_iter().zip(&self.spans);
        with_named.map(|(found, span)| found.or_else(|| named(span))).collect()
    }

    /// Executables by runtime id, where only one has it: it finds the parent when the span between is missing.
    fn by_runtime_id(&self) -> HashMap<&str, Option<usize>> {
        let mut by_runtime_id = HashMap::new();
        for (place, span) in self.spans.iter().enumerate().filter(|(_, span)| span.kind.is_some()) {
            if let Some(id) = span.runtime_id.as_deref() {
                by_runtime_id.entry(id).and_modify(|only| *only = None).or_insert(Some(place));
            }
        }
        by_runtime_id
    }

    fn is_executable(&self, place: usize) -> bool {
        self.spans[place].kind.is_some()
    }

    /// The spans of all runs of workflows, subflows and agents, in order of start.
    pub fn runs(&self) -> impl Iterator<Item = SpanId> {
        let runs = self.spans.iter().filter(|span| span.kind.is_some_and(ExecutableKind::is_run));
        runs.map(|span| span.span_id)
    }

    /// All spans, in order of start.
    pub(crate) fn spans(&self) -> &[JunjoSpan] {
        &self.spans
    }

    /// Whether any span with this id has arrived.
    pub(crate) fn has_arrived(&self, id: SpanId) -> bool {
        self.parents.contains_key(&id)
    }

    /// Place of a span.
    pub(crate) fn place(&self, id: SpanId) -> Option<usize> {
        self.by_id.get(&id).copied()
    }

    /// Place of the nearest executable around a span.
    pub(crate) fn around(&self, place: usize) -> Option<usize> {
        self.around[place]
    }

    /// Executables right below an executable, in order of start.
    pub(crate) fn below(&self, place: usize) -> &[usize] {
        &self.below[place]
    }

    /// Executables around which nothing was found, in order of start.
    pub(crate) fn orphans(&self) -> impl Iterator<Item = usize> {
        (0..self.spans.len()).filter(|place| self.is_executable(*place) && self.around[*place].is_none())
    }

    /// The run at `root` and all spans below it, in order of start.
    pub(crate) fn subtree(&self, root: usize) -> Vec<usize> {
        let mut inside = vec![false; self.spans.len()];
        let mut open = vec![root];
        while let Some(place) = open.pop() {
            if !std::mem::replace(&mut inside[place], true) {
                open.extend(&self.below[place]);
            }
        }
        // spans that only carry events are below an executable without being one
        (0..self.spans.len())
            .filter(|place| inside[*place] || self.around[*place].is_some_and(|around| inside[around]))
            .collect()
    }

    /// Every claim on a store, with the run that makes it.
    pub(crate) fn claims(&self) -> impl Iterator<Item = (usize, &StoreClaim)> {
        let spans = self.spans.iter().enumerate();
        spans.flat_map(|(place, span)| span.stores.iter().map(move |claim| (place, claim)))
    }

    /// The evaluation that the run at `root` belongs to, as it or the evaluation span around it says.
    pub(crate) fn evaluation_around(&self, root: usize) -> Option<EvaluationContext> {
        let (mut at, mut steps) = (Some(self.spans[root].span_id), 0);
        while let Some(id) = at.filter(|_| steps <= self.parents.len()) {
            let place = self.by_id.get(&id);
            if let Some(evaluation) = place.and_then(|place| self.spans[*place].evaluation.clone()) {
                return Some(evaluation);
            }
            at = self.parents.get(&id).copied().flatten();
            steps += 1;
        }
        None
    }

    /// The nearest run (workflow, subflow or agent) around a span.
    pub(crate) fn run_around(&self, place: usize) -> Option<usize> {
        let mut at = self.around[place];
        let mut steps = 0;
        while let Some(around) = at.filter(|_| steps <= self.spans.len()) {
            if self.spans[around].kind.is_some_and(ExecutableKind::is_run) {
                return Some(around);
            }
            at = self.around[around];
            steps += 1;
        }
        None
    }
}
