//! What scans may use.

use std::path::PathBuf;

use tokio::runtime::Handle;

/// What scans may use.
#[derive(Debug, Clone)]
pub struct ScanOptions {
    /// Memory of the DuckDB instance.
    pub memory_bytes: u64,
    /// Threads of the DuckDB instance.
    pub threads: u32,
    /// Folder for what does not fit into memory; made when needed, emptied at each start.
    pub temp_dir: PathBuf,
    /// Most that may lie there.
    pub temp_bytes_max: u64,
    /// Whose threads scans and exports run on, so that they can yield to others; the caller's when `None`.
    pub runtime: Option<Handle>,
}
