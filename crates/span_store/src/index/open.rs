//! Opening the index. DuckDB's own recovery can abort the process, so a child process tries it first; what that
//! child finds decides between opening, setting the file aside for a rebuild, and stopping with a sentence.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use duckdb::{Config, Connection};
use junjo_span_model::DERIVE_VERSION;

use super::commit::{Progress, load_progress};
use super::fault::Fault;
use super::schema::{CREATE_TEMP_SQL, INDEX_VERSION, create_sql};
use crate::error::StoreError;

/// What a trial opening of the file found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// It opens, its log is replayed and checkpointed.
    Sound,
    /// It is damaged: set it aside and rebuild.
    Damaged(String),
    /// Something else is in the way (a lock, the disk, memory): stop and say so.
    Blocked(String),
}

/// Runs [`probe_index`] where a crash of DuckDB does no harm: the server starts itself as a child process.
pub type Prober = Arc<dyn Fn(&Path) -> Probe + Send + Sync>;

/// Where the index is and what it may use.
#[derive(Clone)]
pub struct IndexOptions {
    /// The DuckDB file.
    pub path: PathBuf,
    /// Where a damaged file is kept.
    pub quarantine_dir: PathBuf,
    /// Memory of the DuckDB instance.
    pub memory_bytes: u64,
    /// Threads of the DuckDB instance.
    pub threads: u32,
    /// How a file that exists is tried first.
    pub prober: Prober,
}

/// Opens the file read-write, replays its log, checkpoints and closes it. Call it in a process that may die.
pub fn probe_index(path: &Path) -> Probe {
    let attempt = || -> duckdb::Result<bool> {
        let connection = Connection::open_with_flags(path, base_config()?)?;
        if is_cut_off(&connection, path)? {
            return Ok(false);
        }
        connection.execute_batch("CHECKPOINT")?;
        connection.close().map_err(|(_, error)| error)?;
        Ok(true)
    };
    match attempt() {
        Ok(true) => Probe::Sound,
        Ok(false) => Probe::Damaged("the file is shorter than its header says".to_owned()),
        Err(error) if is_environment(&error.to_string()) => Probe::Blocked(error.to_string()),
        Err(error) => Probe::Damaged(error.to_string()),
    }
}

/// Bytes in front of the first block: DuckDB's three headers.
const HEADER_BYTES: u64 = 3 * 4096;

/// Whether blocks are missing at the end. DuckDB notices only when it reads one, which may be in the middle of a query.
fn is_cut_off(connection: &Connection, path: &Path) -> duckdb::Result<bool> {
    let sql = "SELECT block_size * total_blocks FROM pragma_database_size() WHERE database_name = current_database()";
    let blocks: i64 = connection.query_row(sql, [], |row| row.get(0))?;
    let bytes = std::fs::metadata(path).map_or(u64::MAX, |file| file.len());
    Ok(bytes < blocks.unsigned_abs().saturating_add(HEADER_BYTES))
}

/// Faults of the machine rather than of the file: no reason to set the file aside.
fn is_environment(message: &str) -> bool {
    const SIGNS: [&str; 7] = [
        "Could not set lock",
        "Conflicting lock",
        "Permission denied",
        "No space left",
        "Out of Memory",
        "Read-only file system",
        "Too many open files",
    ];
    SIGNS.iter().any(|sign| message.contains(sign))
}

/// What queries may put on disk when it does not fit into memory.
const TEMP_BYTES_MAX: &str = "2GiB";

fn base_config() -> duckdb::Result<Config> {
    // the file format with the best compression that this library writes; fixed so that an upgrade does not change it
    Config::default().with("storage_compatibility_version", "v1.5.0")
}

/// Starts in a row that may die between the first touch of the index and [`Attempts::succeeded`].
const DEATHS_MAX: u32 = 3;
/// Suffix of DuckDB's own log.
const LOG: &str = ".wal";
/// Suffixes of all files of an index; the log first, which is of no use without the other.
const WHOLE: [&str; 2] = [LOG, ""];
/// Index files kept in the quarantine folder: they can be rebuilt, so they are kept for a look, not for ever.
const KEPT_MAX: u32 = 2;

/// Between two indexes of one process that are made anew. Filling one takes less than a minute.
const RENEWAL_INTERVAL_MIN: Duration = Duration::from_mins(10);

/// Whole indexes that this process set aside. One that is unusable again so soon stays where it is: on a disk or in a memory
/// that fails, making it anew would go on for ever.
#[derive(Debug, Default)]
pub(crate) struct Renewals {
    last: Option<Instant>,
}

impl Renewals {
    /// Sets the files of a closed index aside, so that the next opening makes it anew.
    pub(crate) fn set_aside(&mut self, options: &IndexOptions, reason: &str) -> Result<(), StoreError> {
        if self.last.is_some_and(|last| last.elapsed() < RENEWAL_INTERVAL_MIN) {
            return Err(StoreError::DamagedAgain(reason.to_owned()));
        }
        put_aside(options, reason, &WHOLE)?;
        self.last = Some(Instant::now());
        Ok(())
    }
}

