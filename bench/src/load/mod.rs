//! The load generator: sends ready requests over a number of connections and measures the calls. As cheap as it can
//! be, because it shares the machine with the server: one thread, serialised messages, no copies but the kernel's.

mod connection;
mod feed;
mod latency;

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use futures::future::join_all;
use tokio::sync::watch;

pub(crate) use connection::{Protocol, Target};
pub(crate) use feed::{Feed, Outgoing};
pub(crate) use latency::Latencies;

use connection::{Answer, Connection};

/// Pause before a refused request is sent again, as an SDK would.
const RETRY_PAUSE: Duration = Duration::from_millis(50);
/// Failures after which a run is given up.
const FAILURES_MAX: usize = 20;

/// When to send and whom to tell.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pace {
    /// End of the run; without it the feed ends it.
    pub(crate) duration: Option<Duration>,
    /// Spans a second; without it as fast as answers come.
    pub(crate) spans_per_second: Option<f64>,
    /// Hears of each acknowledged request: its last trace and the moment.
    pub(crate) acked: Option<watch::Sender<Option<Acked>>>,
}

/// An acknowledged request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Acked {
    pub(crate) trace_id: [u8; 16],
    pub(crate) at: Instant,
}

/// What a run did.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) spans: u64,
    pub(crate) bytes: u64,
    pub(crate) requests: u64,
    pub(crate) elapsed: Duration,
    pub(crate) latencies: Latencies,
    /// Answers that asked to try again later.
    pub(crate) refusals: u64,
    pub(crate) failures: Vec<String>,
}

impl Outcome {
    /// Another run, as if it had followed this one.
    pub(crate) fn add(&mut self, other: Self) {
        self.spans += other.spans;
        self.bytes += other.bytes;
        self.requests += other.requests;
        self.elapsed += other.elapsed;
        self.latencies.extend(other.latencies);
        self.refusals += other.refusals;
        self.failures.extend(other.failures);
    }

    pub(crate) fn spans_per_second(&self) -> f64 {
        self.spans as f64 / self.elapsed.as_secs_f64()
    }

    pub(crate) fn megabytes_per_second(&self) -> f64 {
        self.bytes as f64 / 1e6 / self.elapsed.as_secs_f64()
    }
}

/// Sends what `feed` gives until it or the time ends; every request is acknowledged or listed as a failure.
pub(crate) async fn run(target: &Target, pace: &Pace, feed: &mut Feed) -> anyhow::Result<Outcome> {
    let mut connections = Vec::new();
    for _ in 0..target.connections {
        connections.push(Connection::open(target).await?);
    }
    let run = Run {
        pace,
        feed: RefCell::new(feed),
        outcome: RefCell::default(),
        scheduled: Cell::new(0),
        started: Instant::now(),
    };
    let senders = connections.iter().flat_map(|connection| {
        let lanes = if target.protocol == Protocol::Http { 1 } else { target.in_flight };
        (0..lanes).map(|_| run.send_all(connection.clone()))
    });
    join_all(senders).await.into_iter().collect::<anyhow::Result<()>>()?;
    let mut outcome = run.outcome.into_inner();
    outcome.elapsed = run.started.elapsed();
    Ok(outcome)
}

struct Run<'r> {
    pace: &'r Pace,
    feed: RefCell<&'r mut Feed>,
    outcome: RefCell<Outcome>,
    /// Spans given out so far, for the pace.
    scheduled: Cell<u64>,
    started: Instant,
}

impl Run<'_> {
    async fn send_all(&self, mut connection: Connection) -> anyhow::Result<()> {
        while !self.is_over() {
            let Some(outgoing) = self.feed.borrow_mut().next()? else { break };
            self.wait_for_turn(outgoing.spans).await;
            self.deliver(&mut connection, outgoing).await;
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        self.pace.duration.is_some_and(|duration| self.started.elapsed() >= duration)
            || self.outcome.borrow().failures.len() >= FAILURES_MAX
    }

    async fn wait_for_turn(&self, spans: u32) {
        let before = self.scheduled.replace(self.scheduled.get() + u64::from(spans));
        if let Some(rate) = self.pace.spans_per_second {
            let due = self.started + Duration::from_secs_f64(before as f64 / rate);
            tokio::time::sleep_until(due.into()).await;
        }
    }

    /// Sends one request until it is acknowledged or fails for good.
    async fn deliver(&self, connection: &mut Connection, outgoing: Outgoing) {
        loop {
            let sent = Instant::now();
            match connection.send(outgoing.framed.clone()).await {
                Answer::Acked => {
                    let at = Instant::now();
                    self.note(&outgoing, at, at - sent);
                    return;
                }
                Answer::Refused => self.outcome.borrow_mut().refusals += 1,
                Answer::Failed(reason) => {
                    self.outcome.borrow_mut().failures.push(reason);
                    return;
                }
            }
            tokio::time::sleep(RETRY_PAUSE).await;
        }
    }

    fn note(&self, outgoing: &Outgoing, at: Instant, latency: Duration) {
        let mut outcome = self.outcome.borrow_mut();
        outcome.spans += u64::from(outgoing.spans);
        outcome.bytes += outgoing.framed.len() as u64;
        outcome.requests += 1;
        outcome.latencies.add(latency);
        if let (Some(acked), Some(trace_id)) = (&self.pace.acked, outgoing.last_trace) {
            acked.send_replace(Some(Acked { trace_id, at }));
        }
    }
}
