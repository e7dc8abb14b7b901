//! One pass over a span's attributes that finds the best value of every promoted field.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;
use std::sync::LazyLock;

use serde_json::{Map, Value as Json};

use super::dialect::{ReadCounts, Sender, Words};
use super::field::{Field, Shape};
use super::precedence::{DIALECTS, kinds, ranked};
use crate::otlp::value::{KeyValue, Value};
use crate::role::Role;
use crate::scalar;

/// Fields that are promoted; they stand before the others.
const FIELDS: usize = {
    let mut promoted = 0;
    while !matches!(Field::ALL[promoted].1, Shape::Detail) {
        promoted += 1;
    }
    promoted
};

/// Keys that say what a span does, in all dialects.
const KINDS: usize = {
    let (mut count, mut at) = (0, 0);
    while at < DIALECTS.len() {
        count += DIALECTS[at].kinds.len();
        at += 1;
    }
    count
};

/// Keys with counts in a JSON object, in all dialects.
const USAGES: usize = {
    let (mut count, mut at) = (0, 0);
    while at < DIALECTS.len() {
        count += DIALECTS[at].usage.len();
        at += 1;
    }
    count
};

const SLOTS: usize = FIELDS + KINDS + USAGES;

/// The best value found for every promoted field, kind and usage object.
pub(crate) struct Slots<'s, 'a> {
    attributes: &'s [KeyValue<'a>],
    /// The best rank found for each slot; [`NOTHING`] where there is no value.
    ranks: [u8; SLOTS],
    /// Where its value stands among the attributes.
    places: [u32; SLOTS],
    sender: Sender<'s>,
}

/// The rank of a slot without a value.
const NOTHING: u8 = u8::MAX;

impl<'s, 'a> Slots<'s, 'a> {
    /// One pass over `attributes`. A better key wins over a worse one; of a key that repeats, the last value wins.
    pub(crate) fn collect(attributes: &'s [KeyValue<'a>], sender: Sender<'s>) -> Self {
        let table = &*TABLE;
        let (mut ranks, mut places) = ([NOTHING; SLOTS], [0; SLOTS]);
        let mut spoken = None;
        for (place, pair) in (0_u32..).zip(attributes) {
            for entry in table.of(&pair.key) {
                let slot = usize::from(entry.slot);
                if entry.rank > ranks[slot] || !entry.shape.fits(&pair.value) {
                    continue;
                }
                if entry.only == 0 || entry.only & *spoken.get_or_insert_with(|| spoken_by(&sender)) != 0 {
                    (ranks[slot], places[slot]) = (entry.rank, place);
                }
            }
        }
        Self { attributes, ranks, places, sender }
    }

    fn value(&self, slot: usize) -> Option<&'s Value<'a>> {
        if self.ranks[slot] == NOTHING {
            return None;
        }
        Some(&self.attributes[self.places[slot] as usize].value)
    }

    /// The value of a promoted `field`.
    pub(crate) fn get(&self, field: Field) -> Option<&'s Value<'a>> {
        let slot = field as usize;
        if slot < FIELDS { self.value(slot) } else { None }
    }

    /// The value of `field` as a text.
    pub(crate) fn text(&self, field: Field) -> Option<Cow<'a, str>> {
        self.get(field).and_then(scalar::text)
    }

    /// The value of `field` as a text, if it is one.
    pub(crate) fn str(&self, field: Field) -> Option<&'s str> {
        self.get(field).and_then(scalar::str)
    }

    /// The value of `field` as a count.
    pub(crate) fn count(&self, field: Field) -> Option<i64> {
        self.get(field).and_then(scalar::count)
    }

    /// The value of `field` as a number.
    pub(crate) fn float(&self, field: Field) -> Option<f64> {
        self.get(field).and_then(scalar::float)
    }

    /// What the best dialect says that the span does; a word that says nothing ("UNKNOWN", "span") leaves it to the next.
    pub(crate) fn role(&self) -> Option<Role> {
        let mut values = (FIELDS..).zip(&TABLE.words);
        values.find_map(|(slot, words)| words(scalar::str(self.value(slot)?)?))
    }

    /// The same, where a sender's spans of this name are known to say something else.
    pub(crate) fn role_against_keys(&self) -> Option<Role> {
        DIALECTS.iter().find_map(|dialect| dialect.role_against_keys?(&self.sender))
    }

    /// What a sender's spans of this name do, where the sender is known.
    pub(crate) fn role_by_name(&self) -> Option<Role> {
        DIALECTS.iter().find_map(|dialect| dialect.role_by_name?(&self.sender))
    }

    /// The JSON objects with counts, best first, each with how it is read.
    pub(crate) fn usage_objects(&self) -> impl Iterator<Item = (Map<String, Json>, ReadCounts)> {
        let values = (FIELDS + KINDS..).zip(&TABLE.usage);
        values.filter_map(|(slot, read)| Some((scalar::json_object(self.value(slot)?)?, *read)))
    }
}

/// One bit for every dialect that is spoken by `sender` only among others.
fn spoken_by(sender: &Sender<'_>) -> u32 {
    let spoken =
        DIALECTS.iter().enumerate().filter(|(_, dialect)| dialect.spoken_by.is_some_and(|is| is(sender)));
    spoken.map(|(at, _)| 1 << at).sum()
}

/// Where the value of a key belongs.
struct Entry {
    slot: u16,
    shape: Shape,
    rank: u8,
    /// Dialects that must be spoken for it, one of them; 0: none needs to be.
    only: u32,
}

