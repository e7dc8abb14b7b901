//! Looking attributes up by key, by first hit among several keys, and as the trees that flattened keys describe.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value as Json};

use crate::dialects::{Sender, is_foreign};
use crate::json_lenient::{Reading, read_or_text};
use crate::otlp::value::{KeyValue, Value};
use crate::scalar;

/// Segments of a flattened key that become levels of a tree; real ones have 9 at most, the rest of a longer one stays
/// together.
const SEGMENTS_MAX: usize = 16;

/// Attributes by key; of a key that repeats, the last value.
#[derive(Debug)]
pub struct Attributes<'s, 'a> {
    by_key: HashMap<&'s str, &'s Value<'a>>,
}

impl<'s, 'a> Attributes<'s, 'a> {
    /// Looks `attributes` up by key.
    pub fn new(attributes: &'s [KeyValue<'a>]) -> Self {
        Self { by_key: attributes.iter().map(|pair| (pair.key.as_ref(), &pair.value)).collect() }
    }

    /// The same, without what `sender` does not mean: keys without a namespace that are another sender's words.
    pub(super) fn said_by(sender: &Sender<'_>, attributes: &'s [KeyValue<'a>]) -> Self {
        let said = attributes.iter().filter(|pair| !is_foreign(&pair.key, sender));
        Self { by_key: said.map(|pair| (pair.key.as_ref(), &pair.value)).collect() }
    }

    /// The value of `key`, unless it is empty.
    pub fn get(&self, key: &str) -> Option<&'s Value<'a>> {
        self.by_key.get(key).copied().filter(|value| !is_empty(value))
    }

    /// The first of `keys` that has a text or number.
    pub fn text(&self, keys: &[&str]) -> Option<String> {
        self.first(keys, |value| scalar::text(value).map(String::from))
    }

    /// The first of `keys` that has a whole number.
    pub fn count(&self, keys: &[&str]) -> Option<i64> {
        self.first(keys, scalar::count)
    }

    /// The first of `keys` that has a number.
    pub(crate) fn float(&self, keys: &[&str]) -> Option<f64> {
        self.first(keys, scalar::float)
    }

    /// The first of `keys` that has a flag.
    pub fn flag(&self, keys: &[&str]) -> Option<bool> {
        self.first(keys, scalar::flag)
    }

    /// The first of `keys` that has anything, with JSON texts parsed.
    pub(crate) fn json(&self, keys: &[&str]) -> Option<Json> {
        self.first(keys, |value| Some(parsed(value)))
    }

    /// The same, with where it was cut.
    pub(super) fn reading(&self, keys: &[&str]) -> Option<Reading> {
        self.first(keys, |value| {
            Some(match value {
                Value::String(text) => read_or_text(text),
                other => Reading::whole(json_of(other)),
            })
        })
    }

    /// The texts of the first of `keys` that has a list of them, a JSON list of them, or one alone.
    pub(crate) fn texts(&self, keys: &[&str]) -> Vec<String> {
        match self.json(keys) {
            Some(Json::Array(items)) => items.iter().filter_map(text_of).collect(),
            Some(item) => text_of(&item).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// The attributes whose key starts with `prefix`, by the rest of the key, in its order.
    pub(crate) fn with_prefix(&self, prefix: &str) -> BTreeMap<&'s str, &'s Value<'a>> {
        let pairs = self.by_key.iter().filter(|(_, value)| !is_empty(value));
        pairs.filter_map(|(key, value)| Some((key.strip_prefix(prefix)?, *value))).collect()
    }

    /// The items of a flattened list: `{prefix}3.role` is member `role` of one item. Indices may have gaps and come in
    /// any order; members named `without` are left out.
    pub(crate) fn items(&self, prefix: &str, without: &str) -> Vec<Json> {
        let mut items: BTreeMap<u64, Tree> = BTreeMap::new();
        for (rest, value) in self.with_prefix(prefix) {
            let (index, path) = rest.split_once('.').unwrap_or((rest, ""));
            let Ok(index) = index.parse() else { continue };
            if path.is_empty() || !path.ends_with(without) || without.is_empty() {
                items.entry(index).or_default().insert(path, json_of(value));
            }
        }
        items.into_values().map(Tree::into_json).collect()
    }

    fn first<T>(&self, keys: &[&str], read: impl Fn(&'s Value<'a>) -> Option<T>) -> Option<T> {
        keys.iter().find_map(|key| self.get(key).and_then(&read))
    }
}

fn is_empty(value: &Value<'_>) -> bool {
    match value {
        Value::Empty => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// A value as JSON, texts as they are; bytes become a list of numbers' base64 text.
pub(super) fn json_of(value: &Value<'_>) -> Json {
    match value {
        Value::Empty => Json::Null,
        Value::String(text) => Json::from(text.as_ref()),
        Value::Bool(flag) => Json::from(*flag),
        Value::Int(int) => Json::from(*int),
        Value::Double(double) => Json::from(*double),
        Value::Array(items) => items.iter().map(json_of).collect(),
        Value::Map(pairs) => {
            Json::Object(pairs.iter().map(|pair| (pair.key.to_string(), json_of(&pair.value))).collect())
        }
        Value::Bytes(bytes) => {
            use base64::Engine;
            Json::from(base64::engine::general_purpose::STANDARD.encode(bytes))
        }
    }
}

/// A value as JSON; a text that holds a JSON object, list or string is parsed.
pub(super) fn parsed(value: &Value<'_>) -> Json {
    if let Value::String(text) = value { parse_text(text) } else { json_of(value) }
}

/// The JSON object, list or string in `text`, as far as it goes, else the text itself. Numbers stay texts: "007" is none.
pub(crate) fn parse_text(text: &str) -> Json {
    read_or_text(text).json
}

/// A JSON text, or a number or flag as one.
pub(super) fn text_of(json: &Json) -> Option<String> {
    match json {
        Json::String(text) if !text.is_empty() => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// The text of the first of `members` that has one.
pub(super) fn member_text(object: &Map<String, Json>, members: &[&str]) -> Option<String> {
    members.iter().find_map(|member| object.get(*member).and_then(text_of))
}

/// The first of `members` that is there and not null.
pub(super) fn member<'j>(object: &'j Map<String, Json>, members: &[&str]) -> Option<&'j Json> {
    members.iter().find_map(|member| object.get(*member).filter(|json| !json.is_null()))
}

/// What flattened keys describe.
#[derive(Default)]
struct Tree {
    leaf: Option<Json>,
    children: BTreeMap<Segment, Tree>,
}

/// One level of a key; numbers sort as numbers.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Index(u64),
    Name(String),
}

impl Tree {
    fn insert(&mut self, path: &str, value: Json) {
        let mut tree = self;
        for segment in path.splitn(SEGMENTS_MAX, '.').filter(|segment| !segment.is_empty()) {
            let segment = segment.parse().map_or_else(|_| Segment::Name(segment.to_owned()), Segment::Index);
            tree = tree.children.entry(segment).or_default();
        }
        tree.leaf = Some(value);
    }

    /// A list when all children have numbers, an object when they have names, else the value itself.
    fn into_json(self) -> Json {
        if self.children.is_empty() {
            return self.leaf.unwrap_or_default();
        }
        if self.children.keys().all(|segment| matches!(segment, Segment::Index(_))) {
            return self.children.into_values().map(Self::into_json).collect();
        }
        let members = self.children.into_iter().map(|(segment, tree)| {
            let name = match segment {
                Segment::Name(name) => name,
                Segment::Index(index) => index.to_string(),
            };
            (name, tree.into_json())
        });
        Json::Object(members.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair<'a>(key: &'a str, value: &'a str) -> KeyValue<'a> {
        KeyValue { key: key.into(), value: Value::String(value.into()) }
    }

    /// Scenario: flattened messages with gaps, out of order, past 10, with bad and huge indices.
    /// Guarantee: items come in the order of their numbers, whole, and nothing else is taken for one.
    #[test]
    fn items_of_flattened_keys_are_ordered_and_whole() {
        let long = format!("m.2.{}", "x.".repeat(10_000));
        let attributes = [
            pair("m.10.message.role", "c"),
            pair("m.2.message.role", "b"),
            pair("m.2.message.tools.1.name", "t1"),
            pair("m.2.message.tools.0.name", "t0"),
            pair("m.18446744073709551615.role", "d"),
            pair("m.18446744073709551616.role", "too large"),
            pair("m.x.role", "no number"),
            pair("m.0", "plain"),
            pair("m.3.vector", "left out"),
            pair(&long, "deep"),
        ];
        let items = Attributes::new(&attributes).items("m.", "vector");
        assert_eq!(items.len(), 4);
        assert_eq!(items[0], "plain");
        assert_eq!(items[1]["message"]["tools"][1]["name"], "t1");
        assert_eq!(items[2]["message"]["role"], "c");
        assert_eq!(items[3]["role"], "d");
    }

    /// Scenario: texts that are JSON, cut JSON, and plain. Guarantee: only whole objects, lists and strings are parsed.
    #[test]
    fn parse_text_leaves_what_is_no_json() {
        assert_eq!(parse_text(r#"{"a":1}"#)["a"], 1);
        assert_eq!(parse_text(r#""quoted""#), "quoted");
        assert_eq!(parse_text("007"), "007");
        assert_eq!(parse_text(r#"{"a":"#), r#"{"a":"#);
        assert_eq!(parse_text(&"[".repeat(100_000)), Json::from("[".repeat(100_000)));
    }
}
