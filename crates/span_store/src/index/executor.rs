//! Runs queries on cloned connections and blocking threads: admitted through a bounded queue, limited in time,
//! interrupted when the caller goes away.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use duckdb::{Connection, InterruptHandle};
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::fault::Health;
use crate::error::StoreError;

/// How much one DuckDB instance takes on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Admission {
    /// Name of the instance in metrics.
    pub(crate) name: &'static str,
    /// Queries that run at once; each holds memory, and few cores gain nothing from more.
    pub(crate) concurrent_max: usize,
    /// Queries that may wait for their turn; the next one is told to come back.
    pub(crate) waiting_max: usize,
    /// Time that a query waits for its turn.
    pub(crate) wait_limit: Duration,
    /// Time after which a query is interrupted.
    pub(crate) time_limit: Duration,
}

impl Admission {
    /// For the index, whose queries take milliseconds.
    pub(crate) const INDEX: Self = Self {
        name: "index",
        concurrent_max: 4,
        waiting_max: 64,
        wait_limit: Duration::from_secs(5),
        time_limit: Duration::from_secs(10),
    };
}

/// A pool of connections to one DuckDB instance.
pub(crate) struct Executor {
    /// `None` once it is closed.
    root: Mutex<Option<Connection>>,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
    /// Queries whose caller has left and that may still run.
    abandoned: Mutex<Vec<Watch>>,
    admission: Admission,
    runtime: Option<Handle>,
    /// Is told of faults that trying again does not cure.
    health: Option<Health>,
}

/// How often a waiting query repeats the interrupts of abandoned ones.
const REPEAT_INTERVAL: Duration = Duration::from_millis(100);
/// How often closing looks whether queries still run.
const CLOSE_INTERVAL: Duration = Duration::from_millis(10);

impl Executor {
    /// Connections will be clones of `root`; work runs on the threads of `runtime`, or of its caller.
    pub(crate) fn new(root: Connection, admission: Admission, runtime: Option<Handle>) -> Self {
        Self {
            root: Mutex::new(Some(root)),
            idle: Mutex::new(Vec::new()),
            permits: Arc::new(Semaphore::new(admission.concurrent_max)),
            waiting: AtomicUsize::new(0),
            abandoned: Mutex::default(),
            admission,
            runtime,
            health: None,
        }
    }

    /// Tells `health` of faults that queries meet, and their callers to come back.
    pub(crate) fn reporting_to(self, health: Health) -> Self {
        Self { health: Some(health), ..self }
    }

    /// Waits until no query runs any more, which their time limit bounds, and gives all connections back. Blocking.
    ///
    /// Until then the instance is alive, and would write to files of the same name that another one has opened.
    pub(crate) fn close(&self) {
        self.permits.close();
        while self.permits.available_permits() < self.admission.concurrent_max {
            self.interrupt_abandoned();
            std::thread::sleep(CLOSE_INTERVAL);
        }
        self.idle.lock().clear();
        *self.root.lock() = None;
    }

