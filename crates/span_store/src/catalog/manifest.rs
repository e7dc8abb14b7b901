//! The list of archive files: rows of `archive_files` and `archive_totals` in `app.db`, and an ordered copy in memory for
//! readers. Changes that touch other tables too are in `changes.rs`.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat};
use junjo_wal::Sequence;
use parking_lot::{RwLock, RwLockWriteGuard};
use sqlx::{Row as _, SqliteConnection, SqlitePool};

use super::file::{ArchiveFile, Leased};
use crate::dataset::Dataset;
use crate::error::StoreError;

/// The listed files of both datasets.
#[derive(Clone)]
pub(crate) struct Manifest {
    pool: SqlitePool,
    spans: Arc<RwLock<Sealed>>,
    logs: Arc<RwLock<Sealed>>,
}

/// What is sealed of one dataset at one moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sealed {
    /// In sequence order.
    pub(crate) files: Vec<Leased>,
    /// Last record that is sealed.
    pub(crate) through: Sequence,
    /// All items ever sealed, superseded and quarantined ones and those of files that retention dropped included.
    pub(crate) items: u64,
}

impl Sealed {
    /// Adds a file at its place in the order.
    pub(super) fn insert(&mut self, file: ArchiveFile) {
        let at = self.files.partition_point(|other| other.first_sequence < file.first_sequence);
        self.files.insert(at, Leased::new(file));
    }

    /// Raises the mark and the total.
    pub(super) fn advance(&mut self, through: Sequence, new_items: u64) {
        self.items += new_items;
        self.through = through.max(self.through);
    }
}

impl Manifest {
    pub(super) async fn load(pool: SqlitePool) -> Result<Self, sqlx::Error> {
        let spans = load_sealed(&pool, Dataset::Spans).await?;
        let logs = load_sealed(&pool, Dataset::Logs).await?;
        Ok(Self { pool, spans: Arc::new(RwLock::new(spans)), logs: Arc::new(RwLock::new(logs)) })
    }

    /// The newest record of a dataset that is in the archive; everything up to it may be trimmed as far as the archive
    /// of that dataset goes.
    pub(crate) fn sealed_through(&self, dataset: Dataset) -> Sequence {
        self.sealed(dataset).read().through
    }

    /// The files of a dataset in sequence order.
    pub(crate) fn files(&self, dataset: Dataset) -> Vec<ArchiveFile> {
        self.sealed(dataset).read().files.iter().map(|listed| ArchiveFile::clone(listed)).collect()
    }

    /// Files, mark and total of a dataset at the same moment.
    pub(crate) fn snapshot(&self, dataset: Dataset) -> Sealed {
        self.sealed(dataset).read().clone()
    }

    /// The files of all datasets.
    pub(crate) fn all_files(&self) -> Vec<ArchiveFile> {
        Dataset::ALL.into_iter().flat_map(|dataset| self.files(dataset)).collect()
    }

    /// Number and bytes of all files.
    pub(crate) fn size(&self) -> (u64, u64) {
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

    /// Advances the seal mark over records that hold `new_items` which the total does not have yet: none, or those of a file
    /// that takes the place of others.
    pub(crate) async fn skip_through(
        &self,
        dataset: Dataset,
        sequence: Sequence,
        new_items: u64,
    ) -> Result<(), StoreError> {
        let mut connection = self.pool.acquire().await.map_err(StoreError::catalog("write"))?;
        store_advance(&mut connection, dataset, sequence, new_items)
            .await
            .map_err(StoreError::catalog("write"))?;
        self.write(dataset).advance(sequence, new_items);
        Ok(())
    }

    /// The copy in memory, to be changed after the rows were.
    pub(super) fn write(&self, dataset: Dataset) -> RwLockWriteGuard<'_, Sealed> {
        self.sealed(dataset).write()
    }

    fn sealed(&self, dataset: Dataset) -> &RwLock<Sealed> {
        match dataset {
            Dataset::Spans => &self.spans,
            Dataset::Logs => &self.logs,
        }
    }
}

/// Raises a dataset's seal mark and its total in the database.
pub(super) async fn store_advance(
    connection: &mut SqliteConnection,
    dataset: Dataset,
    through: Sequence,
    new_items: u64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE archive_totals SET sealed_items = sealed_items + ?2,
         sealed_through = max(sealed_through, ?3) WHERE dataset = ?1",
    )
    .bind(dataset.as_str())
    .bind(int(new_items))
    .bind(through.0)
    .execute(connection)
    .await
    .map(drop)
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

/// Lists a file, unless it is listed already; says whether it was not.
pub(super) async fn insert_row(
    connection: &mut SqliteConnection,
    file: &ArchiveFile,
    now_unix_nano: i64,
) -> Result<bool, sqlx::Error> {
    let sealed_at = DateTime::from_timestamp_nanos(now_unix_nano).to_rfc3339_opts(SecondsFormat::Nanos, true);
    let insert = "INSERT INTO archive_files VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)
                  ON CONFLICT (path) DO NOTHING";
    let inserted = sqlx::query(insert)
        .bind(&file.path)
        .bind(file.dataset.as_str())
        .bind(&file.wal_id)
        .bind(file.first_sequence.0)
        .bind(file.last_sequence.0)
        .bind(&file.received_day)
        .bind(file.min_start_unix_nano)
        .bind(file.max_end_unix_nano)
        .bind(int(file.row_count))
        .bind(int(file.item_count))
        .bind(int(file.file_bytes))
        .bind(i64::from(file.checksum))
        .bind(file.schema_version)
        .bind(file.derive_version)
        .bind(sealed_at)
        .bind(int(file.deleted_count))
        .execute(connection)
        .await?;
    Ok(inserted.rows_affected() > 0)
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
        min_start_unix_nano: row.try_get("min_start_unix_nanos")?,
        max_end_unix_nano: row.try_get("max_end_unix_nanos")?,
        row_count: count("row_count")?,
        item_count: count("item_count")?,
        deleted_count: count("deleted_count")?,
        file_bytes: count("file_bytes")?,
        checksum: u32::try_from(row.try_get::<i64, _>("checksum")?).unwrap_or_default(),
        schema_version: row.try_get("schema_version")?,
        derive_version: row.try_get("derive_version")?,
    })
}
