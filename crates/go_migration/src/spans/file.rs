//! The open file: its check, and reading it page by page.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use duckdb::{AccessMode, Config, Connection};

use super::page::{Page, Position};
use super::row::{COLUMNS, Row};
use crate::accounts::difference;
use crate::error::MigrationError;
use crate::tally::Tally;

const EXPECTED: &str = "DuckDB database (otel_data.db)";

/// Its tables: column and type.
const TABLES: &[(&str, &[(&str, &str)])] = &[
    (
        "spans",
        &[
            ("trace_id", "VARCHAR"),
            ("span_id", "VARCHAR"),
            ("parent_span_id", "VARCHAR"),
            ("service_name", "VARCHAR"),
            ("name", "VARCHAR"),
            ("kind", "VARCHAR"),
            ("start_time", "TIMESTAMP WITH TIME ZONE"),
            ("end_time", "TIMESTAMP WITH TIME ZONE"),
            ("status_code", "VARCHAR"),
            ("status_message", "VARCHAR"),
            ("attributes_json", "JSON"),
            ("events_json", "JSON"),
            ("links_json", "JSON"),
            ("trace_flags", "INTEGER"),
            ("trace_state", "VARCHAR"),
            ("junjo_id", "VARCHAR"),
            ("junjo_parent_id", "VARCHAR"),
            ("junjo_span_type", "VARCHAR"),
            ("junjo_wf_state_start", "JSON"),
            ("junjo_wf_state_end", "JSON"),
            ("junjo_wf_graph_structure", "JSON"),
            ("junjo_wf_store_id", "VARCHAR"),
        ],
    ),
    // what it holds is in the events of spans as well, so it is not read
    (
        "state_patches",
        &[
            ("patch_id", "VARCHAR"),
            ("service_name", "VARCHAR"),
            ("trace_id", "VARCHAR"),
            ("span_id", "VARCHAR"),
            ("workflow_id", "VARCHAR"),
            ("node_id", "VARCHAR"),
            ("event_time", "TIMESTAMP WITH TIME ZONE"),
            ("patch_json", "JSON"),
            ("patch_store_id", "VARCHAR"),
        ],
    ),
];

/// Most rows of a page.
const PAGE_ROWS: i64 = 1_000;
/// Bytes of text at which a page ends early: one record of the log, and what is held in memory at once.
const PAGE_BYTES: i64 = 8 << 20;
/// What DuckDB may hold of the file at once.
const MEMORY: &str = "256MiB";

/// The length of a row's texts, as far as they are long.
const LENGTH: &str = "coalesce(strlen(CAST(attributes_json AS VARCHAR)), 0) + coalesce(strlen(CAST(events_json AS VARCHAR)), 0) \
    + coalesce(strlen(CAST(junjo_wf_state_start AS VARCHAR)), 0) + coalesce(strlen(CAST(junjo_wf_state_end AS VARCHAR)), 0) \
    + coalesce(strlen(CAST(junjo_wf_graph_structure AS VARCHAR)), 0)";

/// The Go server's DuckDB file, open for reading. Every call is blocking.
pub struct GoSpans {
    connection: Connection,
    path: PathBuf,
    rows: i64,
}

impl GoSpans {
    /// Opens the file at `path`, which is not changed.
    ///
    /// # Errors
    /// [`MigrationError::Foreign`] when its tables are not the Go server's, [`MigrationError::InUse`] while that server runs.
    pub fn open(path: &Path) -> Result<Self, MigrationError> {
        if !path.is_file() {
            return Err(MigrationError::Missing { path: path.to_owned(), expected: EXPECTED });
        }
        let failed = |source: duckdb::Error| {
            if source.to_string().contains("Could not set lock") {
                MigrationError::InUse { path: path.to_owned() }
            } else {
                MigrationError::DuckDb { path: path.to_owned(), source }
            }
        };
        let config = Config::default()
            .access_mode(AccessMode::ReadOnly)
            .and_then(|config| config.enable_autoload_extension(false))
            .and_then(|config| config.max_memory(MEMORY))
            .map_err(failed)?;
        let connection = Connection::open_with_flags(path, config).map_err(failed)?;
        let mut spans = Self { connection, path: path.to_owned(), rows: 0 };
        spans.check_tables()?;
        let sql = "SELECT coalesce(max(rowid) + 1, 0) FROM spans";
        spans.rows = spans.connection.query_row(sql, [], |row| row.get(0)).map_err(failed)?;
        Ok(spans)
    }

