//! Who wrote what, as a tree beside the state that only has branches where parts were written by different changes. Lists keep
//! the branch of an item beside it when items before it come or go.

use std::collections::BTreeMap;

use super::change::{Change, Step};

/// Who wrote a value and its parts last; `None` stands for the state that the run started with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blame {
    /// Who set the whole value.
    pub(super) set_by: Option<usize>,
    /// Who changed anything in it last; not before `set_by`.
    pub(super) touched_by: Option<usize>,
    /// Parts that were written since the whole was.
    pub(super) parts: BTreeMap<Step, Blame>,
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
}
