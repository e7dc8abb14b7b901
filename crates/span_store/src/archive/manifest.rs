//! The list of archive files: rows in app.db, and a copy in memory for readers.

use std::ops::Deref;
use std::sync::{Arc, Weak};

use junjo_wal::Sequence;
use parking_lot::RwLock;
use sqlx::{Row as _, SqlitePool};

use super::replace::Removed;
use super::totals::Totals;
use super::unreadable::Unreadable;
use crate::dataset::Dataset;
use crate::error::StoreError;
use crate::lifecycle::Deletions;

/// One sealed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveFile {
    /// What it holds.
    pub dataset: Dataset,
    /// Path relative to the archive folder.
    pub path: String,
    /// Identity of the log that the records came from.
    pub wal_id: String,
    /// First record sealed into the file.
    pub first_sequence: Sequence,
    /// Last record sealed into the file.
    pub last_sequence: Sequence,
    /// UTC day of receipt, `YYYY-MM-DD`.
    pub received_day: String,
    /// Earliest start of a span, or time of a log record, unix nanoseconds.
    pub min_start_unix_nanos: i64,
    /// Latest end of a span, or time of a log record, unix nanoseconds.
    pub max_end_unix_nanos: i64,
    /// Spans or log records in the file.
    pub row_count: u64,
    /// Spans or log records in the sealed records, superseded and quarantined ones included.
    pub item_count: u64,
    /// Spans or log records of the sealed records that were left out because somebody wanted them deleted.
    pub deleted_count: u64,
    /// Size of the file.
    pub file_bytes: u64,
    /// CRC-32 of the file.
    pub checksum: u32,
    /// Version of the columns.
    pub schema_version: i64,
    /// Version of the derived values.
    pub derive_version: i64,
}

impl ArchiveFile {
    /// The path of a file; `generation` counts how often its rows were rewritten.
    pub(crate) fn path_of(
        dataset: Dataset,
        day: &str,
        (first, last): (Sequence, Sequence),
        generation: u32,
    ) -> String {
        let range = format!("day={day}/{}-{:020}-{:020}", dataset.as_str(), first.0, last.0);
        if generation == 0 { format!("{range}.parquet") } else { format!("{range}-g{generation}.parquet") }
    }

    /// How often its rows were rewritten.
    pub(crate) fn generation(&self) -> u32 {
        let stem = self.path.strip_suffix(".parquet").unwrap_or(&self.path);
        stem.rsplit_once("-g").and_then(|(_, number)| number.parse().ok()).unwrap_or(0)
    }

    /// Whether a record of its range may be in the other's range too.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.dataset == other.dataset
            && self.first_sequence <= other.last_sequence
            && other.first_sequence <= self.last_sequence
    }
}

/// A listed file. It stays in the folder as long as anybody has one of these, also when others have replaced it.
#[derive(Debug, Clone)]
pub(crate) struct Leased {
    file: ArchiveFile,
    lease: Arc<()>,
}

impl Leased {
    pub(crate) fn new(file: ArchiveFile) -> Self {
        Self { file, lease: Arc::new(()) }
    }

    /// Tells whether anybody still reads the file.
    pub(super) fn watch(&self) -> Weak<()> {
        Arc::downgrade(&self.lease)
    }
}

impl Deref for Leased {
    type Target = ArchiveFile;

    fn deref(&self) -> &ArchiveFile {
        &self.file
    }
}

/// The manifest: what is in `app.db`, with an ordered copy in memory.
#[derive(Clone)]
pub struct Manifest {
    pub(super) pool: SqlitePool,
    spans: Arc<RwLock<Sealed>>,
    logs: Arc<RwLock<Sealed>>,
    pub(super) removed: Removed,
    pub(super) unreadable: Unreadable,
    pub(super) totals: Totals,
    deletions: Deletions,
}

/// What is sealed of one dataset at one moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sealed {
    /// In sequence order.
    pub(crate) files: Vec<Leased>,
    pub(crate) through: Sequence,
    /// All items ever sealed, superseded and quarantined ones and those of files that retention dropped included.
    pub(crate) items: u64,
}

