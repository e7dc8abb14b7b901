//! What a patch operation does to the places of a state.

use json_patch::PatchOperation;
use json_patch::jsonptr::Pointer;
use serde_json::Value as Json;

/// What an operation does to the places of a state, in terms that need no state any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// The place whose value goes away.
    pub(super) removed: Option<Vec<Step>>,
    /// The place that gets a value, and whether items of a list move aside for it.
    pub(super) written: Option<(Vec<Step>, bool)>,
}

/// One step from a container to a part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Index(usize),
    Key(String),
}

impl Change {
    /// What `operation` is going to do to `state`; `None` when it changes nothing or does not fit.
    pub(crate) fn of(operation: &PatchOperation, state: &Json) -> Option<Self> {
        let written = |path: &Pointer, inserts: bool| {
            let steps = steps(path, state)?;
            let inserts = inserts && matches!(steps.last(), Some(Step::Index(_)));
            Some((steps, inserts))
        };
        Some(match operation {
            PatchOperation::Add(operation) => {
                Self { removed: None, written: Some(written(&operation.path, true)?) }
            }
            PatchOperation::Copy(operation) => {
                Self { removed: None, written: Some(written(&operation.path, true)?) }
            }
            PatchOperation::Replace(operation) => {
                Self { removed: None, written: Some(written(&operation.path, false)?) }
            }
            PatchOperation::Remove(operation) => {
                Self { removed: Some(steps(&operation.path, state)?), written: None }
            }
            PatchOperation::Move(operation) => Self {
                removed: Some(steps(&operation.from, state)?),
                written: Some(written_after_removal(&operation.path, &operation.from, state)?),
            },
            PatchOperation::Test(_) => return None,
        })
    }
}

/// The steps to `path`, which may name a place that does not exist yet.
fn steps(path: &Pointer, state: &Json) -> Option<Vec<Step>> {
    let mut at = Some(state);
    let mut steps = Vec::new();
    for token in path.tokens() {
        let key = token.decoded();
        match at {
            Some(Json::Array(items)) => {
                let index = if key == "-" { items.len() } else { key.parse().ok()? };
                steps.push(Step::Index(index));
                at = items.get(index);
            }
            Some(Json::Object(members)) => {
                at = members.get(key.as_ref());
                steps.push(Step::Key(key.into_owned()));
            }
            _ => return None,
        }
    }
    Some(steps)
}

/// The target of a `move`, whose path counts after the value has left `from`.
fn written_after_removal(path: &Pointer, from: &Pointer, state: &Json) -> Option<(Vec<Step>, bool)> {
    state.pointer(from.as_str())?;
    let from = steps(from, state)?;
    let (Some(Step::Index(gone)), list) = (from.last(), from.len().saturating_sub(1)) else {
        let steps = steps(path, state)?;
        let inserts = matches!(steps.last(), Some(Step::Index(_)));
        return Some((steps, inserts));
    };
    // the path is resolved in the list as it is now: items behind the one that leaves stand one further back
    let mut at = Some(state);
    let mut found = Vec::new();
    for (level, token) in path.tokens().enumerate() {
        let key = token.decoded();
        match at {
            Some(Json::Array(items)) => {
                let shrunk = level == list && found == from[..list];
                let length = items.len() - usize::from(shrunk);
                let index: usize = if key == "-" { length } else { key.parse().ok()? };
                found.push(Step::Index(index));
                at = items.get(index + usize::from(shrunk && index >= *gone));
            }
            Some(Json::Object(members)) => {
                at = members.get(key.as_ref());
                found.push(Step::Key(key.into_owned()));
            }
            _ => return None,
        }
    }
    let inserts = matches!(found.last(), Some(Step::Index(_)));
    Some((found, inserts))
}
