//! Start, watch and stop the process's tasks. There is no bare `tokio::spawn` in the workspace: every task has a name
//! and is waited for.
//!
//! | event | effect |
//! |---|---|
//! | first SIGINT or SIGTERM | soft: tasks see [`Lifecycle::soft`], stop taking work, finish what they hold, end |
//! | a service ends, fails or panics before that | soft, and exit code 1 |
//! | second signal, or the time limit | hard: futures are dropped where they wait; exit code 1 |
//!
//! Stages need no extra tokens: a consumer (the WAL writer, the indexer) ends when the last of its producers has dropped
//! its handle, so what was accepted is flushed and committed before the process ends.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::io;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::{FutureExt, Stream, StreamExt};
use parking_lot::Mutex;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::edge::panic_message;
use crate::error::{BoxError, chain};

/// How often a stopping process says which tasks it waits for.
const PENDING_REPORT_INTERVAL: Duration = Duration::from_secs(5);

/// How long blocking tasks may go on after the hard stop; futures are dropped at once.
const HARD_STOP_GRACE: Duration = Duration::from_secs(2);

/// Names, tracks and stops tasks. Clones are handles to the same lifecycle.
#[derive(Clone)]
pub struct Lifecycle {
    shared: Arc<Shared>,
}

struct Shared {
    hard: CancellationToken,
    soft: CancellationToken,
    tracker: TaskTracker,
    has_failed: AtomicBool,
    pending: Mutex<Pending>,
}

#[derive(Default)]
struct Pending {
    next_key: u64,
    names: BTreeMap<u64, String>,
}

/// How the process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Asked to stop, and every task ended by itself.
    Clean,
    /// A task failed, panicked or ended early.
    TaskFailed,
    /// Tasks had to be cut off.
    Forced,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Clean => Self::SUCCESS,
            Outcome::TaskFailed | Outcome::Forced => Self::FAILURE,
        }
    }
}

/// What a task may return: nothing, or a result whose error stops the process.
pub trait TaskOutput: Send + 'static {
    /// The task's result with its error boxed.
    fn into_result(self) -> Result<(), BoxError>;
}

impl TaskOutput for () {
    fn into_result(self) -> Result<(), BoxError> {
        Ok(())
    }
}

impl<E: Into<BoxError> + Send + 'static> TaskOutput for Result<(), E> {
    fn into_result(self) -> Result<(), BoxError> {
        self.map_err(Into::into)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Runs until the soft stop; ending earlier is a failure.
    Service,
    /// Ends when its work is done.
    Job,
}

