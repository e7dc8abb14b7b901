//! The Junjo spans of one trace out of the store, piece by piece: of each payload only what a view needs stays in memory.

use std::collections::{HashMap, HashSet};

use junjo_span_model::{SpanId, TraceId};
use junjo_span_store::{Place, SpanRow, SpanStore, WholeSpan};
use junjo_workflow_model::{Finding, FindingCode, JunjoSpan, JunjoTrace};

use crate::error::TelemetryResult;

/// Narrow rows read at a time.
const ROWS_PAGE: usize = 10_000;
/// Spans of a trace that are looked at; the largest traces that the page shows have half as many.
const ROWS_MAX: usize = 200_000;
/// Whole spans asked for at a time; how many of them are read follows from their size.
const SPANS_PAGE: usize = 2_048;

/// What one view may read: 20,000 executions, and as many bytes as one export may have, or half of the memory of reading.
pub(crate) const VIEW_LIMITS: LoadLimits = LoadLimits { spans_max: 20_000, bytes_max: 64 << 20 };

/// How much of a trace may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LoadLimits {
    /// Spans that Junjo has to do with.
    pub(crate) spans_max: usize,
    /// Bytes of their payloads.
    pub(crate) bytes_max: usize,
}

/// A trace as far as it was read.
pub(crate) struct Loaded {
    pub(crate) trace: JunjoTrace,
    /// Rows of the wanted runs, for what payloads do not say.
    pub(crate) rows: HashMap<SpanId, SpanRow>,
    /// What was not read, in a sentence.
    pub(crate) left_out: Option<String>,
    /// Spans whose payload is damaged or gone.
    pub(crate) unreadable: usize,
}

/// Reads what Junjo has to do with in a trace, what belongs to `run` first; `None` for an unknown trace.
pub(crate) async fn load(
    store: &SpanStore,
    trace_id: TraceId,
    run: SpanId,
    limits: LoadLimits,
) -> TelemetryResult<Option<Loaded>> {
    let Some(mut outline) = outline(store, trace_id).await? else { return Ok(None) };
    let places = outline.places_by_use(run);
    let mut readable = &places[..places.len().min(limits.spans_max)];
    let bytes_max = limits.bytes_max.min(store.whole_bytes());
    let mut spans = Vec::with_capacity(readable.len());
    let (mut bytes, mut asked) = (0, 0);
    while !readable.is_empty() && bytes <= bytes_max {
        let page = readable[..readable.len().min(SPANS_PAGE)].to_vec();
        let whole = store.whole_spans(page, store.page_bytes().min(bytes_max)).await?;
        asked += whole.len();
        readable = &readable[whole.len()..];
        let whole: Vec<WholeSpan> = whole.into_iter().flatten().collect();
        bytes += whole.iter().map(WholeSpan::text_bytes).sum::<usize>();
        let read = move || whole.iter().map(junjo_span).collect::<Vec<_>>();
        spans.extend(tokio::task::spawn_blocking(read).await?);
    }
    let unreadable = asked - spans.len();
    if asked < places.len() {
        outline.left_out =
            Some(format!("the trace is large: {asked} of {} spans of workflows were read", places.len()));
    }
    let build = move || JunjoTrace::new(spans, outline.parents);
    let trace = tokio::task::spawn_blocking(build).await?;
    Ok(Some(Loaded { trace, rows: outline.runs, left_out: outline.left_out, unreadable }))
}

/// Findings about what could not be read of a trace, for the run at `run`.
pub(crate) fn unread(loaded: &Loaded, run: SpanId) -> Vec<Finding> {
    let unreadable = (loaded.unreadable > 0)
        .then(|| format!("the payload of {} spans is damaged or gone", loaded.unreadable));
    let texts = loaded.left_out.clone().into_iter().chain(unreadable);
    texts.map(|text| Finding::new(FindingCode::TraceNotRead, run, text)).collect()
}

/// What the index alone tells of a trace.
#[derive(Default)]
struct Outline {
    parents: HashMap<SpanId, Option<SpanId>>,
    wanted: Vec<Wanted>,
    runs: HashMap<SpanId, SpanRow>,
    left_out: Option<String>,
}

/// A span whose payload a view needs.
struct Wanted {
    span_id: SpanId,
    place: Place,
    has_state_events: bool,
}

impl Outline {
    /// Places of the wanted spans. First the run and what is around and inside it, then other writers of state, then the
    /// rest: a trace may be larger than what is read of it.
    fn places_by_use(&mut self, run: SpanId) -> Vec<Place> {
        let around: HashSet<SpanId> = self.way_up(run).collect();
        let mut inside = HashMap::from([(run, true)]);
        let mut wanted = std::mem::take(&mut self.wanted);
        // keeps the order of equals, which is the one in which they lie in files
        wanted.sort_by_cached_key(|span| {
            let belongs = around.contains(&span.span_id) || self.is_inside(span.span_id, &mut inside);
            if belongs { 0 } else { 2 - u8::from(span.has_state_events) }
        });
        wanted.into_iter().map(|span| span.place).collect()
    }

