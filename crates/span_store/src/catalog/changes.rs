//! Changes of the manifest: each is one transaction over the list of files, the removed files and the all-time counts. The
//! counts are written with every change, so before anything is gone that they count.

use std::sync::atomic::Ordering;

use super::file::{ArchiveFile, Leased};
use super::handle::Catalog;
use super::manifest::{insert_row, load_sealed, store_advance};
use super::removed::store_removed;
use crate::dataset::Dataset;
use crate::error::StoreError;

impl Catalog {
    /// Lists a durable file and advances its dataset's seal mark. Listing a file again changes nothing: a commit that was
    /// reported as failed may have happened. `new_items` are those of its items that the total does not have yet.
    pub(crate) async fn list(
        &self,
        file: ArchiveFile,
        new_items: u64,
        now_unix_nano: i64,
    ) -> Result<(), StoreError> {
        let listed = self.store_listed(&file, new_items, now_unix_nano).await;
        listed.map_err(StoreError::catalog("write"))?;
        let mut sealed = self.manifest().write(file.dataset);
        sealed.advance(file.last_sequence, new_items);
        sealed.insert(file);
        Ok(())
    }

    async fn store_listed(
        &self,
        file: &ArchiveFile,
        new_items: u64,
        now_unix_nano: i64,
    ) -> Result<(), sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        let is_new = insert_row(&mut transaction, file, now_unix_nano).await?;
        let new_items = if is_new { new_items } else { 0 };
        store_advance(&mut transaction, file.dataset, file.last_sequence, new_items).await?;
        self.totals().store(&mut transaction).await?;
        transaction.commit().await
    }

    /// Takes `inputs`, all of one dataset, off the list and puts `output` in their place, if there is one. The files
    /// themselves go when their last reader is done.
    pub(crate) async fn replace(
        &self,
        inputs: &[ArchiveFile],
        output: Option<ArchiveFile>,
        now_unix_nano: i64,
    ) -> Result<(), StoreError> {
        let Some(dataset) = inputs.first().map(|file| file.dataset) else { return Ok(()) };
        self.read_again_if_uncertain().await?;
        if let Err(source) = self.store_replaced(inputs, output.as_ref(), now_unix_nano).await {
            self.is_uncertain.store(true, Ordering::Release);
            return Err(StoreError::catalog("write")(source));
        }
        let mut sealed = self.manifest().write(dataset);
        let is_input = |listed: &Leased| inputs.iter().any(|input| input.path == listed.path);
        let (gone, kept): (Vec<Leased>, Vec<Leased>) =
            std::mem::take(&mut sealed.files).into_iter().partition(is_input);
        sealed.files = kept;
        if let Some(output) = output {
            sealed.insert(output);
        }
        drop(sealed);
        self.removed().add(gone);
        Ok(())
    }

    async fn store_replaced(
        &self,
        inputs: &[ArchiveFile],
        output: Option<&ArchiveFile>,
        now_unix_nano: i64,
    ) -> Result<(), sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        for input in inputs {
            sqlx::query("DELETE FROM archive_files WHERE path = ?1")
                .bind(&input.path)
                .execute(&mut *transaction)
                .await?;
            store_removed(&mut transaction, &input.path).await?;
        }
        if let Some(output) = output {
            insert_row(&mut transaction, output, now_unix_nano).await?;
        }
        self.totals().store(&mut transaction).await?;
        transaction.commit().await
    }

    /// Reads the list again after a transaction that was reported as failed and may have happened.
    async fn read_again_if_uncertain(&self) -> Result<(), StoreError> {
        if !self.is_uncertain.load(Ordering::Acquire) {
            return Ok(());
        }
        for dataset in Dataset::ALL {
            let loaded = load_sealed(&self.pool, dataset).await.map_err(StoreError::catalog("read"))?;
            let mut sealed = self.manifest().write(dataset);
            let known = std::mem::take(&mut sealed.files);
            // readers hold leases of the known ones
            let kept = |file: Leased| known.iter().find(|k| k.path == file.path).cloned().unwrap_or(file);
            sealed.files = loaded.files.into_iter().map(kept).collect();
            let is_gone = |file: &Leased| !sealed.files.iter().any(|listed| listed.path == file.path);
            let gone: Vec<Leased> = known.iter().filter(|file| is_gone(file)).cloned().collect();
            drop(sealed);
            self.removed().add(gone);
        }
        self.is_uncertain.store(false, Ordering::Release);
        Ok(())
    }
}
