//! Unlinks archive files that others replaced or that went for good, when their last reader is done.

use std::path::Path;

use crate::catalog::handle::Catalog;
use crate::error::StoreError;

/// Unlinks the removed files that nobody reads any more; returns how many are left.
pub(super) async fn sweep(archive_dir: &Path, catalog: &Catalog) -> Result<usize, StoreError> {
    for path in catalog.removed().unread() {
        unlink(&archive_dir.join(&path))?;
        catalog.removed().forget(&path).await?;
    }
    Ok(catalog.removed().count())
}

/// Removes a file, and its folder if that was the last one in it.
fn unlink(path: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(StoreError::io("remove", path)(error));
        }
        _ => {}
    }
    if let Some(folder) = path.parent() {
        // removes only an empty folder; any other stays
        let _ = std::fs::remove_dir(folder);
    }
    Ok(())
}