    /// A span and those it is in; parents may form a circle, and no way is longer than the trace.
    fn way_up(&self, from: SpanId) -> impl Iterator<Item = SpanId> {
        let next = |id: &SpanId| self.parents.get(id).copied().flatten();
        std::iter::successors(Some(from), next).take(self.parents.len())
    }

    /// Whether a span is below one that is `known` to be inside; what is learned on the way is added to them.
    fn is_inside(&self, span: SpanId, known: &mut HashMap<SpanId, bool>) -> bool {
        let mut passed = Vec::new();
        let mut answer = false;
        for id in self.way_up(span) {
            if let Some(found) = known.get(&id) {
                answer = *found;
                break;
            }
            passed.push(id);
        }
        known.extend(passed.into_iter().map(|id| (id, answer)));
        answer
    }
}

async fn outline(store: &SpanStore, trace_id: TraceId) -> TelemetryResult<Option<Outline>> {
    let mut outline = Outline::default();
    let (mut agents, mut others) = (HashSet::new(), Vec::new());
    let mut after = None;
    loop {
        // given back with the rows: what stays of them is small
        let (rows, _reading) = store.for_question();
        let page = rows.trace(trace_id, ROWS_PAGE, after).await?;
        let Some(page) = page else {
            return Ok((!outline.parents.is_empty()).then_some(outline));
        };
        for row in page.spans {
            outline.parents.insert(row.span_id, row.parent_span_id);
            if row.span_type.as_deref() == Some("agent") {
                agents.insert(row.span_id);
            }
            let wanted = Wanted {
                span_id: row.span_id,
                place: row.place,
                has_state_events: row.state_event_count > 0,
            };
            // operations of an agent name its key, and evaluations are known by name alone
            let is_evaluation = row.name.starts_with("junjo.evaluation.");
            let says_so = row.span_type.is_some() || row.agent_key.is_some();
            if says_so || row.state_event_count > 0 || is_evaluation {
                outline.wanted.push(wanted);
            } else if let Some(parent) = row.parent_span_id {
                others.push((parent, wanted));
            }
            if matches!(row.span_type.as_deref(), Some("workflow" | "subflow" | "agent")) {
                outline.runs.insert(row.span_id, row);
            }
        }
        after = page.next;
        if after.is_some() && outline.parents.len() >= ROWS_MAX {
            outline.left_out = Some(format!("the trace is large: only its first {ROWS_MAX} spans were read"));
            after = None;
        }
        if after.is_none() {
            // whatever is right below an agent, in whatever order clocks put them
            let of_agents = others.into_iter().filter(|(parent, _)| agents.contains(parent));
            outline.wanted.extend(of_agents.map(|(_, wanted)| wanted));
            return Ok(Some(outline));
        }
    }
}

/// What a stored span says in Junjo's vocabulary.
fn junjo_span(whole: &WholeSpan) -> JunjoSpan {
    let parsed = whole.parsed();
    JunjoSpan::read_with(&parsed.resource(), &parsed.span())
}

#[cfg(test)]
mod tests {
    use junjo_wal::Sequence;

    use super::*;

    fn id(number: u8) -> SpanId {
        SpanId([number; 8])
    }

    /// Spans 1 to `parents.len()`, each below the one given (0: a root), at places in that order.
    fn outline_of(parents: &[u8], with_events: &[u8]) -> Outline {
        let mut outline = Outline::default();
        for (number, parent) in (1..).zip(parents) {
            outline.parents.insert(id(number), (*parent > 0).then(|| id(*parent)));
            outline.wanted.push(Wanted {
                span_id: id(number),
                place: Place { sequence: Sequence(1), ordinal: i32::from(number) },
                has_state_events: with_events.contains(&number),
            });
        }
        outline
    }

    fn order(mut outline: Outline, run: u8) -> Vec<i32> {
        outline.places_by_use(id(run)).iter().map(|place| place.ordinal).collect()
    }

    /// Scenario: a run behind others in a large trace, with a root around it and spans inside. Guarantee: what belongs to
    /// it is read first, then writers of state, then the rest, each in the order of the files.
    #[test]
    fn places_by_use_begins_with_the_run() {
        // 1 root; 2 a run with 3; 4 the run with 5, and 6 below 5; 7 a writer elsewhere
        assert_eq!(order(outline_of(&[0, 1, 2, 1, 4, 5, 1], &[3, 7]), 4), [1, 4, 5, 6, 3, 7, 2]);
    }

    /// Scenario: parents that form circles, with the run in one and beside one. Guarantee: an end, and every span once.
    #[test]
    fn places_by_use_ends_in_circles() {
        assert_eq!(order(outline_of(&[2, 1, 3, 1], &[]), 1), [1, 2, 4, 3]);
        assert_eq!(order(outline_of(&[2, 1, 3, 0], &[]), 4), [4, 1, 2, 3]);
    }
}
