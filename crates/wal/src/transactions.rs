//! What the writer does to the file: one transaction each.

use rusqlite::Connection;

use crate::record::{Sequence, Signal};
use crate::shared::Accepted;
use crate::taken;
use crate::work::Work;

/// Payload bytes removed in one transaction: a larger one held the writer for more than 100 ms.
const TRIM_BYTES_MAX: u64 = 4 << 20;

/// One transaction, one fsync; the last sequence of each work.
pub(crate) fn commit(connection: &mut Connection, group: &[Work]) -> rusqlite::Result<Vec<Sequence>> {
    let transaction = connection.transaction()?;
    let mut sequences = Vec::with_capacity(group.len());
    {
        let mut insert = transaction.prepare_cached(
            "INSERT INTO records
             (signal, key_id, project, received_unix_nanos, item_count, raw_bytes, checksum, payload)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        let mut count = transaction.prepare_cached(
            "UPDATE counters SET items = items + ?2, records = records + ?3 WHERE signal = ?1",
        )?;
        let mut remember = transaction.prepare_cached("INSERT OR REPLACE INTO cursors VALUES (?1, ?2)")?;
        for work in group {
            for record in &work.records {
                insert.execute(rusqlite::params![
                    record.signal.code(),
                    record.sender.key_id,
                    record.sender.project,
                    record.received_unix_nano,
                    record.item_count,
                    record.raw_bytes,
                    record.checksum,
                    record.payload
                ])?;
            }
            if let Some(remote) = &work.position {
                remember.execute((&remote.source, &remote.position))?;
                taken::note(&transaction, remote)?;
            }
            sequences.push(Sequence(transaction.last_insert_rowid()));
        }
        for signal in [Signal::Traces, Signal::Logs] {
            let accepted = accepted_by(group, signal);
            if accepted.records > 0 {
                count.execute((signal.code(), accepted.items, accepted.records))?;
            }
        }
    }
    transaction.commit()?;
    Ok(sequences)
}

/// Makes the durable total at least `processed` plus what is in the log after `cursor`; returns that sum.
pub(crate) fn raise_accepted(
    connection: &Connection,
    signal: Signal,
    processed: u64,
    cursor: Sequence,
) -> rusqlite::Result<u64> {
    let waiting: u64 = connection.query_row(
        "SELECT coalesce(sum(item_count), 0) FROM records WHERE signal = ?1 AND sequence > ?2",
        (signal.code(), cursor.0),
        |row| row.get(0),
    )?;
    let items = processed.saturating_add(waiting);
    let mut raise =
        connection.prepare_cached("UPDATE counters SET items = max(items, ?2) WHERE signal = ?1")?;
    raise.execute((signal.code(), items))?;
    Ok(items)
}

/// What one trim removed.
pub(crate) struct Slice {
    pub(crate) reached: Sequence,
    pub(crate) bytes: u64,
    pub(crate) records: u64,
}

/// Removes the oldest records up to `target`, about [`TRIM_BYTES_MAX`] of them.
pub(crate) fn delete_slice(connection: &mut Connection, target: Sequence) -> rusqlite::Result<Slice> {
    let transaction = connection.transaction()?;
    let mut slice = Slice { reached: target, bytes: 0, records: 0 };
    {
        let mut sizes = transaction.prepare_cached(
            "SELECT sequence, length(payload) FROM records WHERE sequence <= ?1 ORDER BY sequence",
        )?;
        let mut rows = sizes.query([target.0])?;
        while let Some(row) = rows.next()? {
            slice.bytes += row.get::<_, u64>(1)?;
            slice.records += 1;
            if slice.bytes >= TRIM_BYTES_MAX {
                slice.reached = Sequence(row.get(0)?);
                break;
            }
        }
    }
    transaction.prepare_cached("DELETE FROM records WHERE sequence <= ?1")?.execute([slice.reached.0])?;
    transaction.commit()?;
    Ok(slice)
}

/// What a group adds to the totals of one signal.
pub(crate) fn accepted_by(group: &[Work], signal: Signal) -> Accepted {
    let mut accepted = Accepted::default();
    for record in group.iter().flat_map(|work| &work.records).filter(|record| record.signal == signal) {
        accepted.items += u64::from(record.item_count);
        accepted.records += 1;
    }
    accepted
}
