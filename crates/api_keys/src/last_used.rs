//! When each key was last used, kept in memory and written in batches: a check must not cost a write.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

/// Uses that are not in the database yet. Bounded by the number of keys.
#[derive(Debug, Default)]
pub(crate) struct LastUsed {
    pending: Mutex<HashMap<Arc<str>, i64>>,
}

impl LastUsed {
    pub(crate) fn note(&self, key_id: &Arc<str>, at_unix_nano: i64) {
        let mut pending = self.pending.lock();
        if let Some(latest) = pending.get_mut(key_id) {
            *latest = at_unix_nano.max(*latest);
        } else {
            pending.insert(Arc::clone(key_id), at_unix_nano);
        }
    }

    pub(crate) fn get(&self, key_id: &str) -> Option<i64> {
        self.pending.lock().get(key_id).copied()
    }

    /// Everything noted so far; the caller writes it, or gives it back with [`Self::restore`].
    pub(crate) fn take(&self) -> Vec<(Arc<str>, i64)> {
        self.pending.lock().drain().collect()
    }

    pub(crate) fn restore(&self, uses: Vec<(Arc<str>, i64)>) {
        for (key_id, at_unix_nano) in uses {
            self.note(&key_id, at_unix_nano);
        }
    }
}
