//! Any text as a filter of spans. What has to hold is in `junjo_span_store::fuzzing`.
#![no_main]

use libfuzzer_sys::fuzz_target;

thread_local! {
    static FILTERS: junjo_span_store::fuzzing::Filters = junjo_span_store::fuzzing::Filters::new();
}

fuzz_target!(|input: &[u8]| FILTERS.with(|filters| filters.span_filter(input)));
