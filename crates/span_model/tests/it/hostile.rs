//! Arbitrary and damaged bytes: nothing panics, and what the scan accepts the decoder can decode.

use std::ops::ControlFlow;

use junjo_span_model::{
    PriceTable, ScanError, ScanLimits, Signal, decode_logs, decode_logs_while, decode_spans,
    decode_spans_while, details, details_with_logs, promote, promote_log, scan, without_rejected,
};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::captures;
use crate::decode::delimited;

/// Runs everything that touches bytes before and after the acknowledgement.
fn exercise(message: &[u8]) {
    for signal in [Signal::Logs, Signal::Metrics] {
        let _ = scan(signal, message, &ScanLimits::default());
        let _ = without_rejected(signal, message);
    }
    exercise_logs(message);
    let mut visits = 0;
    let decoded = decode_spans(message, &mut |resource, scope, span| {
        visits += 1;
        let _ = promote(resource, scope, &span, PriceTable::bundled());
        let _ = serde_json::to_string(&details(resource, scope, &span)).unwrap();
    });
    let spliced = without_rejected(Signal::Traces, message);
    if let Ok(report) = scan(Signal::Traces, message, &ScanLimits::default()) {
        assert_eq!(decoded, Ok(()));
        assert_eq!(visits, report.accepted);
        let after = scan(Signal::Traces, &spliced, &ScanLimits::default()).unwrap();
        assert_eq!((after.accepted, after.rejected), (report.accepted, 0));
    }
}

/// The same for log records, and for the span that they are joined to.
fn exercise_logs(message: &[u8]) {
    let mut visits = 0;
    let decoded = decode_logs(message, &mut |origin, record| {
        visits += 1;
        let _ = promote_log(origin.resource, &record);
        let id = [&[0x0a, 16][..], &[7; 16], &[0x12, 8], &[9; 8]].concat();
        let span = junjo_span_model::decode_span(&id).unwrap().unwrap();
        let joined = details_with_logs(origin.resource, origin.scope, &span, &[record]);
        let _ = serde_json::to_string(&joined).unwrap();
    });
    if let Ok(report) = scan(Signal::Logs, message, &ScanLimits::default()) {
        assert_eq!(decoded, Ok(()));
        assert_eq!(visits, report.accepted);
    }
}

/// What a damaged transport does to a message.
#[derive(Debug, Clone)]
enum Damage {
    Flip(Index, u8),
    Cut(Index),
    Remove(Index, usize),
    Repeat(Index, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        6 => (any::<Index>(), 1..=u8::MAX).prop_map(|(at, mask)| Damage::Flip(at, mask)),
        1 => any::<Index>().prop_map(Damage::Cut),
        2 => (any::<Index>(), 1..64_usize).prop_map(|(at, length)| Damage::Remove(at, length)),
        2 => (any::<Index>(), 1..64_usize).prop_map(|(at, length)| Damage::Repeat(at, length)),
    ]
}

fn apply(damage: &Damage, message: &mut Vec<u8>) {
    if message.is_empty() {
        return;
    }
    match damage {
        Damage::Flip(at, mask) => {
            let index = at.index(message.len());
            message[index] ^= mask;
        }
        Damage::Cut(at) => message.truncate(at.index(message.len())),
        Damage::Remove(at, length) => {
            let from = at.index(message.len());
            message.drain(from..message.len().min(from + length));
        }
        Damage::Repeat(at, length) => {
            let from = at.index(message.len());
            let piece = message[from..message.len().min(from + length)].to_vec();
            message.splice(from..from, piece);
        }
    }
}

/// The captures in pieces small enough to be damaged many times: one span a message.
fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for name in captures::TRACES {
        for request in captures::requests(name) {
            decode_spans(&request, &mut |_, _, span| {
                let resource = delimited(1, &delimited(1, &delimited(1, b"service.name")));
                seeds.push(delimited(1, &[resource, delimited(2, &delimited(2, span.raw))].concat()));
            })
            .unwrap();
        }
    }
    seeds
}

/// The log captures, one record a message.
fn log_seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for request in captures::LOGS.into_iter().flat_map(captures::requests) {
        decode_logs(&request, &mut |_, record| {
            seeds.push(delimited(1, &delimited(2, &delimited(2, record.raw))));
        })
        .unwrap();
    }
    seeds
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    /// Scenario: a real log record with a few bytes flipped, cut, lost or repeated. Guarantee: no panic, and scan and
    /// decoder agree.
    #[test]
    fn exercise_damaged_log_capture_never_panics(
        seed in any::<Index>(),
        damages in proptest::collection::vec(damage(), 1..6),
    ) {
        thread_local!(static SEEDS: Vec<Vec<u8>> = log_seeds());
        let mut message = SEEDS.with(|seeds| seeds[seed.index(seeds.len())].clone());
        for damage in &damages {
            apply(damage, &mut message);
        }
        exercise(&message);
    }

    /// Scenario: bytes of no meaning. Guarantee: no panic, and scan and decoder agree.
    #[test]
    fn exercise_arbitrary_bytes_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        exercise(&bytes);
    }

    /// Scenario: bytes of no meaning at the place of a span. Guarantee: no panic, and scan and decoder agree.
    #[test]
    fn exercise_arbitrary_span_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
        let ids = [&[0x0a, 16][..], &[7; 16], &[0x12, 8], &[9; 8]].concat();
        exercise(&delimited(1, &delimited(2, &delimited(2, &[ids, bytes].concat()))));
    }

    /// Scenario: a real span with a few bytes flipped, cut, lost or repeated. Guarantee: the same.
    #[test]
    fn exercise_damaged_capture_never_panics(
        seed in any::<Index>(),
        damages in proptest::collection::vec(damage(), 1..6),
    ) {
        thread_local!(static SEEDS: Vec<Vec<u8>> = seeds());
        let mut message = SEEDS.with(|seeds| seeds[seed.index(seeds.len())].clone());
        for damage in &damages {
            apply(damage, &mut message);
        }
        exercise(&message);
    }
}

