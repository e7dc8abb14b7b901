//! JSON together with where its text was cut: each value knows whether it is whole.

use serde_json::{Map, Value as Json};

use crate::details::attributes::text_of;
use crate::json_lenient::Reading;

/// A JSON value that may have been cut.
#[derive(Clone, Copy)]
pub(super) struct Node<'j> {
    pub(super) json: &'j Json,
    /// How many values were open at the cut, from this one on; 0 for one that is whole.
    open_levels: usize,
}

impl<'j> Node<'j> {
    pub(super) fn whole(json: &'j Json) -> Self {
        Self { json, open_levels: 0 }
    }

    pub(super) fn of(reading: &'j Reading) -> Self {
        Self { json: &reading.json, open_levels: reading.open_levels }
    }

    /// Whether the text was cut inside this value.
    pub(super) fn is_cut(self) -> bool {
        self.open_levels > 0
    }

    /// The items of a list.
    pub(super) fn items(self) -> Option<impl ExactSizeIterator<Item = Self>> {
        let items = self.json.as_array()?;
        let last = items.len().saturating_sub(1);
        Some(items.iter().enumerate().map(move |(index, json)| Self {
            json,
            open_levels: if index == last { self.open_levels.saturating_sub(1) } else { 0 },
        }))
    }

    /// The members of an object.
    pub(super) fn object(self) -> Option<Object<'j>> {
        Some(Object { members: self.json.as_object()?, open_levels: self.open_levels })
    }
}

/// A JSON object that may have been cut.
#[derive(Clone, Copy)]
pub(super) struct Object<'j> {
    pub(super) members: &'j Map<String, Json>,
    open_levels: usize,
}

impl<'j> Object<'j> {
    /// The first of `names` that is there and not null.
    pub(super) fn get(&self, names: &[&str]) -> Option<Node<'j>> {
        names.iter().find_map(|name| {
            let json = self.members.get(*name).filter(|json| !json.is_null())?;
            let is_last = self.members.keys().next_back().is_some_and(|last| last == name);
            Some(Node { json, open_levels: if is_last { self.open_levels.saturating_sub(1) } else { 0 } })
        })
    }

    /// The first of `names` that is an object.
    pub(super) fn object(&self, names: &[&str]) -> Option<Self> {
        names.iter().find_map(|name| self.get(&[name])?.object())
    }

    /// The text of the first of `names` that has one.
    pub(super) fn text(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| text_of(self.members.get(*name)?))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }
}
