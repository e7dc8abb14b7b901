//! State blame: which change wrote each part of a state last.
//!
//! A tree beside the state that only has branches where parts were written by different changes. Lists keep the branch
//! of an item beside it when items before it come or go.

use std::collections::BTreeMap;

use json_patch::PatchOperation;
use json_patch::jsonptr::Pointer;
use serde_json::Value as Json;

/// What an operation does to the places of a state, in terms that need no state any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// The place whose value goes away.
    removed: Option<Vec<Step>>,
    /// The place that gets a value, and whether items of a list move aside for it.
    written: Option<(Vec<Step>, bool)>,
}

/// One step from a container to a part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
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

/// Who wrote a value and its parts last; `None` stands for the state that the run started with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blame {
    /// Who set the whole value.
    set_by: Option<usize>,
    /// Who changed anything in it last; not before `set_by`.
    touched_by: Option<usize>,
    /// Parts that were written since the whole was.
    parts: BTreeMap<Step, Blame>,
}

impl Blame {
    /// Records `change` in the name of `writer`; later writers have higher numbers.
    pub(crate) fn write(&mut self, change: &Change, writer: usize) {
        if let Some(removed) = &change.removed {
            self.remove(removed, writer);
        }
        if let Some((written, inserts)) = &change.written {
            self.set(written, *inserts, writer);
        }
    }

    fn whole(set_by: Option<usize>) -> Self {
        Self { set_by, touched_by: set_by, parts: BTreeMap::new() }
    }

    /// The part behind `step`; a part that was never written on its own is as old as the whole.
    fn part(&mut self, step: &Step) -> &mut Self {
        let set_by = self.set_by;
        self.parts.entry(step.clone()).or_insert_with(|| Self::whole(set_by))
    }

    fn set(&mut self, path: &[Step], inserts: bool, writer: usize) {
        let Some((last, parents)) = path.split_last() else {
            *self = Self::whole(Some(writer));
            return;
        };
        let parent = self.touch(parents, writer);
        if let (true, Step::Index(index)) = (inserts, last) {
            parent.shift(*index, |other| other + 1);
        }
        *parent.part(last) = Self::whole(Some(writer));
    }

    fn remove(&mut self, path: &[Step], writer: usize) {
        let Some((last, parents)) = path.split_last() else {
            *self = Self::whole(Some(writer));
            return;
        };
        let parent = self.touch(parents, writer);
        parent.parts.remove(last);
        if let Step::Index(index) = last {
            parent.shift(*index, |other| other.saturating_sub(1));
        }
    }

    /// The part at `path`, all of whose containers `writer` now has changed.
    fn touch(&mut self, path: &[Step], writer: usize) -> &mut Self {
        let mut at = self;
        at.touched_by = Some(writer);
        for step in path {
            at = at.part(step);
            at.touched_by = Some(writer);
        }
        at
    }

    /// Gives the parts from `index` on their new places in a list.
    fn shift(&mut self, index: usize, place: impl Fn(usize) -> usize) {
        let behind = self.parts.split_off(&Step::Index(index));
        self.parts.extend(behind.into_iter().map(|(step, blame)| match step {
            Step::Index(index) => (Step::Index(place(index)), blame),
            key @ Step::Key(_) => (key, blame),
        }));
    }

    /// Who wrote each part of `state` last, containers before their parts, at most `limit` of them; and whether these
    /// are all. A container is as old as the youngest change in it.
    pub fn lines(&self, state: &Json, limit: usize) -> (Vec<BlameLine>, bool) {
        let mut collected = Lines { path: String::new(), lines: Vec::new(), limit };
        let complete = collected.add(Some(self), None, state);
        (collected.lines, complete)
    }
}

/// Who wrote one part of a state last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlameLine {
    /// RFC 6901 pointer to the part.
    pub path: String,
    /// The writer; `None` for what the run started with.
    pub writer: Option<usize>,
}

/// Lines as they are collected.
struct Lines {
    /// Pointer to the part that is being looked at.
    path: String,
    lines: Vec<BlameLine>,
    limit: usize,
}

impl Lines {
    /// Adds the line of the value at `path` and those of its parts; false when the limit was reached. `inherited` is who
    /// wrote the value around it, which counts where `blame` knows nothing.
    fn add(&mut self, blame: Option<&Blame>, inherited: Option<usize>, state: &Json) -> bool {
        if self.lines.len() >= self.limit {
            return false;
        }
        let set_by = blame.map_or(inherited, |blame| blame.set_by);
        let writer = blame.map_or(inherited, |blame| blame.touched_by);
        self.lines.push(BlameLine { path: self.path.clone(), writer });
        let length = self.path.len();
        let mut part = |step: Step, token: &str, value: &Json| {
            self.path.push('/');
            self.path.push_str(token);
            let complete = self.add(blame.and_then(|blame| blame.parts.get(&step)), set_by, value);
            self.path.truncate(length);
            complete
        };
        match state {
            Json::Array(items) => items
                .iter()
                .enumerate()
                .all(|(index, item)| part(Step::Index(index), &index.to_string(), item)),
            Json::Object(members) => members.iter().all(|(key, value)| {
                let token = key.replace('~', "~0").replace('/', "~1");
                part(Step::Key(key.clone()), &token, value)
            }),
            _ => true,
        }
    }
}
