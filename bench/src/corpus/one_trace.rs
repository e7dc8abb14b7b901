//! One trace that grows without end: small spans without attributes, all below the first.

use super::wire::Wire;

const TRACE: [u8; 16] = [0x1a; 16];
const KIND_INTERNAL: u64 = 1;
/// How long each span takes, in nanoseconds.
const DURATION: u64 = 1_000_000;

/// The trace, as far as it is made.
#[derive(Debug, Default)]
pub(crate) struct OneTrace {
    made: u64,
}

impl OneTrace {
    pub(crate) fn made(&self) -> u64 {
        self.made
    }

    /// An export request with its next `count` spans, which end at `now_unix_nano`.
    pub(crate) fn next(&mut self, count: u64, now_unix_nano: u64) -> Vec<u8> {
        let mut scope_spans = Vec::new();
        for _ in 0..count {
            self.made += 1;
            let mut span = Vec::with_capacity(64);
            span.bytes(1, &TRACE);
            span.bytes(2, &self.made.to_be_bytes());
            if self.made > 1 {
                span.bytes(4, &1_u64.to_be_bytes());
            }
            span.text(5, "step");
            span.uint(6, KIND_INTERNAL);
            span.fixed64(7, now_unix_nano - DURATION);
            span.fixed64(8, now_unix_nano);
            scope_spans.bytes(2, &span);
        }
        let mut resource_spans = Vec::new();
        resource_spans.bytes(2, &scope_spans);
        let mut request = Vec::new();
        request.bytes(1, &resource_spans);
        request
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::count_spans;

    /// Scenario: two requests of one trace. Guarantee: they hold the spans that were asked for, and the count goes on.
    #[test]
    fn next_goes_on_behind_the_last() {
        let mut trace = OneTrace::default();
        assert_eq!(count_spans(&trace.next(3, 1 << 60)).unwrap(), 3);
        assert_eq!(count_spans(&trace.next(2, 1 << 60)).unwrap(), 2);
        assert_eq!(trace.made(), 5);
    }
}