    /// Runs `work` off the async threads. Dropping the future, or the time limit, interrupts it.
    pub(crate) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let permit = self.admit().await?;
        let end = Instant::now() + self.admission.time_limit;
        self.run_admitted(permit, end, move |connection, _| work(connection)).await
    }

    /// The same for work of several steps, which asks between them whether it still has to go on; at `end` also the wait
    /// for its turn is over.
    pub(crate) async fn run_until<T: Send + 'static>(
        self: &Arc<Self>,
        end: Instant,
        query: impl FnOnce(&Connection, &Watch) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let permit =
            tokio::time::timeout_at(end, self.admit()).await.map_err(|_| StoreError::Interrupted)??;
        self.run_admitted(permit, end, query).await
    }

    async fn run_admitted<T: Send + 'static>(
        self: &Arc<Self>,
        permit: OwnedSemaphorePermit,
        end: Instant,
        query: impl FnOnce(&Connection, &Watch) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        if Instant::now() >= end {
            return Err(StoreError::Interrupted);
        }
        let connection = self.connection()?;
        let watch = Watch::of(&connection);
        let interrupt = InterruptOnDrop { watch: watch.clone(), executor: self };
        let executor = Arc::clone(self);
        let work = move || {
            let result = watch.check().and_then(|()| query(&connection, &watch));
            // from here on an interrupt would hit the next query on this connection
            watch.end();
            if result.is_ok() {
                executor.idle.lock().push(connection);
            } else {
                drop(connection);
            }
            // last: who has all permits may close the instance
            drop(permit);
            result.map_err(|error| executor.reported(error))
        };
        let task = match &self.runtime {
            Some(runtime) => runtime.spawn_blocking(work),
            None => tokio::task::spawn_blocking(work),
        };
        let result = tokio::time::timeout_at(end, task).await.map_err(|_| StoreError::Interrupted)?;
        drop(interrupt);
        result.map_err(StoreError::Worker)?
    }

    /// A turn, after waiting in a queue of limited length for a limited time.
    async fn admit(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
            return Ok(permit);
        }
        let _slot = QueueSlot::take(&self.waiting, self.admission.waiting_max).ok_or_else(|| {
            metrics::counter!("junjo_queries_refused_total", "instance" => self.admission.name).increment(1);
            StoreError::Busy
        })?;
        let turn = Arc::clone(&self.permits).acquire_owned();
        let repeat = async {
            loop {
                self.interrupt_abandoned();
                tokio::time::sleep(REPEAT_INTERVAL).await;
            }
        };
        tokio::select! {
            permit = turn => permit.map_err(|_| StoreError::NotReady("it is closed")),
            () = tokio::time::sleep(self.admission.wait_limit) => Err(StoreError::Busy),
            () = repeat => Err(StoreError::Busy),
        }
    }

    /// Repeats the interrupts of abandoned queries: DuckDB forgets one that comes just before a statement starts.
    fn interrupt_abandoned(&self) {
        self.abandoned.lock().retain(Watch::interrupt);
    }

    /// What the caller of a failed query is told.
    fn reported(&self, error: StoreError) -> StoreError {
        let is_fault = self.health.as_ref().is_some_and(|health| health.note(&error));
        if is_fault { StoreError::NotReady("it has a fault and is opened again") } else { error }
    }

    fn connection(&self) -> Result<Connection, StoreError> {
        if let Some(connection) = self.idle.lock().pop() {
            return Ok(connection);
        }
        let root = self.root.lock();
        let root = root.as_ref().ok_or(StoreError::NotReady("it is closed"))?;
        root.try_clone().map_err(StoreError::index("open a connection to the index"))
    }
}

/// A slot in the queue, given back when dropped.
struct QueueSlot<'a>(&'a AtomicUsize);

impl<'a> QueueSlot<'a> {
    fn take(waiting: &'a AtomicUsize, max: usize) -> Option<Self> {
        let slot = Self(waiting);
        (waiting.fetch_add(1, Ordering::AcqRel) < max).then_some(slot)
    }
}

impl Drop for QueueSlot<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A query's way to be interrupted, which ends with the query.
#[derive(Clone)]
pub(crate) struct Watch(Arc<Mutex<State>>);

struct State {
    /// `None` once the query has ended.
    handle: Option<Arc<InterruptHandle>>,
    is_interrupted: bool,
}

impl Watch {
    fn of(connection: &Connection) -> Self {
        let handle = Some(connection.interrupt_handle());
        Self(Arc::new(Mutex::new(State { handle, is_interrupted: false })))
    }

    /// An error once the caller has left; work of several steps asks between them.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        if self.0.lock().is_interrupted { Err(StoreError::Interrupted) } else { Ok(()) }
    }

    fn end(&self) {
        self.0.lock().handle = None;
    }

    /// Whether there was something left to interrupt.
    fn interrupt(&self) -> bool {
        let mut state = self.0.lock();
        state.is_interrupted = true;
        // under the lock: after the query's end the connection belongs to another query
        state.handle.as_ref().inspect(|handle| handle.interrupt()).is_some()
    }
}

struct InterruptOnDrop<'a> {
    watch: Watch,
    executor: &'a Executor,
}

