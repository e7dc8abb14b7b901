//! The stores of a view: which there are, how complete their histories are, and their changes in one list.

use std::collections::{BTreeMap, HashSet};

use crate::history::{History, Replayed, same_state};
use crate::matching::Matching;
use crate::patch::{Budget, operations};
use crate::span::JunjoSpan;
use crate::state_view::{SequenceRange, StateEventItem, StoreItem, StoreRole};
use crate::store::{StateEvent, parse};
use crate::trace::JunjoTrace;
use crate::warning::{Warning, WarningCode};

/// Changes that a view lists; the counts go on behind them.
const EVENTS_MAX: usize = 20_000;
/// Bytes of patches in one view.
const PATCH_BYTES_MAX: usize = 8 << 20;
/// Bytes of one patch in a view.
const ONE_PATCH_BYTES_MAX: usize = 256 << 10;
/// Stores that a view lists.
const STORES_MAX: usize = 1_000;

/// The stores that the spans of `subtree` own or write to: those of the run at `root` first, then by first mention.
pub(crate) fn stores_of<'t>(trace: &'t JunjoTrace, root: usize, subtree: &[usize]) -> Vec<&'t str> {
    let spans = trace.spans();
    let mut seen = HashSet::new();
    let own = spans[root].stores.iter().map(|claim| claim.store_id.as_str());
    let of_span = |place: &usize| {
        let span: &'t JunjoSpan = &spans[*place];
        let claimed = span.stores.iter().map(|claim| claim.store_id.as_str());
        claimed.chain(span.state_events.iter().map(|event| event.store_id.as_str()))
    };
    let all = own.chain(subtree.iter().flat_map(of_span));
    all.filter(|id| seen.insert(*id)).take(STORES_MAX).collect()
}

/// Everything about the stores of a run.
#[derive(Debug, Default)]
pub(crate) struct Stores {
    pub(crate) items: Vec<StoreItem>,
    pub(crate) events: Vec<StateEventItem>,
    pub(crate) event_count: usize,
    pub(crate) warnings: Vec<Warning>,
}

/// Reads the histories of all stores of the run at `root`.
pub(crate) fn read(trace: &JunjoTrace, root: usize, subtree: &[usize], matching: &Matching) -> Stores {
    let inside: HashSet<usize> = subtree.iter().copied().collect();
    let mut budget = Budget::default();
    let mut stores = Stores::default();
    let mut timed = Vec::new();
    for (order, id) in stores_of(trace, root, subtree).into_iter().enumerate() {
        let history = History::of(trace, id, &inside);
        let replayed = history.replay(history.in_time, &mut budget);
        let late = late_failures(&history, &replayed, &mut budget);
        let (item, warnings) = describe(trace, root, &inside, (&history, &replayed));
        let errors: BTreeMap<usize, String> =
            replayed.failures.iter().chain(&late).map(|(at, error)| (*at, error.to_string())).collect();
        // within a store the order of its changes counts, whatever clocks say
        let mut time = 0;
        for (place, (span, event)) in history.events.iter().enumerate() {
            time = event.time_unix_nano.max(time);
            let mut shown = event_item(trace, matching, &history, place);
            shown.patch_error = errors.get(&place).cloned();
            let after_failure = errors.keys().next().is_some_and(|first| *first <= place);
            shown.exact &= replayed.started && !after_failure;
            timed.push(((time, order, place), (*span, *event), shown));
        }
        stores.items.push(item);
        stores.warnings.extend(warnings);
    }
    stores.event_count = timed.len();
    timed.sort_by_key(|(key, ..)| *key);
    let mut bytes = 0;
    for (_, (_, event), mut shown) in timed.into_iter().take(EVENTS_MAX) {
        add_patch(&mut shown, event, &mut bytes);
        stores.events.push(shown);
    }
    if stores.events.len() < stores.event_count {
        let text = format!("only the first {EVENTS_MAX} changes of the state are listed");
        stores.warnings.push(Warning::new(WarningCode::Truncated, text));
    }
    stores
}

/// Changes after the run's last state are replayed too, only to know whether their patches fit.
fn late_failures(
    history: &History<'_>,
    replayed: &Replayed,
    budget: &mut Budget,
) -> Vec<(usize, super::patch::PatchError)> {
    let mut document = replayed.after.clone();
    let late = history.events.iter().enumerate().skip(history.in_time);
    late.filter_map(|(place, (_, event))| {
        let patch = event.patch.as_deref();
        let bytes = patch.map_or(0, str::len);
        let applied =
            operations(patch).and_then(|operations| document.apply(&operations, bytes, place, budget));
        applied.err().map(|error| (place, error))
    })
    .collect()
}

/// The patch as JSON, while the view has room for it.
fn add_patch(shown: &mut StateEventItem, event: &StateEvent, bytes: &mut usize) {
    let Some(text) = event.patch.as_deref() else { return };
    if text.len() > ONE_PATCH_BYTES_MAX || *bytes + text.len() > PATCH_BYTES_MAX {
        shown.patch_omitted = true;
        return;
    }
    *bytes += text.len();
    shown.patch = patch_json(text);
}

/// The operations in a patch's text, `[]` for the empty object of older SDKs; `None` when it is no JSON.
pub(crate) fn patch_json(text: &str) -> Option<serde_json::Value> {
    let json = parse(Some(text))?;
    if json.as_object().is_some_and(serde_json::Map::is_empty) {
        return Some(serde_json::Value::Array(Vec::new()));
    }
    json.is_array().then_some(json)
}

