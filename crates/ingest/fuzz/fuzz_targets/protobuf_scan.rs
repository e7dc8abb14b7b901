//! Any bytes as each signal: what the scan accepts can be decoded and spliced, and counts are the same afterwards.
#![no_main]

use junjo_span_model::{ScanLimits, Signal, decode_spans, scan, without_rejected};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|message: &[u8]| {
    for signal in [Signal::Traces, Signal::Logs, Signal::Metrics] {
        let Ok(report) = scan(signal, message, &ScanLimits::default()) else { continue };
        if signal == Signal::Metrics {
            continue;
        }
        let kept = without_rejected(signal, message);
        let again = scan(signal, &kept, &ScanLimits::default()).expect("a spliced message is sound");
        assert_eq!((again.accepted, again.rejected), (report.accepted, 0));
        if signal == Signal::Traces {
            let mut spans = 0;
            decode_spans(&kept, &mut |_, _, _| spans += 1).expect("what the scan accepts can be decoded");
            assert_eq!(spans, report.accepted);
        }
    }
});
