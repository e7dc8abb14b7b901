//! Opening the index: a file that is damaged, or that another version wrote, is set aside and a new one created.

use duckdb::Connection;
use junjo_span_model::DERIVE_VERSION;

use super::aside::{Renewals, WAL, put_aside, suffixed};
use super::attempts::Attempts;
use super::fault::Fault;
use super::options::IndexOptions;
use super::probe::{Probe, base_config};
use super::progress::load_progress;
use super::rewrite::remove_leftovers;
use super::schema::{CREATE_TEMP_SQL, INDEX_VERSION, create_sql};
use crate::error::StoreError;
use crate::progress::Progress;

/// Starts in a row that may die between the probe and the open index.
const DEATHS_MAX: u32 = 3;
/// What queries may put on disk when it does not fit into memory.
const TEMP_BYTES_MAX: &str = "2GiB";

/// The open index.
pub(crate) struct Opened {
    pub(crate) connection: Connection,
    /// How far it is.
    pub(crate) progress: Progress,
    /// Whether it had to be created.
    pub(crate) fresh: bool,
}

/// Opens or creates the index; a damaged file or one of another version is set aside and a new one created.
pub(crate) fn open(options: &IndexOptions, renewals: &mut Renewals) -> Result<Opened, StoreError> {
    remove_leftovers(options)?;
    let attempts = Attempts::of(options);
    match open_sound(options, &attempts, renewals) {
        Ok(opened) => attempts.succeeded().map(|()| opened),
        Err(error) => {
            attempts.survived();
            Err(error)
        }
    }
}

fn open_sound(
    options: &IndexOptions,
    attempts: &Attempts,
    renewals: &mut Renewals,
) -> Result<Opened, StoreError> {
    let present = options.path.try_exists().map_err(StoreError::io("look for", &options.path))?;
    if present && attempts.deaths >= DEATHS_MAX {
        renewals.set_aside(options, "the server died several times in a row while opening it")?;
    } else if present && !probe_or_drop_log(options, renewals)? {
        tracing::warn!("the index is used without its write-ahead log, from an older cursor");
    }
    attempts.begin()?;
    if let Some(opened) = open_checked(options)? {
        return Ok(opened);
    }
    renewals.set_aside(options, "it was written by another version")?;
    open_checked(options)?.ok_or(StoreError::NotReady("its format"))
}

/// Tries the file in the probe and sets aside what is damaged. Returns false when only DuckDB's own write-ahead log is damaged:
/// without it the file is as it was at its last checkpoint, with the cursor of that time, so nothing has to be rebuilt. A power
/// cut leaves a damaged one when the file system had not yet recorded that a checkpoint removed it.
fn probe_or_drop_log(options: &IndexOptions, renewals: &mut Renewals) -> Result<bool, StoreError> {
    let Some(reason) = probe(options)? else { return Ok(true) };
    let wal = suffixed(&options.path, WAL);
    if wal.try_exists().map_err(StoreError::io("look for", &wal))? {
        put_aside(options, &reason, &[WAL])?;
        if probe(options)?.is_none() {
            return Ok(false);
        }
    }
    renewals.set_aside(options, &reason)?;
    Ok(true)
}

/// Why the file is damaged, if it is.
fn probe(options: &IndexOptions) -> Result<Option<String>, StoreError> {
    match (options.prober)(&options.path) {
        Probe::Sound => Ok(None),
        Probe::Damaged(reason) => Ok(Some(reason)),
        Probe::Blocked(reason) => {
            let source = std::io::Error::other(reason);
            Err(StoreError::io("open the index", &options.path)(source))
        }
    }
}

/// The open index; `None` for a file of another version.
fn open_checked(options: &IndexOptions) -> Result<Option<Opened>, StoreError> {
    let failed = || StoreError::index("open the index");
    let config = base_config()
        .and_then(|config| config.max_memory(&format!("{}MiB", options.memory_bytes >> 20)))
        .and_then(|config| config.threads(i64::from(options.threads)))
        .and_then(|config| config.with("autoinstall_known_extensions", "false"))
        .and_then(|config| config.with("max_temp_directory_size", TEMP_BYTES_MAX))
        .map_err(failed())?;
    let connection = Connection::open_with_flags(&options.path, config).map_err(failed())?;
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM duckdb_tables() WHERE NOT temporary", [], |row| row.get(0))
        .map_err(failed())?;
    let fresh = tables == 0;
    if fresh {
        let create = format!(
            "BEGIN; {} INSERT INTO format VALUES ({INDEX_VERSION}, {DERIVE_VERSION});
             INSERT INTO progress VALUES (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ''); COMMIT;",
            create_sql()
        );
        connection.execute_batch(&create).map_err(StoreError::index("create the index"))?;
    } else if version(&connection)? != Some(INDEX_VERSION) {
        return Ok(None);
    }
    connection.execute_batch(CREATE_TEMP_SQL).map_err(StoreError::index("create scratch tables"))?;
    let progress = load_progress(&connection)?;
    Ok(Some(Opened { connection, progress, fresh }))
}

/// The version that the file says it has; `None` where it says nothing that we understand.
fn version(connection: &Connection) -> Result<Option<i64>, StoreError> {
    let read = connection.query_row("SELECT version FROM format", [], |row| row.get::<_, i64>(0));
    match read.map_err(StoreError::index("read the index's version")) {
        Ok(version) => Ok(Some(version)),
        Err(error) if Fault::of(&error).is_some() => Err(error),
        Err(_) => Ok(None),
    }
}

/// While rows come in by the hundred thousand: lets DuckDB's own write-ahead log grow before it is written into the file. Each
/// checkpoint compresses the last, unfinished row group once more.
pub(crate) struct FewCheckpoints(Option<Connection>);

impl FewCheckpoints {
    /// Until dropped. One of this size is replayed within a second or two.
    const SET_SQL: &str = "SET GLOBAL checkpoint_threshold = '128MiB'";
    const RESET_SQL: &str = "RESET GLOBAL checkpoint_threshold";

    pub(crate) fn begin(writer: Option<&Connection>) -> Result<Self, StoreError> {
        let failed = || StoreError::index("write the index less often");
        let Some(writer) = writer else { return Ok(Self(None)) };
        writer.execute_batch(Self::SET_SQL).map_err(failed())?;
        writer.try_clone().map(Some).map(Self).map_err(failed())
    }
}

impl Drop for FewCheckpoints {
    fn drop(&mut self) {
        let reset = self.0.take().map_or(Ok(()), |connection| connection.execute_batch(Self::RESET_SQL));
        if let Err(error) = reset {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the index's own write-ahead log may stay larger than usual"
            );
        }
    }
}
