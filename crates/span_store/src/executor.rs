//! Runs queries on cloned connections and blocking threads: bounded in number and time, interrupted when the caller
//! goes away.

use std::sync::Arc;
use std::time::Duration;

use duckdb::{Connection, InterruptHandle};
use parking_lot::Mutex;
use tokio::sync::Semaphore;

use crate::error::StoreError;

/// Queries that run at once; more wait, because two cores gain nothing from more and each holds memory.
const CONCURRENT_MAX: usize = 4;
/// Time after which a query is interrupted.
pub(crate) const TIME_LIMIT: Duration = Duration::from_secs(10);
/// Time that a query waits for its turn before the caller is told to come back.
const WAIT_LIMIT: Duration = Duration::from_secs(5);

/// A pool of connections to one DuckDB instance.
pub(crate) struct Executor {
    root: Mutex<Connection>,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl Executor {
    /// Connections will be clones of `root`.
    pub(crate) fn new(root: Connection) -> Self {
        Self {
            root: Mutex::new(root),
            idle: Mutex::new(Vec::new()),
            permits: Arc::new(Semaphore::new(CONCURRENT_MAX)),
        }
    }

    /// Runs `work` off the async threads. Dropping the future, or the time limit, interrupts it.
    pub(crate) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let permit = tokio::time::timeout(WAIT_LIMIT, Arc::clone(&self.permits).acquire_owned())
            .await
            .map_err(|_| StoreError::NotReady("too many queries are waiting"))?
            .map_err(|_| StoreError::NotReady("the server is shutting down"))?;
        let connection = self.connection()?;
        let running = Running::of(&connection);
        let interrupt = InterruptOnDrop(running.clone());
        let executor = Arc::clone(self);
        let task = tokio::task::spawn_blocking(move || {
            let result = work(&connection);
            // from here on an interrupt would hit whoever gets this connection next
            running.end();
            if result.is_ok() {
                executor.idle.lock().push(connection);
            }
            drop(permit);
            result
        });
        let result = tokio::time::timeout(TIME_LIMIT, task).await.map_err(|_| StoreError::Interrupted)?;
        drop(interrupt);
        result.map_err(StoreError::Worker)?
    }

    fn connection(&self) -> Result<Connection, StoreError> {
        if let Some(connection) = self.idle.lock().pop() {
            return Ok(connection);
        }
        self.root.lock().try_clone().map_err(StoreError::index("open a connection to the index"))
    }
}

/// A query's way to be interrupted, which ends with the query.
#[derive(Clone)]
struct Running(Arc<Mutex<Option<Arc<InterruptHandle>>>>);

impl Running {
    fn of(connection: &Connection) -> Self {
        Self(Arc::new(Mutex::new(Some(connection.interrupt_handle()))))
    }

    fn end(&self) {
        *self.0.lock() = None;
    }

    fn interrupt(&self) {
        if let Some(handle) = self.0.lock().take() {
            handle.interrupt();
        }
    }
}

struct InterruptOnDrop(Running);

impl Drop for InterruptOnDrop {
    fn drop(&mut self) {
        self.0.interrupt();
    }
}
