//! What still lies in circles. Lines may only leave these lists, or be renamed when a file moves.

/// Files that are in a circle: (package, path below `src`).
pub(crate) const FILES_IN_CIRCLES: &[(&str, &str)] = &[];

/// Folders, or files beside them, that are in a circle of folders which no circle of files accounts for: (package, path
/// below `src` without `.rs`).
pub(crate) const FOLDERS_IN_CIRCLES: &[(&str, &str)] = &[];
