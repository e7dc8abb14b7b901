//! Reads the narrow rows of a file on a thread of its own, a little ahead of whoever takes them.

use std::path::Path;
use std::sync::mpsc::sync_channel;

use super::item::ArchiveItem;
use super::read::read_rows;
use crate::error::StoreError;

/// Batches of up to 4,096 rows that wait to be taken: decoding never has to wait while a commit runs.
const BATCHES_AHEAD: usize = 8;

/// Hands the narrow rows of a file to `sink`, batch by batch in place order. Blocking.
///
/// The error is `sink`'s, after which nothing more is read. Inside is what became of the file: `sink` got everything before
/// the place where it could not be read.
pub(crate) fn read_ahead<T>(
    path: &Path,
    sink: &mut dyn FnMut(Vec<T::Row>) -> Result<(), StoreError>,
) -> Result<Result<(), StoreError>, StoreError>
where
    T: ArchiveItem,
    T::Row: Send,
{
    std::thread::scope(|scope| {
        let (sender, batches) = sync_channel(BATCHES_AHEAD);
        let mut pass_on = move |rows| sender.send(rows).map_err(|_| StoreError::Interrupted);
        let reader = scope.spawn(move || read_rows::<T>(path, &mut pass_on));
        for rows in batches {
            sink(rows)?;
        }
        Ok(reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}
