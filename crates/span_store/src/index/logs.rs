//! Log records of a batch into the index: a record that arrived before is replaced by its newest arrival.

use ahash::{AHashMap, AHashSet};
use duckdb::Connection;
use junjo_wal::Sequence;

use super::append::{append_arrived_logs, append_logs, append_superseded};
use crate::error::StoreError;
use crate::log_row::LogRow;
use crate::row::Place;

type Identity = (i64, u64);

/// Writes `rows`; returns how many arrivals of the same record they bring together.
pub(crate) fn write_logs(connection: &Connection, rows: &[LogRow]) -> Result<u64, StoreError> {
    if rows.is_empty() {
        return Ok(0);
    }
    let mut newest: AHashMap<Identity, Place> = AHashMap::with_capacity(rows.len());
    let mut duplicates = 0;
    for row in rows {
        if let Some(identity) = row.identity() {
            let place = newest.entry(identity).or_insert(row.place);
            duplicates += u64::from(*place != row.place);
            *place = row.place.max(*place);
        }
    }
    let stored = load_stored(connection, &newest)?;
    let (mut superseded, mut present) = (Vec::new(), AHashSet::new());
    for (identity, place) in stored {
        let Some(arrived) = newest.get_mut(&identity) else { continue };
        // the same arrival again (a rebuild over rows that are there) is no duplicate
        duplicates += u64::from(*arrived != place);
        if *arrived > place {
            superseded.push(place);
        } else {
            *arrived = place;
            present.insert(place);
        }
    }
    delete_superseded(connection, &superseded, &newest)?;
    let is_newest =
        |row: &&LogRow| row.identity().is_none_or(|identity| newest.get(&identity) == Some(&row.place));
    let kept: Vec<&LogRow> =
        rows.iter().filter(is_newest).filter(|row| !present.contains(&row.place)).collect();
    append_logs(connection, &kept)?;
    Ok(duplicates)
}

/// Removes what a rebuild that was killed had put in behind `after`: records without an identity would be there twice.
pub(crate) fn clear_logs(connection: &Connection, after: Sequence) -> Result<(), StoreError> {
    connection
        .execute("DELETE FROM logs WHERE sequence > ?", [after.0])
        .map(drop)
        .map_err(StoreError::index("remove half-rebuilt log records"))
}

/// Places of the stored records that are the same as an arrived one.
fn load_stored(
    connection: &Connection,
    arrived: &AHashMap<Identity, Place>,
) -> Result<Vec<(Identity, Place)>, StoreError> {
    let Some((from, to)) = bounds(arrived) else {
        return Ok(Vec::new());
    };
    let failed = || StoreError::index("look for log records that arrived before");
    connection.execute_batch("DELETE FROM arrived_logs").map_err(failed())?;
    let identities: Vec<Identity> = arrived.keys().copied().collect();
    append_arrived_logs(connection, &identities)?;
    let mut statement = connection
        .prepare(
            "SELECT time_unix_nanos, fingerprint, sequence, ordinal
             FROM logs SEMI JOIN arrived_logs USING (time_unix_nanos, fingerprint)
             WHERE time_unix_nanos BETWEEN ? AND ?",
        )
        .map_err(failed())?;
    statement
        .query_map([from, to], |row| {
            let place = Place { sequence: Sequence(row.get(2)?), ordinal: row.get(3)? };
            Ok(((row.get(0)?, row.get(1)?), place))
        })
        .and_then(Iterator::collect)
        .map_err(failed())
}

fn delete_superseded(
    connection: &Connection,
    superseded: &[Place],
    arrived: &AHashMap<Identity, Place>,
) -> Result<(), StoreError> {
    let Some((from, to)) = bounds(arrived).filter(|_| !superseded.is_empty()) else {
        return Ok(());
    };
    let failed = || StoreError::index("delete replaced log records");
    connection.execute_batch("DELETE FROM superseded").map_err(failed())?;
    append_superseded(connection, superseded)?;
    connection
        .execute(
            "DELETE FROM logs USING superseded WHERE logs.sequence = superseded.sequence
             AND logs.ordinal = superseded.ordinal AND logs.time_unix_nanos BETWEEN ? AND ?",
            [from, to],
        )
        .map(drop)
        .map_err(failed())
}

/// Earliest and latest time: bounds every scan.
fn bounds(arrived: &AHashMap<Identity, Place>) -> Option<(i64, i64)> {
    let times = arrived.keys().map(|(time, _)| *time);
    times.clone().min().zip(times.max())
}
