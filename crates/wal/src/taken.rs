//! How far another log was taken over, and which of its items, for one that has to be read more than once: keys, in the transaction of the
//! records that they came with. What a key is, and how keys are packed, only the reader of that log knows.

use rusqlite::{Connection, Row};

/// The table, also made when a file of an earlier format is opened.
pub(crate) const CREATE_SQL: &str = "
    CREATE TABLE taken_keys (
        source TEXT NOT NULL, slot INTEGER NOT NULL, first BLOB NOT NULL, last BLOB NOT NULL, keys BLOB NOT NULL
    );
    CREATE INDEX taken_keys_by_slot ON taken_keys (source, slot);";

/// How far another log has been taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemotePosition {
    /// The other log: its `wal_id`, or what stands for it.
    pub source: String,
    /// The position in it behind the last records.
    pub position: Vec<u8>,
    /// Keys of what was taken, when that log has to be read more than once.
    pub taken: Vec<TakenKeys>,
    /// Keys of lower slots are forgotten.
    pub forget_below: Option<i64>,
}

impl RemotePosition {
    /// A position in a log that is read once.
    pub fn at(source: String, position: Vec<u8>) -> Self {
        Self { source, position, taken: Vec::new(), forget_below: None }
    }
}

/// Keys of one slot that were taken with one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenKeys {
    /// Part of the order of keys: all keys of a lower slot are lower. Slots are forgotten whole.
    pub slot: i64,
    /// The lowest of the keys, as bytes that compare as keys do.
    pub first: Vec<u8>,
    /// The highest.
    pub last: Vec<u8>,
    /// All of them, packed by whoever reads them.
    pub keys: Vec<u8>,
}

/// A range of keys, both ends included, and the slots that it touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRange {
    /// Slots of the first and of the last key.
    pub slots: (i64, i64),
    /// The lowest key.
    pub first: Vec<u8>,
    /// The highest key.
    pub last: Vec<u8>,
}

/// Notes what was taken, and forgets slots that are not read again.
pub(crate) fn note(connection: &Connection, remote: &RemotePosition) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached("INSERT INTO taken_keys VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for taken in &remote.taken {
        insert.execute((&remote.source, taken.slot, &taken.first, &taken.last, &taken.keys))?;
    }
    if let Some(slot) = remote.forget_below {
        connection
            .prepare_cached("DELETE FROM taken_keys WHERE source = ?1 AND slot < ?2")?
            .execute((&remote.source, slot))?;
    }
    Ok(())
}

/// Packed keys whose ranges touch `range`.
pub(crate) fn within(
    connection: &Connection,
    source: &str,
    range: &KeyRange,
) -> rusqlite::Result<Vec<Vec<u8>>> {
    connection
        .prepare_cached(
            "SELECT keys FROM taken_keys
             WHERE source = ?1 AND slot BETWEEN ?2 AND ?3 AND last >= ?4 AND first <= ?5",
        )?
        .query_map((source, range.slots.0, range.slots.1, &range.first, &range.last), |row: &Row<'_>| {
            row.get(0)
        })?
        .collect()
}