struct Table {
    /// Where the entries of a key stand.
    index: HashMap<&'static str, Range<u16>, BuildHasherDefault<KeyHasher>>,
    /// Those of one key are neighbours.
    entries: Vec<Entry>,
    words: Vec<Words>,
    usage: Vec<ReadCounts>,
}

impl Table {
    fn of(&self, key: &str) -> &[Entry] {
        let range =
            self.index.get(key).map_or(0..0, |range| usize::from(range.start)..usize::from(range.end));
        &self.entries[range]
    }
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let (mut words, mut usage_readers) = (Vec::new(), Vec::new());
    let mut by_key: BTreeMap<&'static str, Vec<Entry>> = BTreeMap::new();
    let only = |at: usize| u32::from(DIALECTS[at].spoken_by.is_some()) << at;
    let mut add = |key, slot: usize, shape, rank: usize, at| {
        let entry = Entry { slot: slot as u16, shape, rank: rank as u8, only: only(at) };
        by_key.entry(key).or_default().push(entry);
    };
    for (field, shape) in &Field::ALL[..FIELDS] {
        for (rank, (at, key)) in ranked(*field).into_iter().enumerate() {
            add(key, *field as usize, *shape, rank, at);
        }
    }
    for (slot, (at, kind)) in (FIELDS..).zip(kinds()) {
        let (key, read) = DIALECTS[at].kinds[kind];
        add(key, slot, Shape::Text, 0, at);
        words.push(read);
    }
    let usage =
        DIALECTS.iter().enumerate().flat_map(|(at, dialect)| dialect.usage.iter().map(move |row| (at, row)));
    for (slot, (at, (key, read))) in (FIELDS + KINDS..).zip(usage) {
        add(key, slot, Shape::Json, 0, at);
        usage_readers.push(*read);
    }
    let mut table = Table { index: HashMap::default(), entries: Vec::new(), words, usage: usage_readers };
    for (key, entries) in by_key {
        let start = table.entries.len() as u16;
        table.entries.extend(entries);
        table.index.insert(key, start..table.entries.len() as u16);
    }
    table
});

/// Multiply-and-rotate over 8-byte words. The table is fixed, so that no client can choose what collides in it.
#[derive(Default)]
struct KeyHasher(u64);

impl KeyHasher {
    fn mix(&mut self, word: u64) {
        const ODD: u64 = 0x517c_c1b7_2722_0a95;
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(ODD);
    }
}

impl Hasher for KeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.mix(u64::from_le_bytes(last) ^ (bytes.len() as u64) << 56);
    }

    fn write_u8(&mut self, _: u8) {
        // the end mark of a str; `write` has mixed in the length already
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANYBODY: Sender<'static> = Sender { scope: "", name: "" };

    fn pair<'a>(key: &'a str, value: Value<'a>) -> KeyValue<'a> {
        KeyValue { key: key.into(), value }
    }

    /// Scenario: the table itself. Guarantee: every field has a key and stands at its own place, no dialect says a key of
    /// one field twice, and ranks and dialects fit into their numbers.
    #[test]
    fn table_has_each_key_of_a_field_once() {
        assert!(DIALECTS.len() <= 32);
        assert!(u16::try_from(TABLE.entries.len()).is_ok());
        for (place, (field, _)) in Field::ALL.iter().enumerate() {
            assert_eq!(*field as usize, place);
            let keys = ranked(*field);
            assert!(!keys.is_empty() && keys.len() < 255, "{field:?}");
            for (at, key) in &keys {
                assert_eq!(keys.iter().filter(|other| **other == (*at, *key)).count(), 1, "{field:?} {key}");
            }
        }
        assert!(Field::ALL[..FIELDS].iter().all(|(_, shape)| *shape != Shape::Detail));
        assert!(Field::ALL[FIELDS..].iter().all(|(_, shape)| *shape == Shape::Detail));
    }

    /// Scenario: a better key comes after a worse one, with a usable and with an unusable value.
    /// Guarantee: the best usable one wins, whatever the order.
    #[test]
    fn collect_takes_the_best_usable_key() {
        let worse = pair("llm.token_count.prompt", Value::Int(1));
        let better = pair("gen_ai.usage.input_tokens", Value::String("2".into()));
        let broken = pair("gen_ai.usage.input_tokens", Value::String("two".into()));
        for (attributes, expected) in [
            (vec![worse.clone(), better.clone()], Some(2)),
            (vec![better.clone(), worse.clone()], Some(2)),
            (vec![worse.clone(), broken.clone()], Some(1)),
            (vec![broken.clone()], None),
            (vec![better.clone(), pair("gen_ai.usage.input_tokens", Value::Int(3))], Some(3)),
        ] {
            assert_eq!(Slots::collect(&attributes, ANYBODY).count(Field::InputTokens), expected);
        }
    }

    /// Scenario: keys without a namespace, from the sender that means a model call by them and from any other.
    /// Guarantee: only the one sender's are read.
    #[test]
    fn collect_reads_bare_keys_of_their_sender_only() {
        let attributes =
            [pair("model", Value::String("claude".into())), pair("output_tokens", Value::Int(3))];
        let read = |scope, name| {
            let slots = Slots::collect(&attributes, Sender { scope, name });
            (slots.str(Field::Model), slots.count(Field::OutputTokens))
        };
        assert_eq!(read("", "claude_code.llm_request"), (Some("claude"), Some(3)));
        assert_eq!(read("my.app", "train"), (None, None));
    }
}
