//! The index as a new file. DuckDB marks deleted rows and gives blocks back without writing over them, so what was deleted is in
//! the file until it is copied without it.
//!
//! | step | a kill there leaves |
//! |---|---|
//! | copy into `index.duckdb.new` | the old file, and a copy that the next opening removes |
//! | old file checkpointed and closed, its log gone | the old file |
//! | the copy is renamed to it | the new file |

use std::fs::File;
use std::path::Path;

use duckdb::Connection;

use super::aside::{WAL, suffixed};
use super::options::IndexOptions;
use crate::error::StoreError;

/// Name of the copy while it is made, as a database of the instance.
const COPY: &str = "fresh";

/// Copies every table into a new file beside the index's. The rows stream: memory is that of the instance. `check` fails when it
/// should end. Nobody may write meanwhile.
pub(super) fn copy(
    connection: &Connection,
    options: &IndexOptions,
    check: impl Fn() -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let path = options.copy_path();
    remove(&path)?;
    let attach =
        format!("ATTACH {} AS {COPY} (STORAGE_VERSION 'v1.5.0')", quoted(&path.to_string_lossy(), '\''));
    connection.execute_batch(&attach).map_err(failed())?;
    let copied = copy_tables(connection, &check);
    let detached = connection.execute_batch(&format!("DETACH {COPY}")).map_err(failed());
    let outcome = copied.and(detached);
    if outcome.is_err() {
        remove(&path)?;
    }
    outcome
}

fn copy_tables(
    connection: &Connection,
    check: impl Fn() -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let name: String =
        connection.query_row("SELECT current_database()", [], |row| row.get(0)).map_err(failed())?;
    let from = quoted(&name, '"');
    connection.execute_batch(&format!("COPY FROM DATABASE {from} TO {COPY} (SCHEMA)")).map_err(failed())?;
    let mut statement = connection
        .prepare("SELECT table_name FROM duckdb_tables() WHERE database_name = ? ORDER BY table_name")
        .map_err(failed())?;
    let tables: Vec<String> =
        statement.query_map([COPY], |row| row.get(0)).and_then(Iterator::collect).map_err(failed())?;
    for table in tables {
        check()?;
        let table = quoted(&table, '"');
        let sql = format!("INSERT INTO {COPY}.main.{table} SELECT * FROM {from}.main.{table}");
        connection.execute_batch(&sql).map_err(failed())?;
    }
    check()?;
    connection.execute_batch(&format!("CHECKPOINT {COPY}")).map_err(failed())
}

/// Puts the copy in the place of the index's file. Both have to be closed; an error when the old file still has a log of its own,
/// which belongs to no other.
pub(super) fn put_in_place(options: &IndexOptions) -> Result<(), StoreError> {
    let (path, copy) = (&options.path, options.copy_path());
    let log = suffixed(path, WAL);
    if log.try_exists().map_err(StoreError::io("look for", &log))? {
        return Err(StoreError::NotReady("its own log could not be emptied"));
    }
    File::open(&copy).and_then(|file| file.sync_all()).map_err(StoreError::io("write", &copy))?;
    std::fs::rename(&copy, path).map_err(StoreError::io("replace", path))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(StoreError::io("write", folder))
}

/// Removes what an earlier process left beside a closed index: an unfinished copy, and what queries had put on disk.
pub(super) fn remove_leftovers(options: &IndexOptions) -> Result<(), StoreError> {
    remove(&options.copy_path())?;
    let temp = suffixed(&options.path, ".tmp");
    match std::fs::remove_dir_all(&temp) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::io("remove", &temp)(error))
        }
        _ => Ok(()),
    }
}

fn remove(copy: &Path) -> Result<(), StoreError> {
    for path in [copy.to_owned(), suffixed(copy, WAL)] {
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::io("remove", &path)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

fn quoted(text: &str, quote: char) -> String {
    format!("{quote}{}{quote}", text.replace(quote, &format!("{quote}{quote}")))
}

fn failed() -> impl FnOnce(duckdb::Error) -> StoreError {
    StoreError::index("write the index again")
}
