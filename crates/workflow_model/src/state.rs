//! The state of one store around one change, with who wrote what of it.

use std::collections::HashSet;

use junjo_span_model::SpanId;
use serde_json::Value as Json;

use crate::blame::BlameLine;
use crate::detail::RunError;
use crate::history::{History, Replayed};
use crate::matching::Matching;
use crate::patch::Budget;
use crate::state_view::{BlameItem, StateAt};
use crate::stores::{event_item, execution_around, patch_json, stores_of};
use crate::trace::JunjoTrace;
use crate::warning::{Warning, WarningCode};

/// Parts of a state that blame is listed for.
const BLAME_MAX: usize = 5_000;
/// Places that a change is listed with.
const CHANGED_PATHS_MAX: usize = 1_000;

/// Why there is no state to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// There is no such run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The run has nothing to do with the store.
    #[error("the run neither owns nor writes to this store")]
    UnknownStore,
    /// The store has fewer changes.
    #[error("the store has {0} changes")]
    OutOfRange(usize),
}

impl JunjoTrace {
    /// The state of `store` (the run's own by default) around change `at` (the last by default; 0 is the start).
    pub fn state(
        &self,
        span_id: SpanId,
        store: Option<&str>,
        at: Option<usize>,
    ) -> Result<StateAt, StateError> {
        let root = self.run(span_id)?;
        let subtree = self.subtree(root);
        let known = stores_of(self, root, &subtree);
        let id = match store {
            Some(store) => known.into_iter().find(|id| *id == store),
            None => known.into_iter().next(),
        };
        let id = id.ok_or(StateError::UnknownStore)?;
        let inside: HashSet<usize> = subtree.into_iter().collect();
        let history = History::of(self, id, &inside);
        let count = history.events.len();
        let at = at.unwrap_or(count);
        if at > count {
            return Err(StateError::OutOfRange(count));
        }
        let replayed = history.replay(at, &mut Budget::default());
        let matching = self.matching(root);
        Ok(Seen { trace: self, history: &history, matching: &matching }.state_at(at, replayed))
    }
}

/// A store's history in the run that it is looked at from.
struct Seen<'t> {
    trace: &'t JunjoTrace,
    history: &'t History<'t>,
    matching: &'t Matching,
}

impl Seen<'_> {
    /// The state around change `at`, which `replayed` led to.
    fn state_at(&self, at: usize, replayed: Replayed) -> StateAt {
        let history = self.history;
        let last = at.checked_sub(1);
        let event = last.map(|place| {
            let mut item = event_item(self.trace, self.matching, history, place);
            item.patch = history.events[place].1.patch.as_deref().and_then(patch_json);
            let failed = replayed.failures.iter().find(|(failed, _)| *failed == place);
            item.patch_error = failed.map(|(_, error)| error.to_string());
            item.exact &= replayed.started && replayed.failures.is_empty();
            item
        });
        let (lines, blame_complete) = replayed.after.blame.lines(&replayed.after.state, BLAME_MAX);
        let blame = lines.into_iter().map(|line| self.blame_item(line));
        let blame = blame.collect();
        let is_end = at == history.events.len();
        let reached_gap = history.gaps.unsure_from.is_some_and(|from| from < at || is_end);
        let exact = replayed.started && replayed.failures.is_empty() && !reached_gap;
        StateAt {
            store_id: history.store_id.to_owned(),
            at,
            event_count: history.events.len(),
            changed_paths: event
                .as_ref()
                .and_then(|event| event.patch.as_ref())
                .map_or_else(Vec::new, changed_paths),
            event,
            warnings: warnings(history, &replayed, exact, reached_gap),
            before: replayed.before,
            after: replayed.after.state,
            exact,
            blame,
            blame_complete,
            end_state: if is_end { history.state_end().unwrap_or_default() } else { Json::Null },
        }
    }

    fn blame_item(&self, line: BlameLine) -> BlameItem {
        let BlameLine { path, writer } = line;
        let event = writer.map(|place| self.history.events[place]);
        let around = event.and_then(|(span, _)| execution_around(self.trace, self.matching, span));
        BlameItem {
            path,
            at: writer.map(|place| place + 1),
            event_id: event.and_then(|(_, event)| event.id.clone()),
            action: event.and_then(|(_, event)| event.action.clone()),
            span_id: event.map(|(_, event)| event.span_id.to_string()),
            node_key: around.map(|(key, _)| key),
        }
    }
}

/// Paths of the operations, each once, sources of moves before their targets.
fn changed_paths(patch: &Json) -> Vec<String> {
    let mut seen = HashSet::new();
    let operations = patch.as_array().into_iter().flatten();
    let paths = operations.flat_map(|operation| {
        let is = |name: &str| operation["op"] == name;
        let from = operation["from"].as_str().filter(|_| is("move"));
        let to = operation["path"].as_str().filter(|_| !is("test"));
        from.into_iter().chain(to)
    });
    paths.filter(|path| seen.insert(*path)).take(CHANGED_PATHS_MAX).map(str::to_owned).collect()
}

fn warnings(history: &History<'_>, replayed: &Replayed, exact: bool, reached_gap: bool) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |code, text: String| warnings.push(Warning::new(code, text).store(history.store_id));
    if exact {
        return warnings;
    }
    if !replayed.started {
        let text = "there is no state to start from: only what changes wrote is shown";
        warn(WarningCode::StartStateMissing, text.to_owned());
    }
    if reached_gap {
        let text = "changes before this one are missing: parts of the state may be older than they were";
        warn(WarningCode::HistoryIncomplete, text.to_owned());
    }
    if let Some((place, error)) = replayed.failures.first() {
        let text = format!(
            "{} patches could not be applied, first change {}: {error}",
            replayed.failures.len(),
            place + 1
        );
        warn(WarningCode::PatchFailed, text);
    }
    warnings
}
