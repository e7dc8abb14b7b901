//! Whether an archive file is still what was listed.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::catalog::file::ArchiveFile;
use crate::error::StoreError;

/// Bytes read at a time while a checksum is made.
const CHECK_BYTES: usize = 1 << 20;

/// Compares a file with the checksum that it was listed with. Blocking.
pub(crate) fn check(path: &Path, listed: &ArchiveFile) -> Result<(), StoreError> {
    let mut file = File::open(path).map_err(StoreError::io("open", path))?;
    let (mut hasher, mut buffer) = (crc32fast::Hasher::new(), vec![0; CHECK_BYTES]);
    loop {
        let read = file.read(&mut buffer).map_err(StoreError::io("read", path))?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
    }
    if hasher.finalize() == listed.checksum { Ok(()) } else { Err(StoreError::Damaged(path.to_owned())) }
}