/// Scenario: a value nested to the limit and one level beyond, under the default and under the highest limit.
/// Guarantee: the limit is exact, and the decoder follows where the scan went.
#[test]
fn scan_nested_values_stops_at_the_limit() {
    let nested = |levels: u32| {
        let mut value = vec![0x18, 1];
        for _ in 1..levels {
            value = delimited(5, &delimited(1, &value));
        }
        let ids = [&[0x0a, 16][..], &[7; 16], &[0x12, 8], &[9; 8]].concat();
        delimited(1, &delimited(2, &delimited(2, &[ids, delimited(9, &delimited(2, &value))].concat())))
    };
    for (asked, max) in [(64, 64), (100, 100), (u32::MAX, 100)] {
        let limits = ScanLimits { depth_max: asked, ..ScanLimits::default() };
        assert_eq!(scan(Signal::Traces, &nested(max), &limits).unwrap().accepted, 1);
        assert_eq!(scan(Signal::Traces, &nested(max + 1), &limits), Err(ScanError::TooDeep { max }));
        exercise(&nested(max));
        exercise(&nested(max + 1));
    }
}

/// Scenario: more items than the limit, in every signal. Guarantee: refused with the limit in the sentence.
#[test]
fn scan_too_many_items_is_refused() {
    let message = delimited(1, &delimited(2, &delimited(2, &[]).repeat(11)));
    let limits = ScanLimits { items_max: 10, ..ScanLimits::default() };
    for signal in [Signal::Traces, Signal::Logs] {
        let error = scan(signal, &message, &limits).unwrap_err();
        assert_eq!(error, ScanError::TooManyItems { max: 10 });
        assert_eq!(error.to_string(), "the request holds more than 10 items; send smaller batches");
    }
    let points = delimited(5, &delimited(1, &[]).repeat(11));
    let metrics = delimited(1, &delimited(2, &delimited(2, &points)));
    assert_eq!(scan(Signal::Metrics, &metrics, &limits), Err(ScanError::TooManyItems { max: 10 }));
}

/// Scenario: a resource with more attributes than the limit. Guarantee: refused, for no span could be left out instead.
#[test]
fn scan_huge_resource_is_refused() {
    let message = delimited(1, &delimited(1, &delimited(1, &[]).repeat((1 << 20) + 1)));
    let error = scan(Signal::Traces, &message, &ScanLimits::default()).unwrap_err();
    assert_eq!(error, ScanError::TooManyValues { max: 1 << 20 });
}

/// Scenario: a field that OTLP defines has another wire type. Guarantee: refused with the field's place.
#[test]
fn scan_wrong_wire_type_names_the_field() {
    let message = delimited(1, &delimited(2, &delimited(2, &[0x28, 1])));
    let error = scan(Signal::Traces, &message, &ScanLimits::default()).unwrap_err();
    assert_eq!(error, ScanError::FieldType { message: "Span", field: 5 });
    assert!(decode_spans(&message, &mut |_, _, _| {}).is_err());
}

/// Scenario: visits of spans and log records that break at each item in turn, in a capture with rubbish behind it. Guarantee: the
/// items up to there are those of a whole walk, and what is behind is not looked at.
#[test]
fn decode_while_ends_where_the_visit_breaks() {
    for (names, is_logs) in [(&captures::TRACES[..], false), (&captures::LOGS[..], true)] {
        let Some(mut message) = names.iter().flat_map(|name| captures::requests(name)).next() else {
            continue;
        };
        let items = |message: &[u8], max: usize| {
            let mut seen = 0;
            let mut next = || {
                seen += 1;
                if seen == max { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            let decoded = if is_logs {
                decode_logs_while(message, &mut |_, _| next())
            } else {
                decode_spans_while(message, &mut |_, _, _| next())
            };
            decoded.map(|()| seen)
        };
        let all = items(&message, usize::MAX).unwrap();
        message.push(0xff);
        assert!(items(&message, usize::MAX).is_err());
        for max in 1..=all {
            assert_eq!(items(&message, max), Ok(max));
        }
    }
}

/// Scenario: the log and metric captures. Guarantee: all items counted as prost counts them, none rejected.
#[test]
fn scan_logs_and_metrics_counts_items() {
    use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
    use prost::Message;
    for name in captures::LOGS {
        for request in captures::requests(name) {
            let logs = ExportLogsServiceRequest::decode(request.as_slice()).unwrap();
            let records = logs
                .resource_logs
                .iter()
                .flat_map(|logs| &logs.scope_logs)
                .map(|scope| scope.log_records.len());
            let report = scan(Signal::Logs, &request, &ScanLimits::default()).unwrap();
            assert_eq!((report.accepted as usize, report.rejected), (records.sum(), 0));
        }
    }
    for name in captures::METRICS {
        for request in captures::requests(name) {
            let report = scan(Signal::Metrics, &request, &ScanLimits::default()).unwrap();
            assert!(report.accepted > 0 && report.rejected == 0, "{name}: {report:?}");
        }
    }
}
