//! The list of archive files: rows in app.db, and a copy in memory for readers.

use std::sync::Arc;

use junjo_wal::Sequence;
use parking_lot::RwLock;
use sqlx::{Row as _, SqlitePool};

use crate::error::StoreError;

/// The dataset of spans; logs will be a second one.
pub(crate) const SPANS: &str = "spans";

/// One sealed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveFile {
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
    /// Earliest start of a span, unix nanoseconds.
    pub min_start_unix_nanos: i64,
    /// Latest end of a span, unix nanoseconds.
    pub max_end_unix_nanos: i64,
    /// Spans in the file.
    pub row_count: u64,
    /// Spans in the sealed records, superseded and quarantined ones included.
    pub item_count: u64,
    /// Size of the file.
    pub file_bytes: u64,
    /// CRC-32 of the file.
    pub checksum: u32,
    /// Version of the columns.
    pub schema_version: i64,
    /// Version of the derived values.
    pub derive_version: i64,
}

/// The manifest: what is in `app.db`, with an ordered copy in memory.
#[derive(Clone)]
pub struct Manifest {
    pool: SqlitePool,
    sealed: Arc<RwLock<Sealed>>,
}

/// The archive at one moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sealed {
    /// In sequence order.
    pub(crate) files: Vec<ArchiveFile>,
    pub(crate) through: Sequence,
    /// All spans ever sealed, superseded and quarantined ones and those of files that retention dropped included.
    pub(crate) items: u64,
}

impl Manifest {
    /// Loads the manifest; the tables come from the migrations.
    pub async fn load(pool: SqlitePool) -> Result<Self, StoreError> {
        let rows = sqlx::query("SELECT * FROM archive_files WHERE dataset = ?1 ORDER BY first_sequence")
            .bind(SPANS)
            .fetch_all(&pool)
            .await
            .map_err(StoreError::manifest("read"))?;
        let files = rows.iter().map(file_from_row).collect::<Result<Vec<_>, _>>();
        let totals =
            sqlx::query("SELECT sealed_items, sealed_through FROM archive_totals WHERE dataset = ?1")
                .bind(SPANS)
                .fetch_one(&pool)
                .await
                .map_err(StoreError::manifest("read"))?;
        let sealed = Sealed {
            files: files.map_err(StoreError::manifest("read"))?,
            through: Sequence(totals.get(1)),
            items: totals.get::<i64, _>(0).unsigned_abs(),
        };
        Ok(Self { pool, sealed: Arc::new(RwLock::new(sealed)) })
    }

    /// The newest record that is in the archive; everything up to it may be trimmed as far as the archive goes.
    pub fn sealed_through(&self) -> Sequence {
        self.sealed.read().through
    }

    /// All spans ever sealed, superseded and quarantined ones included.
    pub fn sealed_items(&self) -> u64 {
        self.sealed.read().items
    }

    /// The files in sequence order.
    pub fn files(&self) -> Vec<ArchiveFile> {
        self.sealed.read().files.clone()
    }

    /// Files, mark and total of the same moment.
    pub(crate) fn sealed(&self) -> Sealed {
        self.sealed.read().clone()
    }

    /// Number and bytes of the files.
    pub fn size(&self) -> (u64, u64) {
        let files = &self.sealed.read().files;
        (files.len() as u64, files.iter().map(|file| file.file_bytes).sum())
    }

    /// The file whose range holds `sequence`.
    pub(crate) fn file_with(&self, sequence: Sequence) -> Option<ArchiveFile> {
        let files = &self.sealed.read().files;
        let after = files.partition_point(|file| file.first_sequence <= sequence);
        let candidate = files.get(after.checked_sub(1)?)?;
        (sequence <= candidate.last_sequence).then(|| candidate.clone())
    }

    /// Lists a durable file and advances the seal mark, in one transaction. Listing a file again changes nothing: a
    /// commit that was reported as failed may have happened.
    pub(crate) async fn insert(&self, file: ArchiveFile, sealed_at: &str) -> Result<(), StoreError> {
        let failed = || StoreError::manifest("write");
        let mut transaction = self.pool.begin().await.map_err(failed())?;
        let inserted = insert_row(&file, sealed_at).execute(&mut *transaction).await.map_err(failed())?;
        let new_items = if inserted.rows_affected() == 0 { 0 } else { file.item_count };
        sqlx::query(
            "UPDATE archive_totals SET sealed_items = sealed_items + ?2,
             sealed_through = max(sealed_through, ?3) WHERE dataset = ?1",
        )
        .bind(SPANS)
        .bind(int(new_items))
        .bind(file.last_sequence.0)
        .execute(&mut *transaction)
        .await
        .map_err(failed())?;
        transaction.commit().await.map_err(failed())?;
        let mut sealed = self.sealed.write();
        sealed.items += file.item_count;
        sealed.through = file.last_sequence.max(sealed.through);
        let at = sealed.files.partition_point(|other| other.first_sequence < file.first_sequence);
        sealed.files.insert(at, file);
        Ok(())
    }

    /// Advances the seal mark over records that hold no spans.
    pub(crate) async fn skip_through(&self, sequence: Sequence) -> Result<(), StoreError> {
        sqlx::query("UPDATE archive_totals SET sealed_through = max(sealed_through, ?2) WHERE dataset = ?1")
            .bind(SPANS)
            .bind(sequence.0)
            .execute(&self.pool)
            .await
            .map_err(StoreError::manifest("write"))?;
        let mut sealed = self.sealed.write();
        sealed.through = sequence.max(sealed.through);
        Ok(())
    }
}

fn int(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn insert_row<'q>(
    file: &'q ArchiveFile,
    sealed_at: &'q str,
) -> sqlx::query::Query<'q, sqlx::Sqlite, sqlx::sqlite::SqliteArguments<'q>> {
    let insert = "INSERT INTO archive_files VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15)
                  ON CONFLICT (path) DO NOTHING";
    sqlx::query(insert)
        .bind(&file.path)
        .bind(SPANS)
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
}

fn file_from_row(row: &sqlx::sqlite::SqliteRow) -> Result<ArchiveFile, sqlx::Error> {
    let count = |name| row.try_get::<i64, _>(name).map(i64::unsigned_abs);
    Ok(ArchiveFile {
        path: row.try_get("path")?,
        wal_id: row.try_get("wal_id")?,
        first_sequence: Sequence(row.try_get("first_sequence")?),
        last_sequence: Sequence(row.try_get("last_sequence")?),
        received_day: row.try_get("received_day")?,
        min_start_unix_nanos: row.try_get("min_start_unix_nanos")?,
        max_end_unix_nanos: row.try_get("max_end_unix_nanos")?,
        row_count: count("row_count")?,
        item_count: count("item_count")?,
        file_bytes: count("file_bytes")?,
        checksum: u32::try_from(row.try_get::<i64, _>("checksum")?).unwrap_or_default(),
        schema_version: row.try_get("schema_version")?,
        derive_version: row.try_get("derive_version")?,
    })
}
