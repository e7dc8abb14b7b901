//! Any text as a cursor of each list of `/otel`. What has to hold is in `junjo_telemetry::fuzzing`.
#![no_main]

use std::sync::LazyLock;

use junjo_telemetry::fuzzing::Lists;
use libfuzzer_sys::fuzz_target;

static LISTS: LazyLock<Lists> = LazyLock::new(Lists::new);

fuzz_target!(|input: &[u8]| LISTS.cursor(input));
