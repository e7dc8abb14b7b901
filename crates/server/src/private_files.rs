//! Only the account that the server runs as reads what it stores: new files are private, and what an older version left open is
//! closed. It touches nothing but the server's own files, and nothing that belongs to another account.

use std::fs::{Metadata, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use junjo_span_store::DataDir;
use rustix::fs::Mode;
use rustix::process::{geteuid, umask};

/// What group and others may do with a file.
const OF_OTHERS: u32 = 0o077;
/// Levels of folders below the data folder; the server makes two.
const DEPTH_MAX: u32 = 4;

/// From here on, every file and folder that this process makes is its own account's alone. Call it before anything is made.
pub(crate) fn make_private() {
    umask(Mode::RWXG | Mode::RWXO);
}

/// Takes the rights of group and others away from a data folder and from the server's files in it. What cannot be changed
/// is named in the log, and no reason to stop.
pub(crate) fn tighten(dir: &DataDir) {
    if !is_ours(dir) {
        return;
    }
    close(dir.path(), std::fs::metadata(dir.path()).ok());
    for path in entries(dir.path()).into_iter().filter(|path| is_our_name(path)) {
        tighten_all(&path, DEPTH_MAX);
    }
}

/// A folder that a server has used, or that holds nothing else; anything else may be somebody's home.
fn is_ours(dir: &DataDir) -> bool {
    let is_used = [dir.app_db(), dir.wal()].iter().any(|path| path.is_file());
    is_used || entries(dir.path()).iter().all(|path| is_our_name(path))
}

/// Whether a name of the data folder is one that the server gives.
fn is_our_name(path: &Path) -> bool {
    const FILES: [&str; 3] = ["app.db", "wal.db", "index."];
    const NAMES: [&str; 4] = ["archive", "quarantine", "scan.tmp", "lock"];
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    NAMES.contains(&&*name) || FILES.iter().any(|prefix| name.starts_with(prefix))
}

/// Links are left alone, and so is what they point to.
fn tighten_all(path: &Path, depth: u32) {
    let Ok(metadata) = std::fs::symlink_metadata(path) else { return };
    if metadata.is_symlink() {
        return;
    }
    let is_folder = metadata.is_dir();
    close(path, Some(metadata));
    if is_folder && depth > 0 {
        for inner in entries(path) {
            tighten_all(&inner, depth - 1);
        }
    }
}

fn close(path: &Path, metadata: Option<Metadata>) {
    let Some(metadata) = metadata else { return };
    let mode = metadata.permissions().mode();
    if mode & OF_OTHERS == 0 {
        return;
    }
    if metadata.uid() != geteuid().as_raw() {
        tracing::warn!(path = %path.display(), "others can read this file of the server, and it belongs to another account");
        return;
    }
    if let Err(error) = std::fs::set_permissions(path, Permissions::from_mode(mode & 0o7777 & !OF_OTHERS)) {
        tracing::warn!(path = %path.display(), %error, "others can read this file of the server, and that cannot be changed");
    }
}

/// The paths in a folder; none where it cannot be read.
fn entries(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect()
}
