//! The stores of a run and their changes in one list.

use std::collections::{BTreeMap, HashSet};

use super::changes::{add_patch, event_item};
use super::describe::Viewpoint;
use crate::history::{History, Replayed};
use crate::matching::Matching;
use crate::patch::{Budget, Patch, PatchError};
use crate::span::JunjoSpan;
use crate::state_view::{StateEventItem, StoreItem};
use crate::trace::JunjoTrace;
use crate::warning::{Warning, WarningCode};

/// Changes that a view lists; the counts go on behind them.
const EVENTS_MAX: usize = 20_000;
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
    let viewpoint = Viewpoint { trace, root, inside: &inside };
    let mut budget = Budget::default();
    let mut stores = Stores::default();
    let mut timed = Vec::new();
    for (order, id) in stores_of(trace, root, subtree).into_iter().enumerate() {
        let history = History::of(trace, id, &inside);
        let replayed = history.replay(history.in_time, &mut budget);
        let late = late_failures(&history, &replayed, &mut budget);
        let (item, warnings) = viewpoint.describe(&history, &replayed);
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
) -> Vec<(usize, PatchError)> {
    let mut document = replayed.after.clone();
    let late = history.events.iter().enumerate().skip(history.in_time);
    late.filter_map(|(place, (_, event))| {
        let patch = event.patch.as_deref();
        let applied = Patch::read(patch).and_then(|patch| document.apply(&patch, place, budget));
        applied.err().map(|error| (place, error))
    })
    .collect()
}
