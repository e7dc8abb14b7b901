//! CPU time from `/proc`: of the measured process, of this one, and of everything else on the machine, which is the
//! noise in a measurement. All zero where there is no `/proc`.

use std::fs;
use std::time::Instant;

use serde::Serialize;

/// `/proc` counts in hundredths of a second on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// A moment and the CPU time used until then.
pub(crate) struct CpuMark {
    at: Instant,
    process: f64,
    generator: f64,
    machine: f64,
    pid: u32,
}

/// CPU seconds used since a mark.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct CpuUse {
    /// Wall time.
    pub(crate) elapsed_s: f64,
    /// By the measured process.
    pub(crate) process_s: f64,
    /// By the load generator.
    pub(crate) generator_s: f64,
    /// By every other process.
    pub(crate) others_s: f64,
}

impl CpuMark {
    pub(crate) fn now(pid: u32) -> Self {
        Self {
            at: Instant::now(),
            process: process_seconds(&pid.to_string()),
            generator: process_seconds("self"),
            machine: machine_seconds(),
            pid,
        }
    }

    pub(crate) fn used(&self) -> CpuUse {
        let now = Self::now(self.pid);
        let process_s = now.process - self.process;
        let generator_s = now.generator - self.generator;
        let others_s = (now.machine - self.machine - process_s - generator_s).max(0.0);
        CpuUse { elapsed_s: (now.at - self.at).as_secs_f64(), process_s, generator_s, others_s }
    }
}

impl CpuUse {
    /// Microseconds of the measured process's CPU time per span.
    pub(crate) fn process_micros_per(&self, spans: u64) -> f64 {
        self.process_s * 1e6 / (spans.max(1) as f64)
    }

    /// Microseconds of the load generator's CPU time per span.
    pub(crate) fn generator_micros_per(&self, spans: u64) -> f64 {
        self.generator_s * 1e6 / (spans.max(1) as f64)
    }

    /// Cores that other processes kept busy.
    pub(crate) fn others_cores(&self) -> f64 {
        if self.elapsed_s > 0.0 { self.others_s / self.elapsed_s } else { 0.0 }
    }
}

fn process_seconds(pid: &str) -> f64 {
    fs::read_to_string(format!("/proc/{pid}/stat")).ok().and_then(|stat| process_ticks(&stat)).unwrap_or(0.0)
        / TICKS_PER_SECOND
}

/// Fields 14 and 15 (user and system time); the second field is a name that may hold anything.
fn process_ticks(stat: &str) -> Option<f64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// All but idle and waiting for the disk, over all cores.
fn machine_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
    let first = stat.lines().next().unwrap_or_default();
    let ticks: Vec<f64> =
        first.split_whitespace().skip(1).take(8).filter_map(|text| text.parse().ok()).collect();
    let busy: f64 =
        ticks.iter().enumerate().filter(|(at, _)| !matches!(at, 3 | 4)).map(|(_, ticks)| ticks).sum();
    busy / TICKS_PER_SECOND
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: a process whose name holds spaces and brackets. Guarantee: user and system time are found.
    #[test]
    fn process_ticks_skips_any_name() {
        let stat = "7 (a ) b) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20 0 3 0";
        assert_eq!(process_ticks(stat), Some(200.0));
        assert_eq!(process_ticks("damaged"), None);
    }
}
