//! What was sent and what was acknowledged, span by span. The content of a span follows from its numbers, so none is
//! kept here.

use junjo_test_support::{SpanBuilder, request};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

/// 2026-01-02T03:04:05Z: start of the first trace.
const START_UNIX_NANOS: u64 = 1_767_323_045_000_000_000;
const TRACE_NANOS: u64 = 1_000_000_000;
/// How many of the newest traces may still get spans.
pub(crate) const LATE_TRACES: u64 = 50;
/// Name of the service that all spans belong to.
pub(crate) const SERVICE: &str = "crash";

/// A span by number of its trace and number in the trace, both from 1.
pub(crate) type SpanNumber = (u64, u64);

/// What has been heard about a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Sent; the answer was an error or none. It may be stored or not.
    Open,
    /// Answered OK: it has to be there.
    Acknowledged,
}

/// All that was sent.
#[derive(Debug)]
pub(crate) struct Ledger {
    seed: u64,
    /// By trace number - 1, then span number - 1.
    traces: Vec<Vec<Fate>>,
    /// Traces sent to since they were last compared.
    touched: Vec<bool>,
    /// Traces that were deleted.
    deleted: Vec<bool>,
    pub(crate) requests: u64,
    pub(crate) acknowledged_requests: u64,
    pub(crate) repeated_requests: u64,
}

impl Ledger {
    pub(crate) fn new(seed: u64) -> Self {
        let (traces, touched, deleted) = (Vec::new(), Vec::new(), Vec::new());
        Self { seed, traces, touched, deleted, requests: 0, acknowledged_requests: 0, repeated_requests: 0 }
    }

    /// Begins a trace.
    pub(crate) fn open_trace(&mut self) -> u64 {
        self.traces.push(Vec::new());
        self.touched.push(true);
        self.deleted.push(false);
        self.traces.len() as u64
    }

    /// Books `count` new spans of `trace`.
    pub(crate) fn book(&mut self, trace: u64, count: u64) -> Vec<SpanNumber> {
        let at = index(trace);
        let first = self.traces[at].len() as u64 + 1;
        self.traces[at].extend((0..count).map(|_| Fate::Open));
        self.touched[at] = true;
        (first..first + count).map(|span| (trace, span)).collect()
    }

    pub(crate) fn acknowledge(&mut self, spans: &[SpanNumber]) {
        self.acknowledged_requests += 1;
        for (trace, span) in spans {
            self.traces[index(*trace)][index(*span)] = Fate::Acknowledged;
            self.touched[index(*trace)] = true;
        }
    }

    /// The request that carries `spans`, serialised.
    pub(crate) fn message(&mut self, spans: &[SpanNumber]) -> Vec<u8> {
        self.requests += 1;
        let spans = spans.iter().map(|number| self.span(*number)).collect();
        request(SERVICE, spans).encode_to_vec()
    }

    pub(crate) fn trace_count(&self) -> u64 {
        self.traces.len() as u64
    }

    pub(crate) fn fates(&self, trace: u64) -> &[Fate] {
        &self.traces[index(trace)]
    }

    /// The traces to compare; all of them, or those touched since the last call.
    pub(crate) fn take_traces(&mut self, all: bool) -> Vec<u64> {
        let numbers = (1..).zip(self.touched.iter_mut());
        numbers.filter_map(|(trace, touched)| (std::mem::take(touched) || all).then_some(trace)).collect()
    }

    /// Traces that can be deleted: compared since they were last sent to, and too old to be sent to again.
    pub(crate) fn deletable(&self) -> Vec<u64> {
        let newest = self.trace_count().saturating_sub(LATE_TRACES + 10);
        (1..=newest).filter(|trace| !self.touched[index(*trace)] && !self.is_deleted(*trace)).collect()
    }

    /// The server has said that these are gone.
    pub(crate) fn delete(&mut self, traces: &[u64]) {
        for trace in traces {
            self.deleted[index(*trace)] = true;
            self.touched[index(*trace)] = true;
        }
    }

