//! What is known about presented keys for a few seconds, so that an export request costs no query.
//!
//! A revocation takes effect at once: it removes the entry and bumps the generation, and an answer that was read from the
//! database before the bump is not stored after it.

use std::collections::HashMap;
use std::time::Duration;

use junjo_web::SharedClock;
use parking_lot::Mutex;

use crate::key::{KeyHash, KeyIdentity, Scope};

/// Entries of each kind; a full cache makes checks slower, never wrong. About 2 MB.
const ENTRIES_MAX: usize = 10_000;

/// A key as found in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KnownKey {
    pub(crate) identity: KeyIdentity,
    pub(crate) scope: Scope,
    /// When this secret stops working: the key's expiry, or the end of its overlap after a rotation.
    pub(crate) expires_at_unix_nano: Option<i64>,
}

/// Proof of when a lookup began; see [`Cache::begin_lookup`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Generation(u64);

/// What the database said about a presented key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Key(KnownKey),
    NoSuchKey,
}

#[derive(Debug)]
pub(crate) struct Cache {
    clock: SharedClock,
    entries: Mutex<Entries>,
}

/// Unknown keys have a map of their own: guesses must not push out real keys.
#[derive(Debug)]
struct Entries {
    generation: u64,
    known: TtlMap<KnownKey>,
    unknown: TtlMap<()>,
}

impl Cache {
    pub(crate) fn new(clock: SharedClock, known_ttl: Duration, unknown_ttl: Duration) -> Self {
        let entries =
            Entries { generation: 0, known: TtlMap::new(known_ttl), unknown: TtlMap::new(unknown_ttl) };
        Self { clock, entries: Mutex::new(entries) }
    }

    /// What is still known about the key of this hash.
    pub(crate) fn get(&self, hash: &KeyHash) -> Option<Answer> {
        let now = self.clock.monotonic();
        let entries = self.entries.lock();
        let known = entries.known.get(hash, now).cloned().map(Answer::Key);
        known.or_else(|| entries.unknown.get(hash, now).map(|()| Answer::NoSuchKey))
    }

    /// Call it before the database is read, and pass the result to [`Self::insert`].
    pub(crate) fn begin_lookup(&self) -> Generation {
        Generation(self.entries.lock().generation)
    }

    /// Remembers what the database said, unless a key was revoked since `generation`.
    pub(crate) fn insert(&self, generation: Generation, hash: KeyHash, answer: Answer) {
        let now = self.clock.monotonic();
        let mut entries = self.entries.lock();
        if entries.generation != generation.0 {
            return;
        }
        match answer {
            Answer::Key(key) => entries.known.insert(hash, key, now),
            Answer::NoSuchKey => entries.unknown.insert(hash, (), now),
        }
    }

    /// Forgets a key. Call it after its change is committed and before that is answered.
    pub(crate) fn forget(&self, hash: &KeyHash) {
        let mut entries = self.entries.lock();
        entries.generation += 1;
        entries.known.entries.remove(hash);
        entries.unknown.entries.remove(hash);
    }
}

/// A bounded map whose entries grow old. Full of young entries, it takes no more.
#[derive(Debug)]
struct TtlMap<V> {
    ttl: Duration,
    entries: HashMap<KeyHash, (V, Duration)>,
}

impl<V> TtlMap<V> {
    fn new(ttl: Duration) -> Self {
        Self { ttl, entries: HashMap::new() }
    }

    fn get(&self, hash: &KeyHash, now: Duration) -> Option<&V> {
        self.entries.get(hash).filter(|(_, until)| now < *until).map(|(value, _)| value)
    }

    fn insert(&mut self, hash: KeyHash, value: V, now: Duration) {
        if self.entries.len() >= ENTRIES_MAX {
            self.entries.retain(|_, (_, until)| now < *until);
        }
        if self.entries.len() < ENTRIES_MAX {
            self.entries.insert(hash, (value, now + self.ttl));
        }
    }
}

#[cfg(test)]
mod tests {
    use junjo_web::ManualClock;

    use super::*;

    fn key(name: &str) -> Answer {
        let identity = KeyIdentity { id: "id".into(), name: name.into(), project: "default".into() };
        Answer::Key(KnownKey { identity, scope: Scope::Ingest, expires_at_unix_nano: None })
    }

    fn cache(clock: &ManualClock) -> Cache {
        Cache::new(clock.shared(), Duration::from_secs(10), Duration::from_secs(2))
    }

    fn hash(number: usize) -> KeyHash {
        crate::key::hash_of(&number.to_string())
    }

    /// Scenario: entries grow old. Guarantee: a known key is trusted for 10 s, an unknown one for 2 s, not longer.
    #[test]
    fn entries_expire() {
        let clock = ManualClock::default();
        let cache = cache(&clock);
        cache.insert(cache.begin_lookup(), hash(1), key("a"));
        cache.insert(cache.begin_lookup(), hash(2), Answer::NoSuchKey);
        assert_eq!(cache.get(&hash(1)), Some(key("a")));
        assert_eq!(cache.get(&hash(2)), Some(Answer::NoSuchKey));
        assert_eq!(cache.get(&hash(3)), None);
        clock.advance(Duration::from_secs(2));
        assert_eq!(cache.get(&hash(2)), None);
        clock.advance(Duration::from_secs(8));
        assert_eq!(cache.get(&hash(1)), None);
    }

    /// Scenario: a key is revoked while a check of it is reading the database. Guarantee: the stale answer is not kept.
    #[test]
    fn lookup_that_began_before_a_revocation_is_not_kept() {
        let cache = cache(&ManualClock::default());
        let generation = cache.begin_lookup();
        cache.forget(&hash(1));
        cache.insert(generation, hash(1), key("revoked"));
        assert_eq!(cache.get(&hash(1)), None);
    }

    /// Scenario: more guesses than the cache holds. Guarantee: it stays bounded, real keys stay, and it recovers.
    #[test]
    fn guesses_neither_grow_the_cache_nor_push_out_keys() {
        let clock = ManualClock::default();
        let cache = cache(&clock);
        cache.insert(cache.begin_lookup(), hash(0), key("real"));
        for number in 1..=ENTRIES_MAX + 5 {
            cache.insert(cache.begin_lookup(), hash(number), Answer::NoSuchKey);
        }
        assert_eq!(cache.entries.lock().unknown.entries.len(), ENTRIES_MAX);
        assert!(cache.get(&hash(0)) == Some(key("real")));
        clock.advance(Duration::from_secs(3));
        cache.insert(cache.begin_lookup(), hash(ENTRIES_MAX + 9), Answer::NoSuchKey);
        assert_eq!(cache.entries.lock().unknown.entries.len(), 1);
    }
}