impl Manifest {
    /// Loads the manifest; the tables come from the migrations.
    pub async fn load(pool: SqlitePool) -> Result<Self, StoreError> {
        let spans = load_sealed(&pool, Dataset::Spans).await.map_err(StoreError::manifest("read"))?;
        let logs = load_sealed(&pool, Dataset::Logs).await.map_err(StoreError::manifest("read"))?;
        let removed = Removed::load(&pool).await.map_err(StoreError::manifest("read"))?;
        let totals = Totals::load(&pool).await.map_err(StoreError::manifest("read"))?;
        let deletions = Deletions::load(pool.clone()).await?;
        let (spans, logs) = (Arc::new(RwLock::new(spans)), Arc::new(RwLock::new(logs)));
        Ok(Self { pool, spans, logs, removed, unreadable: Unreadable::default(), totals, deletions })
    }

    /// What has to be forgotten.
    pub(crate) fn deletions(&self) -> &Deletions {
        &self.deletions
    }

    /// What the index has counted since ever.
    pub(crate) fn totals(&self) -> &Totals {
        &self.totals
    }

    /// The database, for what is kept beside the manifest.
    pub(crate) fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// The newest record of a dataset that is in the archive; everything up to it may be trimmed as far as the archive
    /// of that dataset goes.
    pub fn sealed_through(&self, dataset: Dataset) -> Sequence {
        self.sealed(dataset).read().through
    }

    /// The newest record that any file holds, or that is counted: no record of the log may get a sequence up to it again.
    pub fn newest_sequence(&self) -> Sequence {
        let counted = self.totals.known().map_or(Sequence(0), |known| known.cursor);
        Dataset::ALL.map(|dataset| self.sealed_through(dataset)).into_iter().fold(counted, Sequence::max)
    }

    /// All items ever sealed, superseded and quarantined ones included.
    pub fn sealed_items(&self, dataset: Dataset) -> u64 {
        self.sealed(dataset).read().items
    }

    /// The files of a dataset in sequence order.
    pub fn files(&self, dataset: Dataset) -> Vec<ArchiveFile> {
        self.sealed(dataset).read().files.iter().map(|listed| listed.file.clone()).collect()
    }

    /// Files, mark and total of a dataset at the same moment.
    pub(crate) fn snapshot(&self, dataset: Dataset) -> Sealed {
        self.sealed(dataset).read().clone()
    }

    /// The files of all datasets.
    pub fn all_files(&self) -> Vec<ArchiveFile> {
        Dataset::ALL.into_iter().flat_map(|dataset| self.files(dataset)).collect()
    }

    /// Number and bytes of all files.
    pub fn size(&self) -> (u64, u64) {
        Dataset::ALL.into_iter().fold((0, 0), |(files, bytes), dataset| {
            let sealed = self.sealed(dataset).read();
            let more: u64 = sealed.files.iter().map(|file| file.file_bytes).sum();
            (files + sealed.files.len() as u64, bytes + more)
        })
    }

    /// The file of a dataset whose range holds `sequence`.
    pub(crate) fn file_with(&self, dataset: Dataset, sequence: Sequence) -> Option<Leased> {
        let sealed = self.sealed(dataset).read();
        let after = sealed.files.partition_point(|file| file.first_sequence <= sequence);
        let candidate = sealed.files.get(after.checked_sub(1)?)?;
        (sequence <= candidate.last_sequence).then(|| candidate.clone())
    }

    /// Lists a durable file and advances its dataset's seal mark, in one transaction. Listing a file again changes
    /// nothing: a commit that was reported as failed may have happened. `new_items` are those of its items that the total
    /// does not have yet.
    pub(crate) async fn insert(
        &self,
        file: ArchiveFile,
        new_items: u64,
        sealed_at: &str,
    ) -> Result<(), StoreError> {
        let failed = || StoreError::manifest("write");
        let mut transaction = self.pool.begin().await.map_err(failed())?;
        let inserted = insert_row(&file, sealed_at).execute(&mut *transaction).await.map_err(failed())?;
        let items_to_store = if inserted.rows_affected() == 0 { 0 } else { new_items };
        sqlx::query(
            "UPDATE archive_totals SET sealed_items = sealed_items + ?2,
             sealed_through = max(sealed_through, ?3) WHERE dataset = ?1",
        )
        .bind(file.dataset.as_str())
        .bind(int(items_to_store))
        .bind(file.last_sequence.0)
        .execute(&mut *transaction)
        .await
        .map_err(failed())?;
        self.totals.store(&mut transaction).await.map_err(failed())?;
        transaction.commit().await.map_err(failed())?;
        let mut sealed = self.sealed(file.dataset).write();
        sealed.items += new_items;
        sealed.through = file.last_sequence.max(sealed.through);
        let at = sealed.files.partition_point(|other| other.first_sequence < file.first_sequence);
        sealed.files.insert(at, Leased::new(file));
        Ok(())
    }