    /// Rows in the file.
    pub fn rows(&self) -> u64 {
        self.rows.unsigned_abs()
    }

    /// What names this file among others, also after it was copied or has grown: the ids of its first row. `None` for an empty one.
    pub fn identity(&self) -> Result<Option<String>, MigrationError> {
        Ok(self.ids_of(0)?.map(|(trace_id, span_id)| format!("{trace_id}:{span_id}")))
    }

    /// Where to go on: the stored position, or the start when there is none, or when the file was rewritten since then.
    pub fn resume(&self, stored: Option<&[u8]>) -> Result<Position, MigrationError> {
        let Some(stored) = stored else { return Ok(Position::default()) };
        let position = Position::from_bytes(stored)?;
        let is_same = self.ids_of(position.next_row - 1)?.is_some_and(|ids| ids == position.last_ids);
        Ok(if is_same { position } else { Position::default() })
    }

    /// The rows behind `position`; `None` at the end.
    pub fn page(&self, position: &Position) -> Result<Option<Page>, MigrationError> {
        let end = self.page_end(position.next_row)?;
        let sql = format!("SELECT {COLUMNS} FROM spans WHERE rowid >= ? AND rowid < ? ORDER BY rowid");
        let mut statement = self.connection.prepare(&sql).map_err(self.failed())?;
        let rows = statement.query_map([position.next_row, end], Row::of).map_err(self.failed())?;
        let rows: Vec<Row> = rows.collect::<Result<_, _>>().map_err(self.failed())?;
        let Some(last) = rows.last() else { return Ok(None) };
        let mut tally: Tally = position.tally.clone();
        let spans = rows.iter().filter_map(|row| row.read(&mut tally)).collect();
        let last_ids = (last.trace_id.clone(), last.span_id.clone());
        Ok(Some(Page { spans, behind: Position { next_row: last.number + 1, last_ids, tally } }))
    }

    /// The row before which a page from `start` ends; it has one row at least.
    fn page_end(&self, start: i64) -> Result<i64, MigrationError> {
        let sql = format!("SELECT {LENGTH} FROM spans WHERE rowid >= ? AND rowid < ? ORDER BY rowid");
        let mut statement = self.connection.prepare(&sql).map_err(self.failed())?;
        let lengths = statement
            .query_map([start, start + PAGE_ROWS], |row| row.get::<_, i64>(0))
            .and_then(Iterator::collect::<Result<Vec<i64>, _>>)
            .map_err(self.failed())?;
        let mut bytes = 0;
        let fitting = lengths.iter().take_while(|length| {
            bytes += **length;
            bytes <= PAGE_BYTES
        });
        Ok(start + i64::try_from(fitting.count().max(1)).unwrap_or(PAGE_ROWS))
    }

    fn ids_of(&self, number: i64) -> Result<Option<(String, String)>, MigrationError> {
        let sql = "SELECT trace_id, span_id FROM spans WHERE rowid = ?";
        let mut statement = self.connection.prepare(sql).map_err(self.failed())?;
        let mut found =
            statement.query_map([number], |row| Ok((row.get(0)?, row.get(1)?))).map_err(self.failed())?;
        found.next().transpose().map_err(self.failed())
    }

    fn check_tables(&self) -> Result<(), MigrationError> {
        let sql = "SELECT column_name, data_type FROM duckdb_columns()
                   WHERE database_name = current_database() AND schema_name = 'main' AND table_name = ?";
        for (table, columns) in TABLES {
            let mut statement = self.connection.prepare(sql).map_err(self.failed())?;
            let found: BTreeMap<String, String> = statement
                .query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))
                .and_then(Iterator::collect)
                .map_err(self.failed())?;
            if let Some(reason) = difference(table, columns, &found) {
                return Err(MigrationError::Foreign { path: self.path.clone(), expected: EXPECTED, reason });
            }
        }
        Ok(())
    }

    fn failed(&self) -> impl FnOnce(duckdb::Error) -> MigrationError + use<> {
        let path = self.path.clone();
        move |source| MigrationError::DuckDb { path, source }
    }
}
