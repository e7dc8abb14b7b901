//! Memory of a process and the load of the machine, from `/proc`; zero where there is none.

use std::fs;

use serde::Serialize;

/// Resident bytes of a process.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Memory {
    /// The most it ever had (`VmHWM`).
    pub(crate) peak_bytes: u64,
    /// What it has now (`VmRSS`).
    pub(crate) now_bytes: u64,
    /// The part of that which no file backs (`RssAnon`): what the process really takes from the machine.
    pub(crate) anonymous_bytes: u64,
}

impl Memory {
    pub(crate) fn of(pid: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let bytes = |name| kib(&status, name) << 10;
        Self { peak_bytes: bytes("VmHWM:"), now_bytes: bytes("VmRSS:"), anonymous_bytes: bytes("RssAnon:") }
    }
}

fn kib(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Runnable processes over the last minute.
pub(crate) fn load_average() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().and_then(|text| text.parse().ok()).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: lines of a status file. Guarantee: the number of the named line, 0 when it is missing.
    #[test]
    fn kib_reads_the_named_line() {
        let status = "Name:\tx\nVmHWM:\t  1234 kB\nVmRSS:\t99 kB\n";
        assert_eq!(kib(status, "VmHWM:"), 1234);
        assert_eq!(kib(status, "VmSwap:"), 0);
    }
}