impl Drop for InterruptOnDrop<'_> {
    fn drop(&mut self) {
        if self.watch.interrupt() {
            let name = self.executor.admission.name;
            metrics::counter!("junjo_queries_interrupted_total", "instance" => name).increment(1);
            self.executor.abandoned.lock().push(self.watch.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDLESS: &str =
        "SELECT count(*) FROM range(1_000_000_000_000) a, range(1_000_000) b WHERE a.range = b.range + 1";

    fn executor(admission: Admission) -> Arc<Executor> {
        Arc::new(Executor::new(Connection::open_in_memory().unwrap(), admission, None))
    }

    fn one() -> Admission {
        Admission { name: "test", concurrent_max: 1, waiting_max: 1, ..Admission::INDEX }
    }

    fn far() -> Instant {
        Instant::now() + Duration::from_hours(1)
    }

    fn endless(connection: &Connection) -> Result<i64, StoreError> {
        connection.query_row(ENDLESS, [], |row| row.get(0)).map_err(StoreError::index("wait"))
    }

    /// Scenario: the caller of an endless query goes away. Guarantee: the query ends, and its turn is free again.
    #[tokio::test(flavor = "multi_thread")]
    async fn run_caller_gone_interrupts_the_query() {
        let executor = executor(one());
        let (started, has_started) = tokio::sync::oneshot::channel();
        let (ended, has_ended) = tokio::sync::oneshot::channel();
        let query = {
            let executor = Arc::clone(&executor);
            async move {
                let work = move |connection: &Connection| {
                    started.send(()).unwrap();
                    let result = endless(connection);
                    ended.send(matches!(result, Err(StoreError::Interrupted))).unwrap();
                    result
                };
                executor.run(work).await
            }
        };
        tokio::select! {
            _ = query => panic!("the query is endless"),
            () = async { has_started.await.unwrap() } => {}
        }
        // waits for the one turn there is
        assert_eq!(executor.run(|_| Ok(1)).await.unwrap(), 1);
        assert!(has_ended.await.unwrap());
    }

    /// Scenario: the time limit passes. Guarantee: the caller is told, and the next query runs.
    #[tokio::test(flavor = "multi_thread")]
    async fn run_over_time_limit_is_interrupted() {
        let executor = executor(Admission { time_limit: Duration::from_millis(50), ..one() });
        let outcome = executor.run(endless).await;
        assert!(matches!(outcome, Err(StoreError::Interrupted)), "{outcome:?}");
        let patient = Arc::clone(&executor);
        assert_eq!(patient.run(|_| Ok(1)).await.unwrap(), 1);
    }

    /// Scenario: a query whose end comes while it waits for its turn. Guarantee: the wait counts, and nothing of it runs.
    #[tokio::test(flavor = "multi_thread")]
    async fn run_until_end_comes_in_the_queue() {
        let executor = executor(one());
        let (release, released) = std::sync::mpsc::channel::<()>();
        let first = executor.run(move |_| {
            released.recv().unwrap();
            Ok(1)
        });
        let second = async {
            let end = Instant::now() + Duration::from_millis(20);
            let outcome =
                executor.run_until(end, |_, _| -> Result<(), StoreError> { panic!("it ran") }).await;
            release.send(()).unwrap();
            outcome
        };
        let (first, second) = tokio::join!(first, second);
        assert!(matches!((first, second), (Ok(1), Err(StoreError::Interrupted))));
    }

    /// Scenario: one query runs, one waits, a third comes. Guarantee: the third is refused at once, the second gets its
    /// turn.
    #[tokio::test(flavor = "multi_thread")]
    async fn run_queue_full_refuses_at_once() {
        let executor = executor(one());
        let (release, released) = std::sync::mpsc::channel::<()>();
        let first = executor.run(move |_| {
            released.recv().unwrap();
            Ok(1)
        });
        let second = executor.run(|_| Ok(2));
        let third = async {
            while executor.waiting.load(Ordering::Acquire) == 0 {
                tokio::task::yield_now().await;
            }
            let refused = executor.run(|_| Ok(3)).await;
            release.send(()).unwrap();
            refused
        };
        let (first, second, third) = tokio::join!(first, second, third);
        assert_eq!((first.unwrap(), second.unwrap()), (1, 2));
        assert!(matches!(third, Err(StoreError::Busy)));
    }

    /// Scenario: work of several steps whose caller goes away between two of them. Guarantee: it learns of it.
    #[tokio::test(flavor = "multi_thread")]
    async fn check_after_interrupt_fails() {
        let executor = executor(one());
        let (ended, has_ended) = tokio::sync::oneshot::channel();
        let (started, has_started) = tokio::sync::oneshot::channel();
        let work = move |_: &Connection, watch: &Watch| -> Result<(), StoreError> {
            started.send(()).unwrap();
            while watch.check().is_ok() {
                std::thread::yield_now();
            }
            ended.send(()).unwrap();
            watch.check()
        };
        tokio::select! {
            _ = executor.run_until(far(), work) => panic!("nobody interrupted it"),
            () = async { has_started.await.unwrap() } => {}
        }
        has_ended.await.unwrap();
    }
}