impl Lifecycle {
    /// A lifecycle without tasks.
    pub fn new() -> Self {
        let hard = CancellationToken::new();
        let shared = Shared {
            soft: hard.child_token(),
            hard,
            tracker: TaskTracker::new(),
            has_failed: AtomicBool::new(false),
            pending: Mutex::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Cancelled when the process should finish its work and end.
    pub fn soft(&self) -> CancellationToken {
        self.shared.soft.clone()
    }

    /// Cancelled when the process ends at once. Only blocking work needs it: futures are dropped then.
    pub fn hard(&self) -> CancellationToken {
        self.shared.hard.clone()
    }

    /// Runs a service: a task that must live until the soft stop. An early end, an error or a panic stops the process.
    pub fn spawn<F>(&self, name: impl Into<String>, service: F)
    where
        F: Future + Send + 'static,
        F::Output: TaskOutput,
    {
        self.track(name.into(), Role::Service, service);
    }

    /// Runs a job: a task that ends when its work is done. An error or a panic stops the process.
    pub fn spawn_job<F>(&self, name: impl Into<String>, job: F)
    where
        F: Future + Send + 'static,
        F::Output: TaskOutput,
    {
        self.track(name.into(), Role::Job, job);
    }

    /// Runs a service on a blocking thread. It must watch [`Self::soft`] and [`Self::hard`] itself: a thread cannot be
    /// dropped, and one that does not end holds up the exit.
    pub fn spawn_blocking<T: TaskOutput>(
        &self,
        name: impl Into<String>,
        service: impl FnOnce() -> T + Send + 'static,
    ) {
        let entry = PendingEntry::new(self, name.into());
        let lifecycle = self.clone();
        self.shared.tracker.spawn_blocking(move || {
            let result = std::panic::catch_unwind(AssertUnwindSafe(service));
            lifecycle.finish(&entry.name, Role::Service, result.map(TaskOutput::into_result));
        });
    }

    /// Stops softly, as a first signal would.
    pub fn stop(&self) {
        self.shared.soft.cancel();
    }

    /// The names of the tasks that have not ended.
    pub fn pending(&self) -> Vec<String> {
        self.shared.pending.lock().names.values().cloned().collect()
    }

    /// Waits for a stop signal or a failing task, then for all tasks to end within `limit`.
    pub async fn supervise(&self, mut signals: impl Stream<Item = ()> + Unpin, limit: Duration) -> Outcome {
        tokio::select! {
            () = next_signal(&mut signals) => tracing::info!(pending = ?self.pending(), "stopping on a signal"),
            () = self.shared.soft.cancelled() => tracing::info!(pending = ?self.pending(), "stopping"),
        }
        self.shared.soft.cancel();
        self.shared.tracker.close();
        let is_forced = !self.drain(&mut signals, limit).await;
        match (is_forced, self.shared.has_failed.load(Ordering::SeqCst)) {
            (true, _) => Outcome::Forced,
            (false, true) => Outcome::TaskFailed,
            (false, false) => Outcome::Clean,
        }
    }

    /// Waits for the tasks; false when they had to be cut off.
    async fn drain(&self, signals: &mut (impl Stream<Item = ()> + Unpin), limit: Duration) -> bool {
        let deadline = tokio::time::sleep(limit);
        tokio::pin!(deadline);
        let mut report = tokio::time::interval(PENDING_REPORT_INTERVAL);
        report.tick().await;
        loop {
            tokio::select! {
                () = self.shared.tracker.wait() => return true,
                () = next_signal(signals) => {
                    tracing::warn!(pending = ?self.pending(), "second signal, ending at once");
                    break;
                }
                () = &mut deadline => {
                    tracing::error!(pending = ?self.pending(), limit_s = limit.as_secs(), "tasks did not end in time");
                    break;
                }
                _ = report.tick() => tracing::info!(pending = ?self.pending(), "waiting for tasks"),
            }
        }
        self.shared.hard.cancel();
        if tokio::time::timeout(HARD_STOP_GRACE, self.shared.tracker.wait()).await.is_err() {
            tracing::error!(pending = ?self.pending(), "tasks were cut off");
        }
        false
    }

    fn track<F>(&self, name: String, role: Role, task: F)
    where
        F: Future + Send + 'static,
        F::Output: TaskOutput,
    {
        let entry = PendingEntry::new(self, name);
        let lifecycle = self.clone();
        self.shared.tracker.spawn(async move {
            let hard = lifecycle.hard();
            tokio::select! {
                biased;
                () = hard.cancelled() => {}
                result = AssertUnwindSafe(task).catch_unwind() => {
                    lifecycle.finish(&entry.name, role, result.map(TaskOutput::into_result));
                }
            }
        });
    }

    fn finish(&self, task: &str, role: Role, result: std::thread::Result<Result<(), BoxError>>) {
        match result {
            Err(panic) => {
                tracing::error!(task, panic = panic_message(panic.as_ref()), "task panicked");
            }
            Ok(Err(error)) => {
                let error: &(dyn Error + 'static) = error.as_ref();
                tracing::error!(task, error.message = chain(error), "task failed");
            }
            Ok(Ok(())) if role == Role::Service && !self.shared.soft.is_cancelled() => {
                tracing::error!(task, "task ended early");
            }
            Ok(Ok(())) => return,
        }
        self.shared.has_failed.store(true, Ordering::SeqCst);
        self.shared.soft.cancel();
    }
}

impl Default for Lifecycle {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Lifecycle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Lifecycle").field("pending", &self.pending()).finish_non_exhaustive()
    }
}

/// SIGINT and SIGTERM as a stream for [`Lifecycle::supervise`].
pub fn os_signals() -> io::Result<impl Stream<Item = ()> + Unpin + Send> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(futures::stream::poll_fn(move |context| {
        let is_signalled = interrupt.poll_recv(context).is_ready() | terminate.poll_recv(context).is_ready();
        if is_signalled { std::task::Poll::Ready(Some(())) } else { std::task::Poll::Pending }
    }))
}

async fn next_signal(signals: &mut (impl Stream<Item = ()> + Unpin)) {
    if signals.next().await.is_none() {
        // a source that ended can send no second signal
        std::future::pending::<()>().await;
    }
}

/// A task's name in the pending list, from spawn until it is dropped.
struct PendingEntry {
    shared: Arc<Shared>,
    key: u64,
    name: String,
}

impl PendingEntry {
    fn new(lifecycle: &Lifecycle, name: String) -> Self {
        let mut pending = lifecycle.shared.pending.lock();
        let key = pending.next_key;
        pending.next_key += 1;
        pending.names.insert(key, name.clone());
        drop(pending);
        Self { shared: Arc::clone(&lifecycle.shared), key, name }
    }
}

impl Drop for PendingEntry {
    fn drop(&mut self) {
        self.shared.pending.lock().names.remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;
    use tokio::sync::{mpsc, oneshot};

    use super::*;

    const LIMIT: Duration = Duration::from_secs(30);

    fn one_signal() -> impl Stream<Item = ()> + Unpin {
        stream::iter([()])
    }

    fn no_signal() -> impl Stream<Item = ()> + Unpin {
        stream::pending()
    }

    /// Scenario: a signal while a service waits for the soft stop. Guarantee: it finishes its work; a clean exit.
    #[tokio::test]
    async fn signal_lets_services_finish() {
        let lifecycle = Lifecycle::new();
        let (flushed, is_flushed) = oneshot::channel();
        let soft = lifecycle.soft();
        lifecycle.spawn("writer", async move {
            soft.cancelled().await;
            tokio::task::yield_now().await;
            flushed.send(()).unwrap();
        });
        assert_eq!(lifecycle.pending(), ["writer"]);
        assert_eq!(lifecycle.supervise(one_signal(), LIMIT).await, Outcome::Clean);
        assert!(is_flushed.await.is_ok());
        assert!(lifecycle.pending().is_empty());
    }

    /// Scenario: a service ends, fails, or panics with nobody having asked. Guarantee: the others stop; exit code 1.
    #[tokio::test]
    async fn failing_service_stops_the_process() {
        for failure in ["ends", "fails", "panics"] {
            let lifecycle = Lifecycle::new();
            let soft = lifecycle.soft();
            lifecycle.spawn("healthy", async move { soft.cancelled().await });
            lifecycle.spawn("broken", async move {
                match failure {
                    "ends" => Ok(()),
                    "fails" => Err(io::Error::other("no disk")),
                    _ => panic!("a bug"),
                }
            });
            assert_eq!(lifecycle.supervise(no_signal(), LIMIT).await, Outcome::TaskFailed, "{failure}");
        }
    }

    /// Scenario: a job ends by itself. Guarantee: the process goes on and later stops cleanly.
    #[tokio::test]
    async fn finished_job_is_not_a_failure() {
        let lifecycle = Lifecycle::new();
        let (done, is_done) = oneshot::channel();
        lifecycle.spawn_job("migrate", async move { done.send(()).unwrap() });
        is_done.await.unwrap();
        assert!(!lifecycle.soft().is_cancelled());
        assert_eq!(lifecycle.supervise(one_signal(), LIMIT).await, Outcome::Clean);
    }

    /// Scenario: a task ignores the soft stop until the time limit. Guarantee: it is dropped; a forced exit.
    #[tokio::test(start_paused = true)]
    async fn time_limit_drops_stuck_tasks() {
        let lifecycle = Lifecycle::new();
        let (alive, mut is_dropped) = mpsc::channel::<()>(1);
        lifecycle.spawn("stuck", async move {
            let _alive = alive;
            std::future::pending::<()>().await;
        });
        assert_eq!(lifecycle.supervise(one_signal(), LIMIT).await, Outcome::Forced);
        assert_eq!(is_dropped.recv().await, None);
    }

    /// Scenario: two signals and a stuck task. Guarantee: the second ends it without waiting for the limit.
    #[tokio::test(start_paused = true)]
    async fn second_signal_is_hard() {
        let lifecycle = Lifecycle::new();
        lifecycle.spawn("stuck", std::future::pending::<()>());
        let started = tokio::time::Instant::now();
        assert_eq!(lifecycle.supervise(stream::iter([(), ()]), LIMIT).await, Outcome::Forced);
        assert!(started.elapsed() < LIMIT);
    }

    /// Scenario: a blocking service that watches the soft token. Guarantee: it is waited for.
    #[tokio::test]
    async fn blocking_service_is_tracked() {
        let lifecycle = Lifecycle::new();
        let (stop, wait_for_stop) = std::sync::mpsc::channel::<()>();
        lifecycle.spawn_blocking("thread", move || assert!(wait_for_stop.recv().is_err()));
        let soft = lifecycle.soft();
        lifecycle.spawn("stopper", async move {
            soft.cancelled().await;
            drop(stop);
        });
        assert_eq!(lifecycle.supervise(one_signal(), LIMIT).await, Outcome::Clean);
    }
}