/// Counts starts that die while the index opens, in a file beside it: the probe cannot see a crash that needs more
/// than opening.
struct Attempts {
    path: PathBuf,
    deaths: u32,
}

impl Attempts {
    fn begin(options: &IndexOptions) -> Result<Self, StoreError> {
        let path = options.path.with_extension("opening");
        let deaths = std::fs::read_to_string(&path).ok().and_then(|text| text.parse().ok()).unwrap_or(0);
        std::fs::write(&path, (deaths + 1).to_string()).map_err(StoreError::io("write", &path))?;
        Ok(Self { path, deaths })
    }

    fn succeeded(self) -> Result<(), StoreError> {
        std::fs::remove_file(&self.path).map_err(StoreError::io("remove", &self.path))
    }

    /// The file could not be opened, and nobody died of it: a lock or a full disk says nothing about the file.
    fn survived(self) {
        let counted = if self.deaths == 0 {
            std::fs::remove_file(&self.path)
        } else {
            std::fs::write(&self.path, self.deaths.to_string())
        };
        if let Err(error) = counted {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the count of failed starts stays too high"
            );
        }
    }
}

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
    let attempts = Attempts::begin(options)?;
    match open_sound(options, attempts.deaths, renewals) {
        Ok(opened) => attempts.succeeded().map(|()| opened),
        Err(error) => {
            attempts.survived();
            Err(error)
        }
    }
}

fn open_sound(options: &IndexOptions, deaths: u32, renewals: &mut Renewals) -> Result<Opened, StoreError> {
    let present = options.path.try_exists().map_err(StoreError::io("look for", &options.path))?;
    if present && deaths >= DEATHS_MAX {
        renewals.set_aside(options, "the server died several times in a row while opening it")?;
    } else if present && !probe_or_drop_log(options, renewals)? {
        tracing::warn!("the index goes on without its log, from an older cursor");
    }
    if let Some(opened) = open_checked(options)? {
        return Ok(opened);
    }
    renewals.set_aside(options, "it was written by another version")?;
    open_checked(options)?.ok_or(StoreError::NotReady("its format"))
}

/// Tries the file in the probe; sets aside what is damaged. False when that is DuckDB's own log alone: the file without it
/// is as old as its last checkpoint, and has the cursor of that moment, so nothing has to be rebuilt. A power cut leaves
/// such a log when the system had not yet written down that a checkpoint removed it.
fn probe_or_drop_log(options: &IndexOptions, renewals: &mut Renewals) -> Result<bool, StoreError> {
    let Some(reason) = probe(options)? else { return Ok(true) };
    let log = suffixed(&options.path, LOG);
    if log.try_exists().map_err(StoreError::io("look for", &log))? {
        put_aside(options, &reason, &[LOG])?;
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
             INSERT INTO progress VALUES (0, 0, 0, 0, 0, 0, 0, 0, ''); COMMIT;",
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

/// While rows come in by the hundred thousand: lets DuckDB's own log grow before it is written into the file. Each
/// checkpoint compresses the last, unfinished row group once more.
pub(crate) struct FewCheckpoints(Option<Connection>);

impl FewCheckpoints {
    /// Until dropped. A log of this size is replayed within a second or two.
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
                "the index's own log may stay larger than usual"
            );
        }
    }
}

/// Moves files of the index into the quarantine folder; `parts` are suffixes of its path.
fn put_aside(options: &IndexOptions, reason: &str, parts: &[&str]) -> Result<(), StoreError> {
    std::fs::create_dir_all(&options.quarantine_dir)
        .map_err(StoreError::io("create", &options.quarantine_dir))?;
    let name = |number: u32| options.quarantine_dir.join(format!("index-{number}.duckdb"));
    // the newest is number 1
    for number in (1..=KEPT_MAX).rev() {
        for suffix in WHOLE {
            let (from, to) = (suffixed(&name(number), suffix), suffixed(&name(number + 1), suffix));
            let moved =
                if number == KEPT_MAX { std::fs::remove_file(&from) } else { std::fs::rename(&from, &to) };
            absent_is_fine(moved).map_err(StoreError::io("make room at", &from))?;
        }
    }
    let kept = name(1);
    tracing::error!(reason, ?parts, kept = %kept.display(), "the index cannot be used as it is; parts are set aside");
    for suffix in parts {
        let (from, to) = (suffixed(&options.path, suffix), suffixed(&kept, suffix));
        absent_is_fine(std::fs::rename(&from, &to)).map_err(StoreError::io("set aside", &from))?;
    }
    Ok(())
}

fn absent_is_fine(result: std::io::Result<()>) -> std::io::Result<()> {
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(suffix);
    name.into()
}