    pub(crate) fn is_deleted(&self, trace: u64) -> bool {
        self.deleted[index(trace)]
    }

    pub(crate) fn deleted_traces(&self) -> u64 {
        self.deleted.iter().filter(|deleted| **deleted).count() as u64
    }

    pub(crate) fn acknowledged_spans(&self) -> u64 {
        self.traces.iter().flatten().filter(|fate| **fate == Fate::Acknowledged).count() as u64
    }

    pub(crate) fn sent_spans(&self) -> u64 {
        self.traces.iter().map(|trace| trace.len() as u64).sum()
    }

    /// The id that the API shows, in hex.
    pub(crate) fn trace_id(&self, trace: u64) -> String {
        format!("{:032x}", self.trace_id_number(trace))
    }

    fn trace_id_number(&self, trace: u64) -> u128 {
        u128::from(self.seed) << 64 | u128::from(trace)
    }

    /// The text that a span carries: of random length, and nothing that compresses well, so that the log grows.
    pub(crate) fn text(&self, (trace, span): SpanNumber) -> String {
        let mut random = StdRng::seed_from_u64(self.seed ^ trace.rotate_left(32) ^ span);
        let length = if random.random_ratio(1, 50) { 20_000 } else { random.random_range(20..1_500) };
        (0..length).map(|_| char::from(random.random_range(b'0'..=b'z'))).collect()
    }

    fn span(&self, (trace, span): SpanNumber) -> Span {
        let start = START_UNIX_NANOS + trace * TRACE_NANOS + span * 1_000;
        let mut builder = SpanBuilder::new(self.trace_id_number(trace), span, start);
        if span > 1 {
            builder = builder.parent(1);
        }
        builder.with("text", &self.text((trace, span))).build()
    }
}

fn index(number: u64) -> usize {
    usize::try_from(number - 1).expect("numbers are counted in memory")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: spans are booked, one request is acknowledged. Guarantee: exactly its spans count as acknowledged, and a
    /// trace is handed out for comparison once until it is touched again.
    #[test]
    fn acknowledge_marks_the_spans_of_the_request() {
        let mut ledger = Ledger::new(7);
        let trace = ledger.open_trace();
        let first = ledger.book(trace, 2);
        ledger.book(trace, 1);
        ledger.acknowledge(&first);
        assert_eq!(ledger.fates(trace), [Fate::Acknowledged, Fate::Acknowledged, Fate::Open]);
        assert_eq!((ledger.acknowledged_spans(), ledger.sent_spans()), (2, 3));
        assert_eq!(ledger.take_traces(false), [1]);
        assert!(ledger.take_traces(false).is_empty());
        assert_eq!(ledger.take_traces(true), [1]);
        ledger.book(trace, 1);
        assert_eq!(ledger.take_traces(false), [1]);
    }

    /// Scenario: many traces were sent and compared, one of the old ones is touched again, another deleted. Guarantee: neither
    /// of them, nor any that may still get spans, can be deleted.
    #[test]
    fn only_old_quiet_traces_can_be_deleted() {
        let mut ledger = Ledger::new(7);
        for _ in 0..LATE_TRACES + 13 {
            ledger.open_trace();
        }
        assert!(ledger.deletable().is_empty());
        ledger.take_traces(false);
        assert_eq!(ledger.deletable(), [1, 2, 3]);
        ledger.book(1, 1);
        ledger.delete(&[3]);
        assert_eq!(ledger.deletable(), [2]);
        assert_eq!((ledger.is_deleted(3), ledger.deleted_traces()), (true, 1));
        assert!(ledger.take_traces(false).contains(&3));
    }

    /// Scenario: the text of a span is made twice. Guarantee: the same text; another one for another span.
    #[test]
    fn text_follows_from_the_numbers() {
        let ledger = Ledger::new(7);
        assert_eq!(ledger.text((3, 4)), ledger.text((3, 4)));
        assert_ne!(ledger.text((3, 4)), ledger.text((4, 3)));
    }
}