    /// Advances the seal mark over records that hold `new_items` which the total does not have yet: none, or those of a file
    /// that takes the place of others.
    pub(crate) async fn skip_through(
        &self,
        dataset: Dataset,
        sequence: Sequence,
        new_items: u64,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE archive_totals SET sealed_items = sealed_items + ?2,
             sealed_through = max(sealed_through, ?3) WHERE dataset = ?1",
        )
        .bind(dataset.as_str())
        .bind(int(new_items))
        .bind(sequence.0)
        .execute(&self.pool)
        .await
        .map_err(StoreError::manifest("write"))?;
        let mut sealed = self.sealed(dataset).write();
        sealed.items += new_items;
        sealed.through = sequence.max(sealed.through);
        Ok(())
    }

    pub(super) fn sealed(&self, dataset: Dataset) -> &RwLock<Sealed> {
        match dataset {
            Dataset::Spans => &self.spans,
            Dataset::Logs => &self.logs,
        }
    }
}

pub(super) async fn load_sealed(pool: &SqlitePool, dataset: Dataset) -> Result<Sealed, sqlx::Error> {
    let rows = sqlx::query("SELECT * FROM archive_files WHERE dataset = ?1 ORDER BY first_sequence")
        .bind(dataset.as_str())
        .fetch_all(pool)
        .await?;
    let totals = sqlx::query("SELECT sealed_items, sealed_through FROM archive_totals WHERE dataset = ?1")
        .bind(dataset.as_str())
        .fetch_one(pool)
        .await?;
    Ok(Sealed {
        files: rows
            .iter()
            .map(|row| file_from_row(row, dataset).map(Leased::new))
            .collect::<Result<Vec<_>, _>>()?,
        through: Sequence(totals.try_get(1)?),
        items: totals.try_get::<i64, _>(0)?.unsigned_abs(),
    })
}

fn int(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

pub(super) fn insert_row<'q>(
    file: &'q ArchiveFile,
    sealed_at: &'q str,
) -> sqlx::query::Query<'q, sqlx::Sqlite, sqlx::sqlite::SqliteArguments<'q>> {
    let insert = "INSERT INTO archive_files VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)
                  ON CONFLICT (path) DO NOTHING";
    sqlx::query(insert)
        .bind(&file.path)
        .bind(file.dataset.as_str())
        .bind(&file.wal_id)
        .bind(file.first_sequence.0)
        .bind(file.last_sequence.0)
        .bind(&file.received_day)
        .bind(file.min_start_unix_nanos)
        .bind(file.max_end_unix_nanos)
        .bind(int(file.row_count))
        .bind(int(file.item_count))
        .bind(int(file.file_bytes))
        .bind(i64::from(file.checksum))
        .bind(file.schema_version)
        .bind(file.derive_version)
        .bind(sealed_at)
        .bind(int(file.deleted_count))
}

fn file_from_row(row: &sqlx::sqlite::SqliteRow, dataset: Dataset) -> Result<ArchiveFile, sqlx::Error> {
    let count = |name| row.try_get::<i64, _>(name).map(i64::unsigned_abs);
    Ok(ArchiveFile {
        dataset,
        path: row.try_get("path")?,
        wal_id: row.try_get("wal_id")?,
        first_sequence: Sequence(row.try_get("first_sequence")?),
        last_sequence: Sequence(row.try_get("last_sequence")?),
        received_day: row.try_get("received_day")?,
        min_start_unix_nanos: row.try_get("min_start_unix_nanos")?,
        max_end_unix_nanos: row.try_get("max_end_unix_nanos")?,
        row_count: count("row_count")?,
        item_count: count("item_count")?,
        deleted_count: count("deleted_count")?,
        file_bytes: count("file_bytes")?,
        checksum: u32::try_from(row.try_get::<i64, _>("checksum")?).unwrap_or_default(),
        schema_version: row.try_get("schema_version")?,
        derive_version: row.try_get("derive_version")?,
    })
}