/// One change as the view shows it, without its patch.
pub(crate) fn event_item(
    trace: &JunjoTrace,
    matching: &Matching,
    history: &History<'_>,
    place: usize,
) -> StateEventItem {
    let (span, event) = history.events[place];
    let (node_key, node_span_id) = execution_around(trace, matching, span).unzip();
    StateEventItem {
        store_id: event.store_id.clone(),
        at: place + 1,
        id: event.id.clone(),
        action: event.action.clone(),
        sequence: event.sequence,
        revision_before: event.revision_before,
        revision_after: event.revision_after,
        time_unix_nano: event.time_unix_nano.to_string(),
        span_id: event.span_id.to_string(),
        span_name: trace.spans()[span].name.clone(),
        node_key,
        node_span_id,
        patch: None,
        patch_omitted: false,
        patch_error: None,
        late: place >= history.in_time,
        exact: history.gaps.unsure_from.is_none_or(|from| place < from),
    }
}

/// Key of the node in whose execution a span lies, and span of the execution.
pub(crate) fn execution_around(
    trace: &JunjoTrace,
    matching: &Matching,
    span: usize,
) -> Option<(String, String)> {
    let (mut at, mut steps) = (Some(span), 0);
    while let Some(place) = at.filter(|_| steps <= trace.spans().len()) {
        if let Some(execution) = matching.by_span.get(&place) {
            let node = matching.executions[*execution].node;
            let key = matching.layout.nodes[node].key.clone();
            return Some((key, trace.spans()[place].span_id.to_string()));
        }
        at = trace.around(place);
        steps += 1;
    }
    None
}

fn describe(
    trace: &JunjoTrace,
    root: usize,
    inside: &HashSet<usize>,
    (history, replayed): (&History<'_>, &Replayed),
) -> (StoreItem, Vec<Warning>) {
    let owner = history.first_owner();
    let role = match owner {
        Some((run, claim)) if run == root && claim.is_application_store => StoreRole::Application,
        Some((run, _)) if run == root => StoreRole::Own,
        Some((run, _)) if inside.contains(&run) => StoreRole::Nested,
        Some(_) => StoreRole::Outer,
        None => StoreRole::Unclaimed,
    };
    let end = history.state_end();
    let matches = end.as_ref().filter(|_| replayed.started).map(|end| same_state(&replayed.after.state, end));
    let names = history.events.iter().find_map(|(_, event)| event.store_name.clone());
    let gaps = &history.gaps;
    let expected = gaps.missing.map(|missing| missing.saturating_add(numbered(history)));
    let reconstructable: Vec<bool> =
        history.owners.iter().filter_map(|(_, claim)| claim.reconstructable).collect();
    let item = StoreItem {
        id: history.store_id.to_owned(),
        name: names,
        role,
        owner_span_id: owner.map(|(run, _)| trace.spans()[run].span_id.to_string()),
        owner_name: owner.map(|(run, _)| trace.spans()[run].name.clone()),
        owner_count: history.owners.len(),
        event_count: history.events.len(),
        expected_event_count: expected,
        missing_event_count: gaps.missing,
        missing_sequences: gaps
            .ranges
            .iter()
            .map(|(from, to)| SequenceRange { from: *from, to: *to })
            .collect(),
        dropped_events_count: gaps.dropped,
        complete: gaps.is_complete(),
        has_start_state: replayed.started,
        has_end_state: end.is_some(),
        replay_matches_end: matches,
        failed_patch_count: replayed.failures.len(),
        late_event_count: history.events.len() - history.in_time,
        reconstructable: (!reconstructable.is_empty()).then(|| reconstructable.iter().all(|could| *could)),
    };
    let warnings = warnings_of(&item, gaps.repeated);
    (item, warnings)
}

/// Changes with numbers of their own.
fn numbered(history: &History<'_>) -> i64 {
    i64::try_from(history.in_time.saturating_sub(history.gaps.repeated)).unwrap_or(i64::MAX)
}

/// What a person must know about a store.
pub(crate) fn warnings_of(store: &StoreItem, repeated: usize) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |code, text: String| warnings.push(Warning::new(code, text).store(&store.id));
    if let Some(missing) = store.missing_event_count.filter(|missing| *missing > 0) {
        let text = format!(
            "the history is incomplete: {missing} changes are missing; the end state is the client's"
        );
        warn(WarningCode::HistoryIncomplete, text);
    } else if !store.complete {
        let dropped = store.dropped_events_count;
        let text =
            format!("the history is incomplete: the client dropped {dropped} events of spans with changes");
        warn(WarningCode::HistoryIncomplete, text);
    }
    if store.role == StoreRole::Unclaimed {
        let text = "the run that this store belongs to has not arrived: there is no state to start from";
        warn(WarningCode::StoreUnclaimed, text.to_owned());
    } else {
        if !store.has_start_state {
            warn(WarningCode::StartStateMissing, "the state at the start was not sent in full".to_owned());
        }
        if !store.has_end_state {
            warn(WarningCode::EndStateMissing, "the state at the end was not sent in full".to_owned());
        }
    }
    if store.failed_patch_count > 0 {
        let text = format!("{} patches could not be applied", store.failed_patch_count);
        warn(WarningCode::PatchFailed, text);
    }
    if store.replay_matches_end == Some(false) {
        let text = "start state and changes do not give the end state that the client sent";
        warn(WarningCode::EndStateDiffers, text.to_owned());
    }
    if store.late_event_count > 0 {
        let text =
            format!("{} changes were made after the run had taken its last state", store.late_event_count);
        warn(WarningCode::LateChanges, text);
    }
    if store.reconstructable == Some(false) {
        warn(WarningCode::NotReconstructable, "the client could not replay its own run".to_owned());
    }
    if repeated > 0 {
        let text = format!("{repeated} changes carry a number that another one has");
        warn(WarningCode::SequenceBroken, text);
    }
    warnings
}
