//! The in-memory DuckDB instance of scans, with limits of its own, so that it takes nothing from the index.

use std::path::Path;
use std::time::Duration;

use duckdb::{Config, Connection};

use super::options::ScanOptions;
use crate::error::StoreError;
use crate::filter::expr::literal;
use crate::index::executor::{Admission, Executor};

/// Scans hold memory and a core for seconds: few at once, and nobody waits long for a page that reads everything.
const ADMISSION: Admission = Admission {
    name: "archive",
    concurrent_max: 2,
    waiting_max: 8,
    wait_limit: Duration::from_secs(5),
    time_limit: Duration::from_secs(10),
};

/// Opens the instance, whose threads get the priority of the calling one. It sees the archive folder and its own temporary
/// folder, and no other file.
pub(crate) fn open(options: &ScanOptions, archive_dir: &Path) -> Result<Executor, StoreError> {
    let failed = || StoreError::index("open the instance for scans");
    let connect = || -> duckdb::Result<Connection> {
        let config = Config::default()
            .max_memory(&format!("{}MiB", options.memory_bytes >> 20))?
            .threads(i64::from(options.threads))?
            .with("autoinstall_known_extensions", "false")?
            .with("preserve_insertion_order", "false")?
            .with("temp_directory", options.temp_dir.to_string_lossy().as_ref())?
            .with("max_temp_directory_size", format!("{}MiB", options.temp_bytes_max >> 20).as_str())?;
        let connection = Connection::open_in_memory_with_flags(config)?;
        let allowed = literal(&archive_dir.to_string_lossy());
        connection.execute_batch(&format!(
            "SET allowed_directories = [{allowed}]; SET enable_external_access = false; SET lock_configuration = true"
        ))?;
        Ok(connection)
    };
    Ok(Executor::new(connect().map_err(failed())?, ADMISSION, options.runtime.clone()))
}
